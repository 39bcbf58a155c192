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
    return one.failed and any(not other.failed and other.at > one.at for other in same_request(memories, one))


def attempts_before(memories: Memories, one: Known) -> list[Known]:
    """List the failed calls that one with an answer repeats."""
    if one.failed:
        return []
    return [other for other in same_request(memories, one) if other.failed and other.at < one.at]


def same_request(memories: Memories, one: Known) -> list[Known]:
    """List the other model calls that were sent the same from the same place."""
    same = memories.with_mark(one.trace, one.mark)
    return [other for other in same if other.kind == SpanKind.LLM and other.key != one.key]
