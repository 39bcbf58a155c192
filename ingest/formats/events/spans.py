"""When an event was, how it stands and what it says went wrong."""

from datetime import datetime, timedelta

from ingest.formats.events.state import Seen
from ingest.formats.events.values import (
    text_of,
    time_of,
)
from ingest.formats.events.wire import Event
from runs.kinds import StepStatus

STATUS_WORDS = {
    "ok": StepStatus.OK,
    "success": StepStatus.OK,
    "done": StepStatus.OK,
    "completed": StepStatus.OK,
    "failed": StepStatus.FAILED,
    "error": StepStatus.FAILED,
    "timeout": StepStatus.FAILED,
    "denied": StepStatus.DENIED,
    "rejected": StepStatus.DENIED,
    "cancelled": StepStatus.CANCELLED,
    "canceled": StepStatus.CANCELLED,
    "interrupted": StepStatus.CANCELLED,
    "running": StepStatus.RUNNING,
}
SENTENCE_CHARS = 300
Span = tuple[datetime | None, datetime | None]


def span_of_call(seen: Seen, duration: int | None, *, complete: bool) -> Span:
    """Say when a call told in one event began and ended: `ts` is its end for a model call, else its start."""
    begin, end = told_span(seen.event)
    at = seen.at
    if at is not None and duration is not None:
        ended = at if seen.kind == "llm_call" else moved(at, duration)
        end = end or (ended if complete else None)
        begin = begin or (moved(end, -duration) if end else at)
    return begin or at, end


def span_of_end(seen: Seen, duration: int | None) -> Span:
    """Say when a call began and ended, by the event of its end."""
    begin, end = told_span(seen.event)
    end = end or seen.at
    if begin is None and end is not None:
        begin = end if duration is None else moved(end, -duration)
    return begin, end


def told_span(event: Event) -> Span:
    begin = time_of(event.started_at) if event.started_at is not None else None
    return begin, time_of(event.ended_at) if event.ended_at is not None else None


def moved(at: datetime, milliseconds: int) -> datetime:
    """Move a time; out of range it stays."""
    try:
        return at + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return at


def sentence_of(value: object) -> str | None:
    """Make one sentence of an error: its message, its first line."""
    if value is None or value is False:
        return None
    if isinstance(value, dict):
        value = value.get("message") or value.get("error") or value
        if isinstance(value, dict) and value.get("message"):
            value = value["message"]
    text = (text_of(value) or "").strip()
    return text.partition("\n")[0].strip()[:SENTENCE_CHARS] or None
