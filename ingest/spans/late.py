"""Ends of tool calls that come before their starts wait among the facts of the trace.

Which call of the model they are is known by the arguments, which only the start has.
"""

from msgspec import structs

from ingest import wild
from ingest.limits import ANSWER_CHARS, LATE_ENDS
from ingest.spans.known import Known, TraceFacts
from ingest.spans.span import Span, SpanKind

#: What an end is remembered by, before the id of its span.
LATE = "late:"


def meet_start(facts: TraceFacts, one: Known, span: Span) -> Span | None:
    """Put an end that waits to its start; None for an end that has to wait."""
    name = LATE + one.span
    if span.is_end and span.kind is SpanKind.TOOL and not one.key:
        if name in facts.told or sum(told.startswith(LATE) for told in facts.told) < LATE_ENDS:
            facts.told[name] = [span.end, wild.tree(end_of(span))]
            return None
    elif name in facts.told and span.input is not None:
        at, told = facts.told.pop(name)
        return structs.replace(span, is_start=False, end=wild.integer(at) or 0, **wild.mapping(told))
    return span


def end_of(span: Span) -> dict[str, object]:
    """Say how a call ended."""
    return {
        "output": None if span.output is None else span.output[:ANSWER_CHARS],
        "failed": span.failed,
        "error": span.error,
    }
