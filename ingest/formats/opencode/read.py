"""Sessions of opencode to records: one run a session, its sub-agents as lanes (FORMATS.md 4.5)."""

from collections import Counter
from datetime import datetime, timedelta

from ingest import wild
from ingest.formats.claude_code.paths import Roots, repository_of
from ingest.formats.opencode.changes import Changes
from ingest.formats.opencode.sessions import Session, gather, looks_like
from ingest.formats.opencode.walk import ABORTED, GOES_ON, Walk, error_of
from ingest.sources import SourceFile
from ingest.trajectories.lanes import joined
from ingest.trajectories.recording import Recording
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, ChangeRecord, Quarantined, RunRecord, StepRecord
from runs.titles import title_of

__all__ = ["looks_like", "read"]

FORMAT = "opencode"
SOURCE = "opencode:session"
#: A session whose newest message is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
NO_MESSAGES = "No messages are in this session."
#: How sessions are called that nobody and nothing has named.
UNNAMED = ("New session", "Child session")


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read sessions. Never raises; what cannot be read is in `quarantined`."""
    gathered = gather(files)
    batch = Batch(format=FORMAT, quarantined=gathered.quarantined)
    for run, members in runs_of(gathered.sessions).items():
        batch += read_run(run, members, now=now)
    return batch


def runs_of(sessions: dict[str, Session]) -> dict[str, list[Session]]:
    """Put sessions of sub-agents beside the one that they were started in."""
    found: dict[str, list[Session]] = {}
    for session in sessions.values():
        root, seen = session.id, {session.id}
        while True:
            known = sessions.get(root)
            above = wild.identity(known.info.get("parentID")) if known else None
            if above is None or above in seen:
                break
            seen.add(above)
            root = above
        found.setdefault(root, []).append(session)
    return found


def read_run(run: str, members: list[Session], *, now: datetime) -> Batch:
    """Read all sessions of one run."""
    recording, roots = Recording(run, SOURCE), Roots()
    members = sorted(members, key=lambda one: one.id != run)
    for member in members:
        roots.learn(wild.text(member.info.get("directory")) or "")
    lanes = {member.id for member in members if member.id != run}
    walks: list[Walk] = []
    pieces: list[list[StepRecord]] = []
    changes: list[ChangeRecord] = []
    fresh = False
    for member in members:
        recording.slots = []
        lane = member.id if member.id != run else ""
        told = Changes(run=run, source=SOURCE, roots=roots)
        walk = Walk(member, recording, told, lane=lane, here=lanes)
        walk.run()
        walks.append(walk)
        changes += told.written()
        fresh = recording.last_at is not None and now - recording.last_at < STILL_RUNNING
        pieces.append(recording.steps(StepStatus.RUNNING if fresh else StepStatus.UNANSWERED))
    steps = joined(pieces, lanes)
    if not steps:
        return Batch(quarantined=[Quarantined(where=members[0].path, why=NO_MESSAGES)])
    head = record_of(run, members[0], walks[0], recording, fresh=fresh)
    return Batch(runs=[head], steps=steps, changes=changes)


def record_of(run: str, main: Session, walk: Walk, recording: Recording, *, fresh: bool) -> RunRecord:
    """Write the run. What only the session of a sub-agent says gives way to what the main one says."""
    info, has_main = main.info, main.id == run
    status, error = status_of(walk, fresh=fresh) if has_main else (None, None)
    title = wild.text(info.get("title")) or ""
    title = title if title and not title.startswith(UNNAMED) else title_of(walk.task or "")
    cwd = wild.text(info.get("directory")) or walk.changes.roots.first
    meta = {
        "file": main.path,
        "project_id": wild.text(info.get("projectID")),
        "mode": wild.text(info.get("agent")),
        "total_cost_usd": wild.number(info.get("cost")),
    }
    return RunRecord(
        external_id=run,
        source=SOURCE,
        at=recording.last_at if has_main else recording.first_at,
        session=run,
        name=title[:200] or None if has_main else None,
        task=walk.task[:4_000] if walk.task and has_main else None,
        agent="opencode",
        agent_version=wild.text(info.get("version")),
        model=Counter(walk.models).most_common(1)[0][0] if walk.models else None,
        repo=repository_of(cwd).rstrip("/").rpartition("/")[2] or None if cwd else None,
        cwd=cwd or None,
        status=status,
        error=error,
        started_at=recording.first_at,
        ended_at=recording.last_at if status not in (None, RunStatus.RUNNING) else None,
        meta={name: value for name, value in meta.items() if value} if has_main else {},
    )


def status_of(walk: Walk, *, fresh: bool) -> tuple[RunStatus, str | None]:
    """Say how the session stands: by its last message."""
    last = walk.last
    going = (RunStatus.RUNNING if fresh else RunStatus.UNFINISHED), None
    if last is None or last.info.get("role") == "user":
        return going
    if wild.mapping(last.info.get("error")).get("name") == ABORTED:
        return RunStatus.INTERRUPTED, None
    error = error_of(last)
    if error is not None:
        return RunStatus.FAILED, error
    finishes = [part.get("reason") for part in last.parts.values() if part.get("type") == "step-finish"]
    finish = wild.text(last.info.get("finish")) or wild.text(next(iter(finishes[-1:]), None))
    return (RunStatus.DONE, None) if finish and finish not in GOES_ON else going
