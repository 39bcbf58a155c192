"""Scores and feedback, the same from every source: an event in the run, and a word on how the run went."""

import msgspec

from ingest import wild
from ingest.spans.span import Span, SpanKind, moment

#: Characters of a score's name and value that the run keeps.
NAME_CHARS, VALUE_CHARS = 100, 200


def score_span(
    source: str,
    trace: str,
    score: str,
    *,
    name: str,
    value: object,
    about: str = "",
    at: int = 0,
    **more: object,
) -> Span:
    """Make the event of one score; `about` is the span it judges, empty for the whole run."""
    said = value_text(value)[:VALUE_CHARS]
    comment = wild.text(more.get("comment")) or ""
    told = " · ".join(filter(None, [said, comment]))
    return Span(
        trace_id=trace,
        span_id=f"score:{score}",
        parent_id=about,
        source=source,
        name=name[:NAME_CHARS],
        kind=SpanKind.EVENT,
        start=at,
        end=at,
        output=told or None,
        score=None if about else (name[:NAME_CHARS], said),
        meta={"score": name[:NAME_CHARS], "value": said, "at": str(moment(at) or "")},
    )


def value_text(value: object) -> str:
    """Write a value: 1.0 as 1, a truth value as a word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return wild.text(value) or ("" if value is None else msgspec.json.encode(wild.tree(value)).decode())
