"""Token counts that only the turn around a model call tells: they are those of the one call in it."""

from collections.abc import Iterable

from ingest import wild
from ingest.dialects.values import inclusive
from ingest.spans.known import Known, Memories, TraceFacts
from ingest.spans.span import Span, SpanKind
from ingest.spans.steps import TOLD, Place
from runs.kinds import Kind
from runs.records import StepRecord

#: What the usage of a turn is remembered by, before its id, until its model call is known.
TURN = "turn:"


def is_turn(span: Span) -> bool:
    """Say whether a span tells the usage of the model call in it."""
    return span.kind is SpanKind.CHAIN and bool(span.usage)


def note_turn(facts: TraceFacts, span: Span) -> None:
    """Remember what a turn used."""
    if is_turn(span):
        facts.told[TURN + span.span_id] = [span.start, wild.tree(span.usage)]


def calls_of_turns(
    memories: Memories, facts: TraceFacts, sent: Iterable[Known]
) -> list[tuple[Known, dict[str, object]]]:
    """Take the turns whose one model call is known by now: the call, and the usage."""
    found = []
    for turn in dict.fromkeys(span for one in sent for span in (one.span, one.parent or "")):
        usage = facts.told.get(TURN + turn)
        below = memories.children.get((facts.trace, turn), [])
        calls = [one for one in below if one.kind == SpanKind.LLM and one.key and not one.failed]
        if usage is not None and len(calls) == 1:
            del facts.told[TURN + turn]
            found.append((calls[0], wild.mapping(usage[1])))
    return found


def step_of_usage(place: Place, call: Known, usage: dict[str, object]) -> StepRecord:
    """Give a model call the usage of its turn; what its own span says counts for more."""
    return StepRecord(
        run=place.run,
        key=place.key,
        kind=Kind.LLM,
        source=call.source,
        rank=TOLD,
        agent=place.lane,
        parent=place.owner,
        **inclusive(usage),
    )
