"""Chats of Gemini CLI to records: one run a session, its sub-agents as lanes (FORMATS.md 4.4)."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.lines import read_lines
from ingest.formats.gemini_cli.chats import Chat, Chats, is_head, read_chats
from ingest.formats.gemini_cli.parts import text_of
from ingest.formats.gemini_cli.printed import Printed, is_printed
from ingest.formats.gemini_cli.runs import NO_MESSAGES, Member, Program, read_run
from ingest.formats.gemini_cli.walk import calls_of
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined, digest_of

FORMAT = "gemini-cli"
PROGRAM = Program("gemini-cli", "gemini-cli:chat")
PRINTED = Program("gemini-cli", "gemini-cli:stream-json")


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a chat, the head of one, or a line of what is printed (FORMATS.md 7)."""
    return is_head(record) or is_printed(record)


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read chats. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    chats: list[Chat] = []
    for file in files:
        found = read_file(file)
        batch += Batch(quarantined=found.quarantined)
        chats += [chat for chat in found.found if chat.messages]
        if not any(chat.messages or chat.head for chat in found.found) and not found.quarantined:
            batch += Batch(quarantined=[Quarantined(where=file.path, why=NO_MESSAGES)])
    whole = {session_of(chat) for chat in chats if not is_of_print(chat)}
    chats = [chat for chat in chats if not (is_of_print(chat) and session_of(chat) in whole)]
    for run, members in runs_of(chats).items():
        printed = is_of_print(members[0].chat)
        batch += read_run(PRINTED if printed else PROGRAM, run, members, now=now)
    return batch


def read_file(file: SourceFile) -> Chats:
    """Read the chats of a file: as they are kept, or as they are printed."""
    pages = read_lines(file.path, file.data) if b'"tool_id"' in file.data or b'"init"' in file.data else None
    if pages is None or not any(is_printed(line.record) for line in pages.lines):
        return read_chats(file)
    printed = Printed(file.path)
    for line in pages.lines:
        printed.take(line.record)
    return Chats([printed.chat], pages.quarantined)


def is_of_print(chat: Chat) -> bool:
    return chat.head.get("printed") is True


def session_of(chat: Chat) -> str:
    """Name a session; one without a usable id by how it began."""
    native = wild.identity(chat.head.get("sessionId"))
    if native:
        return native
    first = next(iter(chat.messages.values()), {})
    words = [str(first.get(name)) for name in ("id", "timestamp", "type")]
    text = "\0".join([*words, text_of(first.get("content"))])
    return f"gemini-{digest_of(text.encode('utf-8', 'replace')).hex()}"


def runs_of(chats: list[Chat]) -> dict[str, list[Member]]:
    """Put the sub-agents of a session beside its main chat; of two files of one chat take the longer."""
    longest: dict[str, Chat] = {}
    for chat in chats:
        known = longest.get(session_of(chat))
        if known is None or len(chat.messages) >= len(known.messages):
            longest[session_of(chat)] = chat
    starters = {
        agent: session
        for session, chat in longest.items()
        for message in chat.messages.values()
        for call in calls_of(message)
        if (agent := wild.identity(call.get("agentId")))
    }
    found: dict[str, list[Member]] = {}
    for session, chat in longest.items():
        run, seen = starters.get(session) or folder_of(chat, session) or session, {session}
        while run in starters and run not in seen:  # a sub-agent of a sub-agent
            seen.add(run)
            run = starters[run]
        found.setdefault(run, []).append(Member(chat, run, session if run != session else ""))
    return found


def folder_of(chat: Chat, session: str) -> str | None:
    """Take the session that a sub-agent's file lies in a folder of: `chats/<session>/<agent>.jsonl`."""
    if chat.head.get("kind") != "subagent":
        return None
    parts = chat.path.replace("\\", "/").split("/")
    folder = wild.identity(parts[-2]) if len(parts) > 1 else None
    return folder if folder not in (None, "chats", session) else None
