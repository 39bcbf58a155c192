"""Which steps of a trace are steps of the run that it joins: both were woven before anybody knew. Pure."""

from collections.abc import Iterable

from ingest.spans.known import TOLD, Known, Memories
from ingest.spans.pairing import SLACK, told_call, twin_call, twin_of, waiting_span
from ingest.spans.span import SpanKind

TOOLS = (SpanKind.TOOL, SpanKind.RETRIEVER)


def same_keys(moved: Iterable[Known], there: Memories) -> dict[str, str]:
    """Give the keys that steps have in the run which they join, where those are others: {old: new}."""
    found: dict[str, str] = {}
    for one in sorted(moved, key=lambda one: (one.at, one.span)):
        other = same_step(one, there)
        if other is not None and one.key and other.key != one.key:
            found.setdefault(one.key, other.key)
    return found


def same_step(one: Known, there: Memories) -> Known | None:
    """Find what tells of the same step in the run."""
    if one.kind == SpanKind.LLM:
        same = there.with_call(one.trace, one.call, SpanKind.LLM)
        near = next((other for other in same.overlapping(one.at, one.until) if other.key), None)
        return near or twin_call(there, one)
    for kind in (*TOOLS, TOLD):
        met = next((other for other in there.with_call(one.trace, one.call, kind) if other.key), None)
        if met is not None:
            return met
    if one.kind == TOLD:
        return meet_told(one, there)
    return meet_tool(one, there) if one.kind in TOOLS else None


def meet_tool(one: Known, there: Memories) -> Known | None:
    """Find the call that a tool's span carries out, or its twin."""
    told = None if one.call else told_call(there, one, "")
    if told is None:
        return twin_of(there, one) if not one.call else None
    told.mate, told.is_new = one.span, True
    one.call, one.is_new = told.call, True
    return told


def meet_told(one: Known, there: Memories) -> Known | None:
    """Find the tool's span that carries out a call which only the messages told of."""
    mate = None if one.mate else waiting_span(there, one.trace, one.mark or b"", one.call, at=one.at - SLACK)
    if mate is not None:
        mate.call, mate.is_new = one.call, True
        one.mate, one.is_new = mate.span, True
    return mate


def rename(known: Iterable[Known], keys: dict[str, str]) -> None:
    """Let remembered spans say the new keys of their steps."""
    for one in known:
        key, more = keys.get(one.key, one.key), [keys.get(key, key) for key in one.keys]
        if (key, more) != (one.key, one.keys):
            one.key, one.keys, one.is_new = key, more, True
