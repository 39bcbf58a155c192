"""Files of Aider to records: each start of the program is a run, with what its logs add (FORMATS 4.8)."""

from bisect import bisect_right
from datetime import datetime

from ingest import wild
from ingest.formats.aider import analytics, calls, history
from ingest.formats.aider.analytics import Launch, Launches, launches_in
from ingest.formats.aider.history import Part, Said, Session
from ingest.formats.aider.remarks import exact_of, noted
from ingest.formats.aider.walk import Walk, plain
from ingest.formats.claude_code.lines import Record, read_lines
from ingest.sources import SourceFile
from ingest.trajectories.recording import Answer
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, RunRecord, digest_of
from runs.titles import title_of

FORMAT = "aider"
SOURCE = "aider:history"
NOTHING = "Nothing was asked or answered in this file."


def looks_like(record: Record) -> bool:
    """Say whether an object is an event of the analytics."""
    return analytics.is_event(record)


def is_text(data: bytes) -> bool:
    """Say whether a file is a chat history, or a log of model calls."""
    return history.is_history(data) or calls.is_log(data)


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read histories and logs together. Never raises; what cannot be read is in `quarantined`."""
    sessions: list[Session] = []
    logged: list[calls.Call] = []
    events: list[Record] = []
    quarantined: list[Quarantined] = []
    for file in files:
        if history.is_history(file.data):
            found = history.sessions_in(file.path, file.data)
            sessions += [session for session in found if session.asks()]
            if not any(session.asks() for session in found):
                quarantined.append(Quarantined(where=file.path, why=NOTHING, data=file.data[:4_000]))
        elif calls.is_log(file.data):
            logged += calls.calls_in(file.data)
        else:
            pages = read_lines(file.path, file.data)
            events += [line.record for line in pages.lines if analytics.is_event(line.record)]
            quarantined += pages.quarantined
    batch = Batch(format=FORMAT, quarantined=quarantined)
    sessions = each_once(sessions)
    launches = Launches(launches_in(events))
    parts = [read_session(session, mine, launches) for session, mine in shared_out(sessions, logged)]
    return joined([batch, *parts, *(read_loose(launch) for launch in launches.loose())])


def each_once(sessions: list[Session]) -> list[Session]:
    """Keep of each session its longest copy: a history that has grown repeats the shorter one."""
    longest: dict[str, Session] = {}
    for session in sessions:
        known = longest.setdefault(run_id(session), session)
        if len(session.parts) > len(known.parts):
            longest[run_id(session)] = session
    return list(longest.values())


def shared_out(sessions: list[Session], logged: list[calls.Call]) -> list[tuple[Session, list[calls.Call]]]:
    """Give each session the calls that were made after it began and before the next one did."""
    if logged and not sessions:
        first = logged[0].asked_at
        return [(Session("", first.isoformat() if first else "", first, parts_of(logged)), logged)]
    found: list[tuple[Session, list[calls.Call]]] = [(session, []) for session in sessions]
    timed = sorted((session.at, place) for place, session in enumerate(sessions) if session.at is not None)
    starts = [at for at, _ in timed]
    for call in logged:
        before = bisect_right(starts, call.asked_at) if call.asked_at is not None else 0
        if before:
            found[timed[before - 1][1]][1].append(call)
    return found


def parts_of(logged: list[calls.Call]) -> list[Part]:
    """Make the parts of a session of its calls alone: what was asked last of each, and the answer."""
    parts: list[Part] = []
    for number, call in enumerate(logged):
        asked = next((m for m in reversed(call.messages) if m["role"] == "user"), None)
        if asked is not None and asked["content"].strip():
            parts.append(Part(Said.HUMAN, str(asked["content"]).split("\n"), number))
        if call.answer.strip():
            parts.append(Part(Said.MODEL, call.answer.split("\n"), number))
    return parts


def run_id(session: Session) -> str:
    """Name the run by when the program was started and what was asked first."""
    first = next((part for part in session.parts if part.said is Said.HUMAN), None)
    told = f"{session.started}\n{first.lines[0] if first else ''}"
    return f"aider-{digest_of(told.encode('utf-8', 'replace')).hex()}"


def read_session(session: Session, logged: list[calls.Call], launches: Launches) -> Batch:
    """Read one session."""
    walk = Walk(session, run_id(session), SOURCE)
    walk.logged = [(plain(call.answer), call) for call in logged]
    walk.launch = launches.of(session)
    if walk.launch is not None:
        walk.shift = walk.launch.shift
    walk.recording.seen(walk.moment(session.at))
    for number, part in enumerate(session.parts):
        take(walk, number, part)
    for _, lost in walk.logged:
        walk.unheard(lost)
    if not walk.recording.slots:
        return Batch()
    steps = walk.recording.steps(StepStatus.UNANSWERED)
    return Batch(runs=[run_record(walk)], steps=steps, changes=walk.recording.changes)


def take(walk: Walk, number: int, part: Part) -> None:
    """Read one part by who said it. Before the first prompt no model speaks: it is a long command line."""
    if part.said is Said.HUMAN:
        walk.asked(number, part)
    elif part.said is Said.AIDER:
        noted(walk, number, part)
    elif part.text.strip() and walk.has_asked:
        walk.answered(part.text)


def run_record(walk: Walk) -> RunRecord:
    """Write the run. How long it took is known only as far as the logs tell times."""
    recording = walk.recording
    folder = walk.session.path.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
    facts = walk.launch.facts if walk.launch else {}
    status, error = status_of(walk)
    name = title_of(walk.task or walk.said) or None
    meta: dict[str, object] = {"started_local": walk.session.started}
    if walk.commits:
        meta["commits"] = walk.commits[:50]
    if walk.models:
        meta["models"] = walk.models[:50]
    return RunRecord(
        external_id=recording.run,
        source=SOURCE,
        at=recording.last_at,
        session=recording.run,
        name=name[:200] if name else None,
        task=walk.task[:4_000] if walk.task else None,
        agent="aider",
        agent_version=walk.version or wild.text(facts.get("aider_version")),
        model=walk.models[0] if walk.models else wild.text(facts.get("main_model")),
        repo=folder or None,
        status=status,
        error=error,
        started_at=recording.first_at,
        ended_at=recording.last_at if recording.last_at != recording.first_at else None,
        meta=meta,
    )


def status_of(walk: Walk) -> tuple[RunStatus, str | None]:
    """Say how a session stands: by its last word, for the history has no end."""
    if walk.ending is not None:
        return walk.ending
    if walk.trouble:
        return RunStatus.FAILED, walk.trouble
    return (RunStatus.UNFINISHED if walk.waits else RunStatus.DONE), None


def read_loose(launch: Launch) -> Batch:
    """Read a start of the program of which only the analytics tell: calls without words."""
    walk = Walk(Session("", str(launch.at), launch.at), launch.name(), "aider:analytics")
    for number, told in enumerate(launch.sent):
        answer = Answer(key=f"llm:{number}", blocks=[], started_at=told["at"], ended_at=told["at"])
        exact_of(answer, told)
        walk.models += [answer.model] if answer.model and answer.model not in walk.models[-1:] else []
        walk.recording.answer(answer)
    walk.launch = launch
    return Batch(runs=[run_record(walk)], steps=walk.recording.steps(StepStatus.UNANSWERED))


def joined(batches: list[Batch]) -> Batch:
    """Put batches together at once: a history may hold thousands of sessions."""
    return Batch(
        format=FORMAT,
        runs=[run for batch in batches for run in batch.runs],
        steps=[step for batch in batches for step in batch.steps],
        changes=[change for batch in batches for change in batch.changes],
        quarantined=[bad for batch in batches for bad in batch.quarantined],
    )
