"""What must be recalled before the spans of a request become steps, found in one pass over them."""

from collections.abc import Iterable

from msgspec import Struct, field

from ingest.formats.events.values import id_of
from ingest.spans.hearing import Heard
from ingest.spans.known import INSIDE
from ingest.spans.pairing import mark_of
from ingest.spans.span import Span, SpanKind
from ingest.spans.turns import is_turn


class Wanted(Struct, kw_only=True):
    """What a request may need to know."""

    spans: set[tuple[str, str]] = field(default_factory=set)  #: trace and span, parents too
    around: set[tuple[str, str]] = field(default_factory=set)  #: spans whose children are asked for
    calls: set[str] = field(default_factory=set)
    marks: set[bytes] = field(default_factory=set)
    models: set[int] = field(default_factory=set)  #: when model calls began

    def times(self) -> dict[str, int]:
        """Say between which times the model calls lie."""
        return {"since": min(self.models) - INSIDE, "until": max(self.models) + INSIDE}


def wanted_by(heard: Iterable[tuple[Span, Heard]]) -> Wanted:
    """List what spans, and what their messages tell, may have to do with."""
    wanted = Wanted()
    for span, said in heard:
        wanted.spans.add((span.trace_id, span.span_id))
        if span.parent_id:
            wanted.spans.add((span.trace_id, span.parent_id))
        if span.kind in (SpanKind.TOOL, SpanKind.RETRIEVER) or is_turn(span):
            wanted.around.add((span.trace_id, span.span_id))
        if span.kind in (SpanKind.TOOL, SpanKind.RETRIEVER) and not span.call_id:
            wanted.marks.add(mark_of(span.tool or "", None))
        if span.kind is SpanKind.LLM and span.start:
            wanted.models.add(span.start)
        if said.mark is not None:
            wanted.marks.add(said.mark)
        for known in (span.call_id, span.response_id):
            if (found := id_of(known)) is not None:
                wanted.calls.add(found)
        for call in said.calls():
            wanted.calls.add(id_of(call.id) or "")
            wanted.marks.add(mark_of(call.name, call.input))
    return wanted


def by_trace(heard: Iterable[tuple[Span, Heard]]) -> dict[str, list[tuple[Span, Heard]]]:
    """Group spans by their trace."""
    groups: dict[str, list[tuple[Span, Heard]]] = {}
    for span, said in heard:
        groups.setdefault(span.trace_id, []).append((span, said))
    return groups
