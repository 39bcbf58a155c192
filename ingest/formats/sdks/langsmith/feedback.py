"""Feedback on a run: `{run_id, trace_id, key, score, value, comment}`."""

from ingest import wild
from ingest.formats.sdks.scores import score_span
from ingest.formats.sdks.told import Record, Told, identity, record_of_body
from ingest.spans.span import Span, nanoseconds_of
from ingest.streams import Refused

SOURCE = "langsmith"


def read_feedback(body: bytes) -> Told:
    """Read one piece of feedback. Raises Refused."""
    span = feedback_span(record_of_body(body))
    if span is None:
        raise Refused("The feedback names no run; send `run_id` or `trace_id`.", status=422)
    return Told(spans=[span])


def feedback_span(record: Record) -> Span | None:
    """Make the event of a piece of feedback; without a trace it is on the run that is the trace."""
    run = identity(record.get("run_id"))
    trace = identity(record.get("trace_id")) or run
    if not trace:
        return None
    name = wild.text(record.get("key")) or "feedback"
    value = record.get("score")
    return score_span(
        SOURCE,
        trace,
        identity(record.get("id")) or f"{run}:{name}",
        name=name,
        value=record.get("value") if value is None else value,
        about="" if run == trace else run,
        at=nanoseconds_of(record.get("created_at") or record.get("modified_at")),
        comment=record.get("comment"),
    )
