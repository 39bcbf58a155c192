"""Chats of Gemini CLI to records: one run a session, its sub-agents as lanes (FORMATS.md 4.4)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.claude_code.paths import Roots, repository_of
from ingest.formats.gemini_cli.chats import Chat, is_head, read_chats
from ingest.formats.gemini_cli.folders import cwd_of
from ingest.formats.gemini_cli.parts import text_of
from ingest.formats.gemini_cli.walk import Walk, calls_of
from ingest.sources import SourceFile
from ingest.trajectories.lanes import joined
from ingest.trajectories.recording import Recording
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, RunRecord, StepRecord, digest_of
from runs.titles import title_of

FORMAT = "gemini-cli"
SOURCE = "gemini-cli:chat"
#: A chat whose newest message is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
NO_MESSAGES = "No messages are in this chat."


class Member(Struct):
    """One chat of a run: the main one has no lane."""

    chat: Chat
    run: str
    lane: str = ""


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
        batch += read_run(run, members, now=now)
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
        starter = starters.get(session) or folder_of(chat, session)
        for _ in longest:  # a sub-agent of a sub-agent
            above = starters.get(starter or "")
            starter = above if above and above != session else starter
        run = starter or session
        found.setdefault(run, []).append(Member(chat, run, session if run != session else ""))
    return found


def folder_of(chat: Chat, session: str) -> str | None:
    """Take the session that a sub-agent's file lies in a folder of: `chats/<session>/<agent>.jsonl`."""
    if chat.head.get("kind") != "subagent":
        return None
    parts = chat.path.replace("\\", "/").split("/")
    folder = wild.identity(parts[-2]) if len(parts) > 1 else None
    return folder if folder not in (None, "chats", session) else None


def read_run(run: str, members: list[Member], *, now: datetime) -> Batch:
    """Read all chats of one session."""
    recording, roots = Recording(run, SOURCE), Roots()
    main = next((one for one in members if not one.lane), members[0])
    cwd = next((found for one in [main, *members] if (found := cwd_of(one.chat))), "")
    roots.learn(cwd)
    walks: list[Walk] = []
    pieces: list[list[StepRecord]] = []
    fresh = False
    for member in [main, *(one for one in members if one is not main)]:
        recording.slots = []
        walk = Walk(member.chat, recording, roots, lane=member.lane, cwd=cwd)
        walk.run()
        walks.append(walk)
        fresh = recording.last_at is not None and now - recording.last_at < STILL_RUNNING
        pieces.append(recording.steps(StepStatus.RUNNING if fresh else StepStatus.UNANSWERED))
    steps = joined(pieces, [member.lane for member in members])
    if not steps:
        return Batch(quarantined=[Quarantined(where=main.chat.path, why=NO_MESSAGES)])
    head = record_of(run, main, walks[0], recording, cwd=cwd, fresh=fresh)
    return Batch(runs=[head], steps=steps, changes=recording.changes)


def record_of(
    run: str, main: Member, walk: Walk, recording: Recording, *, cwd: str, fresh: bool
) -> RunRecord:
    """Write the run."""
    head, has_main = main.chat.head, not main.lane
    status, error = status_of(walk, fresh=fresh) if has_main else (None, None)
    summary = wild.text(head.get("summary"))
    title = (summary or title_of(walk.task or "")) if has_main else ""
    started = wild.when(head.get("startTime"))
    first = min(filter(None, [started, recording.first_at]), default=None)
    meta = {"project_hash": wild.text(head.get("projectHash")), "file": main.chat.path}
    return RunRecord(
        external_id=run,
        source=SOURCE,
        at=recording.last_at if has_main else recording.first_at,
        session=run,
        name=title[:200] or None,
        task=walk.task[:4_000] if walk.task and has_main else None,
        agent="gemini-cli",
        model=Counter(walk.models).most_common(1)[0][0] if walk.models else None,
        repo=repository_of(cwd).rstrip("/").rpartition("/")[2] or None if cwd else None,
        cwd=cwd or None,
        status=status,
        error=error,
        started_at=first,
        ended_at=recording.last_at if status not in (None, RunStatus.RUNNING) else None,
        meta={name: value for name, value in meta.items() if value} if has_main else {},
    )


def status_of(walk: Walk, *, fresh: bool) -> tuple[RunStatus, str | None]:
    """Say how the chat stands: by its last words."""
    kind = wild.text(walk.last.get("type"))
    text = text_of(walk.last.get("content")).strip()
    if walk.halted:
        return RunStatus.INTERRUPTED, None
    if kind == "error":
        return RunStatus.FAILED, first_line(text)[:300] or "Error"
    if kind == "gemini" and text and not calls_of(walk.last):
        return RunStatus.DONE, None
    return (RunStatus.RUNNING if fresh else RunStatus.UNFINISHED), None
