"""Files of Copilot CLI to records: one `events.jsonl` is one run (FORMATS 4.6)."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.lines import Line, read_lines
from ingest.formats.copilot.calls import CALLS
from ingest.formats.copilot.happenings import HAPPENINGS, unanswered, unknown
from ingest.formats.copilot.header import run_record
from ingest.formats.copilot.lifecycle import LIFECYCLE
from ingest.formats.copilot.session import Event, Session
from ingest.formats.copilot.tools import TOOLS
from ingest.sources import SourceFile
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined

FORMAT = "copilot"
SOURCE = "copilot:events"
NO_EVENTS = "No events of Copilot CLI are in this file."
READERS = {**CALLS, **TOOLS, **HAPPENINGS, **LIFECYCLE}
#: Events that only say that something else is on its way, or repeat it.
SILENT = frozenset(
    {"assistant.message_start", "assistant.message_delta", "assistant.reasoning_delta", "assistant.idle"}
    | {"assistant.streaming_delta", "assistant.tool_call_delta", "assistant.intent", "assistant.turn_end"}
    | {"tool.execution_progress", "hook.progress", "session.idle", "session.usage_info"}
    | {"session.usage_checkpoint", "session.background_tasks_changed", "session.todos_changed"}
    | {"session.compaction_start", "session.tools_updated", "pending_messages.modified"}
)
#: Any of these tells the format; other agents have their own words.
TYPES = frozenset({*READERS, *SILENT} - {"result", "abort"})


class Told(Struct):
    """The events of one session, from all files that tell of it."""

    events: list[Event] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """Add an event once; a longer copy of a file repeats the shorter one."""
        if event.id and event.id in self.seen:
            return
        self.seen.add(event.id)
        self.events.append(event)


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is an event of a session (FORMATS 7)."""
    return isinstance(record.get("data"), dict) and wild.text(record.get("type")) in TYPES


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read the files of one or many sessions. Never raises; what cannot be read is in `quarantined`."""
    quarantined: list[Quarantined] = []
    sessions: dict[str, Told] = {}
    for file in files:
        pages = read_lines(file.path, file.data)
        quarantined += pages.quarantined
        events = [event_of(line) for line in pages.lines]
        name = session_of(events)
        if name is None:
            quarantined.append(Quarantined(where=file.path, why=NO_EVENTS, data=file.data[:4_000]))
            continue
        told = sessions.setdefault(name, Told())
        for event in events:
            told.add(event)
    batch = Batch(format=FORMAT, quarantined=quarantined)
    for name, told in sessions.items():
        batch += read_session(name, told.events, now=now)
    return batch


def event_of(line: Line) -> Event:
    """Take one line apart; the program's printed output has some fields beside `data`."""
    record = line.record
    data = record.get("data")
    return Event(
        number=line.number,
        id=wild.identity(record.get("id")) or "",
        type=wild.text(record.get("type")) or "",
        at=wild.when(record.get("timestamp")),
        agent=wild.identity(record.get("agentId")) or "",
        data=data if isinstance(data, dict) else record,
    )


def session_of(events: list[Event]) -> str | None:
    """Name the session by its own id, else by the first event; None when there is none at all."""
    for event in events:
        told = [event.data, wild.mapping(event.data.get("input"))]
        named = next((id for one in told if (id := wild.identity(one.get("sessionId")))), None)
        if named:
            return named
    first = next((event.id for event in events if event.id and event.type in TYPES), None)
    return f"copilot-{first}" if first else None


def read_session(name: str, events: list[Event], *, now: datetime) -> Batch:
    """Walk through the events of one session."""
    session = Session(name, SOURCE)
    for event in events:
        session.begin(event)
        reader = READERS.get(event.type)
        if reader is not None:
            reader(session, event)
        elif event.type not in SILENT:
            unknown(session, event)
    if not session.recording.slots:
        return Batch()
    for asked in [event for event in session.waiting.values() if event.type == "permission.requested"]:
        unanswered(session, asked)
    run = run_record(session, now=now)
    steps = session.recording.steps(open_status(run.status))
    return Batch(runs=[run], steps=steps, changes=session.recording.changes)


def open_status(status: RunStatus | None) -> StepStatus:
    """Say how a call stands that has no result."""
    if status is RunStatus.RUNNING:
        return StepStatus.RUNNING
    return StepStatus.CANCELLED if status is RunStatus.INTERRUPTED else StepStatus.UNANSWERED
