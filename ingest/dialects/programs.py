"""Log records of coding agents that tell of their work by events of their own, one session a run."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.dialects.values import Fields, word
from ingest.formats.otlp.raw import RawLog
from ingest.spans.span import Span


class Program(Struct, frozen=True, kw_only=True):
    """What a program's log records are known by, and who reads which."""

    agent: str
    prefix: str  #: of the names of its events
    session: tuple[str, ...]  #: attributes that name the session
    above: tuple[str, ...]  #: attributes that name the prompt which an event belongs to
    readers: dict[str, Callable[[RawLog], Fields | None]]
    has_spans: bool = True  #: its spans tell of the work, too; else what traces they make says nothing


def trace_of(session: str) -> str:
    """Name the trace of records that lie in none."""
    return f"session:{session}"[:200]


def read(program: Program, log: RawLog) -> Span | None:
    """Read one record; None for those of other programs and those that say nothing of the work."""
    name = log.name if log.name.startswith(program.prefix) else log.body
    if not isinstance(name, str) or not name.startswith(program.prefix):
        return None
    reader = program.readers.get(name.removeprefix(program.prefix))
    session = word(log.attributes, *program.session)
    found = reader(log) if reader is not None and session is not None else None
    if found is None or session is None:
        return None
    waited = (wild.integer(log.attributes.get("duration_ms"), 2**31) or 0) * 1_000_000
    fields: dict[str, Any] = {
        "start": max(log.at - waited, 0),
        "end": log.at,
        "parent_id": word(log.attributes, *program.above) or "session",
        **{key: value for key, value in found.items() if value is not None},
    }
    return Span(
        trace_id=(program.has_spans and log.trace_id) or trace_of(session),
        source=f"otel:{program.agent}-logs",
        run=session,
        session=session,
        agent_hint=program.agent,
        **fields,
    )
