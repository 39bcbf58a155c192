"""The chats of one session put into one run: also those of programs that are made of Gemini CLI."""

from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.claude_code.paths import Roots, repository_of
from ingest.formats.gemini_cli.chats import Chat
from ingest.formats.gemini_cli.folders import cwd_of
from ingest.formats.gemini_cli.parts import text_of
from ingest.formats.gemini_cli.walk import Walk, calls_of
from ingest.trajectories.lanes import joined
from ingest.trajectories.recording import Recording
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, RunRecord, StepRecord
from runs.titles import title_of

#: A chat whose newest message is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
#: Log records of the last answer come a little after it, and know of no end: the chat's word stands.
SETTLES = timedelta(minutes=1)
NO_MESSAGES = "No messages are in this chat."


class Program(Struct, frozen=True):
    """The program that wrote a chat: its name, and what a record of it is said to come from."""

    agent: str
    source: str


class Member(Struct):
    """One chat of a run: the main one has no lane."""

    chat: Chat
    run: str
    lane: str = ""


def read_run(program: Program, run: str, members: list[Member], *, now: datetime) -> Batch:
    """Read all chats of one session."""
    recording, roots = Recording(run, program.source), Roots()
    main = next((one for one in members if not one.lane), members[0])
    chats = [main.chat, *(one.chat for one in members)]
    cwd = next((found for one in chats if (found := wild.text(one.head.get("cwd")) or cwd_of(one))), "")
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
    head = record_of(program, main, walks[0], recording, cwd=cwd, fresh=fresh)
    return Batch(runs=[head], steps=steps, changes=recording.changes)


def record_of(
    program: Program, main: Member, walk: Walk, recording: Recording, *, cwd: str, fresh: bool
) -> RunRecord:
    """Write the run."""
    head, has_main = main.chat.head, not main.lane
    status, error = status_of(walk, fresh=fresh) if has_main else (None, None)
    summary = wild.text(head.get("summary"))
    title = (summary or title_of(walk.task or "")) if has_main else ""
    started = wild.when(head.get("startTime"))
    first = min(filter(None, [started, recording.first_at]), default=None)
    meta = {
        "project_hash": wild.text(head.get("projectHash")),
        "file": main.chat.path,
        "stats": wild.tree(head.get("stats"), 4),
    }
    return RunRecord(
        external_id=main.run,
        source=program.source,
        at=told_at(recording, status) if has_main else recording.first_at,
        session=main.run,
        parent=wild.identity(head.get("parent")) if has_main else None,
        name=title[:200] or None,
        task=walk.task[:4_000] if walk.task and has_main else None,
        agent=program.agent,
        agent_version=wild.text(head.get("version")),
        branch=wild.text(head.get("gitBranch")),
        model=Counter(walk.models).most_common(1)[0][0] if walk.models else None,
        repo=repository_of(cwd).rstrip("/").rpartition("/")[2] or None if cwd else None,
        cwd=cwd or None,
        status=status,
        error=error,
        started_at=first,
        ended_at=recording.last_at if status not in (None, RunStatus.RUNNING) else None,
        meta={name: value for name, value in meta.items() if value} if has_main else {},
    )


def told_at(recording: Recording, status: RunStatus | None) -> datetime | None:
    """Say up to when a chat knows of its run."""
    over = status in (RunStatus.DONE, RunStatus.FAILED, RunStatus.INTERRUPTED)
    return recording.last_at + SETTLES if recording.last_at and over else recording.last_at


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
