"""A batch of events: creates and updates of one object are put together, whatever their order."""

from msgspec import Struct, field

from ingest import wild
from ingest.formats.sdks.langfuse.observations import span_of_observation, span_of_trace
from ingest.formats.sdks.langfuse.scores import NO_TRACE, span_of_score
from ingest.formats.sdks.told import Record, Told, identity, record_of_body, refuse_too_many, without_empty
from ingest.spans.span import Span, nanoseconds_of
from ingest.streams import Refused

CREATED, UPDATED = "-create", "-update"
NO_EVENT = "The event has no body, or is of a type that is not known."
NO_IDS = "The observation has no id or no trace."
#: Types of events that say nothing of a run.
SILENT = ("sdk-log",)


class Merged(Struct):
    """What a batch says of one object."""

    kind: str
    record: Record = field(default_factory=dict)
    created: bool = False
    events: list[str] = field(default_factory=list)  #: their ids


class Heard(Struct):
    """What became of a batch: events are answered one by one."""

    told: Told = field(default_factory=Told)
    taken: list[str] = field(default_factory=list)
    errors: list[Record] = field(default_factory=list)

    def refuse(self, event: str, why: str, data: Record) -> None:
        """Say that one event was not taken, and keep it."""
        self.told.leave(f"event {event}", why, data)
        self.errors.append({"id": event, "status": 400, "message": why})


def read_ingestion(body: bytes) -> Heard:
    """Read a batch. Raises Refused."""
    batch = record_of_body(body).get("batch")
    if not isinstance(batch, list):
        raise Refused("The body has no list `batch` of events.", status=400)
    return read_events(batch)


def read_events(batch: list[object]) -> Heard:
    """Read events."""
    refuse_too_many(len(batch))
    heard, objects = Heard(), dict[tuple[str, str], Merged]()
    numbered = [(n, item, wild.mapping(item)) for n, item in enumerate(batch, 1)]
    for n, item, record in sorted(numbered, key=lambda one: is_update(one[2])):
        event, kind, body = identity(record.get("id")) or str(n), record.get("type"), record.get("body")
        if kind in SILENT:
            heard.taken.append(event)
        elif not isinstance(kind, str) or not isinstance(body, dict):
            heard.refuse(event, NO_EVENT, {"event": item})
        elif kind == "score-create":
            add_span(heard, [event], span_of_score(body, record.get("timestamp")), NO_TRACE, body)
        elif kind.endswith((CREATED, UPDATED)):
            merge(objects, event, kind, body, record.get("timestamp"))
        else:
            heard.refuse(event, NO_EVENT, {"event": item})
    for merged in objects.values():
        add_span(heard, merged.events, span_of(merged), NO_IDS, merged.record)
    return heard


def is_update(record: Record) -> bool:
    """Say whether an event changes an object; what it says comes after what created it."""
    return str(record.get("type")).endswith(UPDATED)


def merge(objects: dict[tuple[str, str], Merged], event: str, kind: str, body: Record, seen: object) -> None:
    """Put an event to the others of its object; what says nothing changes nothing."""
    stem = kind.rpartition("-")[0]
    found = "trace" if stem == "trace" else "observation"
    told = body.get("type") if stem == "observation" else stem
    at = (found, identity(body.get("id")) or event)
    merged = objects.setdefault(at, Merged(kind=wild.text(told) or "span"))
    begins = merged.record.get("timestamp"), body.get("timestamp") or seen
    ends = merged.record.get("seen"), seen
    merged.record |= without_empty(body)
    merged.record["timestamp"] = min(filter(None, begins), key=nanoseconds_of, default=None)
    merged.record["seen"] = max(filter(None, ends), key=nanoseconds_of, default=None)
    merged.created = merged.created or kind.endswith(CREATED)
    merged.events.append(event)


def span_of(merged: Merged) -> Span | None:
    """Make the span of an object."""
    if merged.kind == "trace":
        return span_of_trace(merged.record)
    return span_of_observation(merged.record, kind=merged.kind, created=merged.created)


def add_span(heard: Heard, events: list[str], span: Span | None, why: str, data: Record) -> None:
    """Take a span, or say why there is none, for each of its events."""
    if span is not None:
        heard.told.spans.append(span)
        heard.taken += events
        return
    heard.told.leave(f"event {events[0]}", why, data)
    heard.errors += [{"id": event, "status": 400, "message": why} for event in events]
