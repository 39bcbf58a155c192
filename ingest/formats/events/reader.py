"""From lines to records: the loop over the events of one request or file."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ingest.formats.events.edits import read_edits_told_apart
from ingest.formats.events.facts import Memory, RunFacts
from ingest.formats.events.kinds import HANDLERS, is_call_without_id, keep_unknown, kind_of
from ingest.formats.events.lines import Line, Lines
from ingest.formats.events.state import SOURCE, Reading, RunFound, Seen, raw_of
from ingest.formats.events.values import id_of, time_of
from ingest.formats.events.wire import Event
from ingest.limits import RUNS_PER_REQUEST
from runs.kinds import Kind
from runs.records import Batch, RunRecord, StepRecord

NO_RUN = "The event names no run: give `run`, the header X-AgentScope-Run, or ?run=."


def read_lines(
    lines: Lines,
    *,
    run: str | None = None,
    facts: Mapping[str, RunFacts] | None = None,
    memory: Memory | None = None,
) -> Batch:
    """Read events into records. `run` is the run of events that name none; the store gives the rest."""
    pairs = bool(facts) or has_calls_without_id(lines.lines)
    reading = Reading(facts or {}, pairs=pairs, memory=memory, name=lines.name)
    default = id_of(run)
    timed: set[bytes] = set()
    for line in lines.lines:
        event = line.event
        if time_of_event(event) is not None:
            if line.data in timed:
                continue  # sent twice: what repeats by itself has a time of its own
            timed.add(line.data)
        run_id = id_of(event.run) or id_of(event.run_id) or default
        if run_id is None:
            reading.refuse(line, NO_RUN)
            continue
        if run_id not in reading.runs and len(reading.runs) >= RUNS_PER_REQUEST:
            reading.refuse(line, f"The request names more than {RUNS_PER_REQUEST} runs.")
            continue
        found, kind = reading.run(run_id), kind_of(event)
        seen = Seen(line, event, kind, found, "", time_of_event(event), raw_of(line))
        if kind != "run_start" and event.agent is not None:
            seen.agent = enter_lane(reading, seen, id_of(event.agent) or "")
        note_time(found, seen.at)
        found.is_told = found.is_told or not kind.startswith("archived_")
        HANDLERS.get(kind, keep_unknown)(reading, seen)
    read_edits_told_apart(reading)
    return finish(reading, lines)


def finish(reading: Reading, lines: Lines) -> Batch:
    """Gather what was read into one batch."""
    return Batch(
        runs=[record for found in reading.runs.values() for record in run_records(found)],
        steps=reading.steps,
        changes=reading.changes,
        quarantined=lines.quarantined + reading.quarantined,
        names=reading.names,
        format=SOURCE,
    )


def run_records(found: RunFound) -> list[RunRecord]:
    """Make the records of a run: its last known time makes newer words win."""
    if not found.is_told:
        return found.archived
    told = RunRecord(
        external_id=found.id,
        source=SOURCE,
        at=found.last_at,
        **{"started_at": found.first_at, **found.record},
    )
    return [*found.archived, told]


def time_of_event(event: Event) -> datetime | None:
    """Read the time of an event."""
    for value in (event.ts, event.timestamp, event.time):
        if value is not None:
            return time_of(value)
    return None


def note_time(found: RunFound, at: datetime | None) -> None:
    """Widen the run's time by one event."""
    if at is None:
        return
    if found.first_at is None or at < found.first_at:
        found.first_at = at
    if found.last_at is None or at > found.last_at:
        found.last_at = at


def enter_lane(reading: Reading, seen: Seen, agent: str) -> str:
    """Give a sub-agent its span, also when nobody announced it; "" is the main agent."""
    if agent and agent not in seen.run.lanes:
        seen.run.lanes.add(agent)
        span = StepRecord(
            run=seen.run.id,
            key=f"agent:{agent}",
            kind=Kind.AGENT,
            source=SOURCE,
            rank=0,
            name=agent,
            started_at=seen.at,
        )
        reading.steps.append(span)
    return agent


def has_calls_without_id(lines: Iterable[Line]) -> bool:
    """Say whether pairing is needed at all: a call or a result without id."""
    return any(is_call_without_id(line.event) for line in lines)


def runs_to_look_up(lines: Lines, *, run: str | None = None) -> set[str]:
    """List the runs whose facts are needed: those with calls, results or errors without ids."""
    nameless = (line.event for line in lines.lines if is_call_without_id(line.event))
    found = {id_of(event.run) or id_of(event.run_id) or id_of(run) for event in nameless}
    return {run_id for run_id in found if run_id is not None}


def runs_with_strange_results(lines: Lines, *, run: str | None = None) -> set[str]:
    """List the runs with results, but no call with an id, in this request: theirs may have none."""
    answered, named = set(), set()
    for line in lines.lines:
        event = line.event
        kind = event.kind or event.type
        if kind == "tool_result":
            answered.add(event.run if type(event.run) is str else id_of(event.run_id))
        elif kind == "tool_call" and event.id is not None:
            named.add(event.run if type(event.run) is str else id_of(event.run_id))
    return {found for one in answered - named if (found := id_of(one) or id_of(run)) is not None}


def needs_run(lines: Lines) -> bool:
    """Say whether an event names no run."""
    return any(id_of(one.event.run) is None and id_of(one.event.run_id) is None for one in lines.lines)
