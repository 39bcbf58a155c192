"""Which failed model calls were attempts: what was sent came again from the same place."""

from ingest.spans.hearing import Heard
from ingest.spans.known import Known, Memories
from ingest.spans.span import Span, SpanKind


def note_attempt(memories: Memories, one: Known, span: Span, heard: Heard) -> bool:
    """Remember a model call by what was sent; say whether it failed and was made again."""
    if heard.mark is not None and one.mark != heard.mark:
        one.mark, one.is_new = heard.mark, True
        memories.note_mark(one)
    if span.end and not span.is_part and one.failed != (span.failed and not span.answer):
        one.failed, one.is_new = span.failed and not span.answer, True
    return one.failed and came_again(memories, one)


def came_again(memories: Memories, one: Known) -> bool:
    """Say whether a failed call was made again later."""
    for other in memories.with_mark(one.trace, one.mark, SpanKind.LLM).backwards():
        if other.at <= one.at:
            return False
        if not other.failed and other.key != one.key:
            return True
    return False


def attempts_before(memories: Memories, one: Known) -> list[Known]:
    """List the failed calls that one with an answer repeats: those since the last one with an answer."""
    found: list[Known] = []
    if one.failed:
        return found
    for other in memories.with_mark(one.trace, one.mark, SpanKind.LLM).backwards_from(one.at - 1):
        if other.key == one.key:
            continue
        if not other.failed and other.until:
            break
        if other.failed:
            found.append(other)
    return found
