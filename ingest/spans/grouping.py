"""Which run a trace belongs to: the one place that decides it. Pure; see docs/reference/grouping.md.

What a trace is and when it was follows from all of its spans, whatever their order, and which run it belongs
to from what is known of it and of its neighbours by now: never from who came first.
"""

from collections.abc import Iterable

from ingest.limits import NEAR_SECONDS
from ingest.spans.facts import note_earliest, text_of
from ingest.spans.known import Shape, TraceFacts
from ingest.spans.span import Span, SpanKind

#: Roots that are calls: nothing says which agent made them.
CALLS = (SpanKind.LLM, SpanKind.TOOL, SpanKind.RETRIEVER, SpanKind.GUARDRAIL, SpanKind.HANDOFF)
#: Spans without a step of their own.
STEPLESS = (SpanKind.NONE, SpanKind.CHAIN, SpanKind.AGENT)


#: Nanoseconds between the beginnings of two loose calls of one run.
NEAR = NEAR_SECONDS * 10**9


def run_of_trace(trace_id: str, spans: Iterable[Span]) -> str:
    """Name the run of a trace that was never seen before: its own word, else the trace is the run."""
    named = sorted(span.run for span in spans if span.run)
    return named[0] if named else trace_id


def note_place(facts: TraceFacts, spans: Iterable[Span]) -> None:
    """Take what spans say of where their trace belongs: whose it is, when it was, what lies on top."""
    for span in spans:
        at = span.start or span.end
        note_earliest(facts, "session of trace", at, span.session or span.conversation)
        note_earliest(facts, "process", at, span.resource.get("service.instance.id"))
        facts.begun = min(filter(None, (facts.begun, at)), default=0)
        if not span.is_score:
            facts.last_at = max(facts.last_at, span.end, span.start)
        if span.kind not in STEPLESS and not span.is_score:
            facts.told.setdefault("acts", [0, True])
        if span.is_root:
            note_earliest(facts, "root", 0 if span.kind in CALLS else -1, span.kind or "other")
    facts.session = text_of(facts, "session of trace") or ""
    facts.instance = text_of(facts, "process") or ""
    facts.shape = shape_of(facts)


def shape_of(facts: TraceFacts) -> Shape:
    """Say what a trace is, as far as it is known."""
    if "acts" not in facts.told:
        return Shape.BARE
    root = text_of(facts, "root")
    if root is None:
        return Shape.OPEN
    return Shape.LOOSE if root in CALLS else Shape.WHOLE


def places_of_loose(loose: list[TraceFacts], near: list[TraceFacts]) -> list[tuple[TraceFacts, str]]:
    """Say which run each loose call belongs to: that of the calls near it, else it begins one of its own."""
    found, before = [], None
    for one in sorted([*loose, *near], key=lambda one: (one.session, one.instance, one.begun, one.trace)):
        if before is None or not is_near(before, one):
            run = one.run
        found.append((one, run))
        before = one
    return found


def is_near(before: TraceFacts, one: TraceFacts) -> bool:
    """Say whether a loose call goes on with the one before it."""
    same = (before.session, before.instance) == (one.session, one.instance)
    return same and bool(one.session or one.instance) and one.begun - before.begun <= NEAR
