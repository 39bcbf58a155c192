"""Chats of Gemini CLI to records: one run a session, its sub-agents as lanes (FORMATS.md 4.4)."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.gemini_cli.chats import Chat, is_head, read_chats
from ingest.formats.gemini_cli.parts import text_of
from ingest.formats.gemini_cli.runs import NO_MESSAGES, Member, Program, read_run
from ingest.formats.gemini_cli.walk import calls_of
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined, digest_of

FORMAT = "gemini-cli"
PROGRAM = Program("gemini-cli", "gemini-cli:chat")


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a chat, or the head of one (FORMATS.md 7)."""
    return is_head(record)


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read chats. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    chats: list[Chat] = []
    for file in files:
        found = read_chats(file)
        batch += Batch(quarantined=found.quarantined)
        told = [chat for chat in found.found if chat.messages]
        chats += told
        if not told and not found.quarantined:
            batch += Batch(quarantined=[Quarantined(where=file.path, why=NO_MESSAGES)])
    for run, members in runs_of(chats).items():
        batch += read_run(PROGRAM, run, members, now=now)
    return batch


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
