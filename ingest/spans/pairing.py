"""Which step a span is: the same call told by two spans, or by a span and the messages, is one step.

A tool call's own id decides. Most instrumentations leave it out, so a call that the model asked for and a
span are the same when name and arguments are, and the time fits best. A model call is known by the id of its
answer.
"""

import msgspec

from ingest import wild
from ingest.formats.events.values import id_of
from ingest.spans.known import TOLD, Known, Memories
from ingest.spans.messages import Call
from ingest.spans.span import Span, SpanKind
from runs.records import digest_of

#: A span may begin a little before the answer that asked for it has ended: streams, and clocks.
SLACK = 50_000_000


def mark_of(tool: str, input: str | None) -> bytes:
    """Digest what a tool is called with: its values, for some instrumentations leave their names out."""
    leaves: list[str] = []
    try:
        collect(msgspec.json.decode(input or "null"), leaves)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        leaves.append(input or "")
    return digest_of("\0".join([tool, *sorted(leaves)]).encode("utf-8", "replace"))


def collect(value: object, leaves: list[str], depth: int = wild.DEEPEST) -> None:
    """Gather the values in nested arguments."""
    if isinstance(value, dict | list) and depth > 0:
        for item in value.values() if isinstance(value, dict) else value:
            collect(item, leaves, depth - 1)
    elif value is not None:
        leaves.append(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def key_of_model_call(memories: Memories, one: Known, span: Span) -> str:
    """Say which step a model call is."""
    response = id_of(span.response_id)
    if response:
        one.call = response
    if one.key:
        memories.note_call(one)
        return one.key
    same = memories.with_call(one.trace, response or "", SpanKind.LLM)
    met = next((other for other in same.overlapping(span.start, span.end) if other.key), None)
    if met is not None:
        return met.key
    is_first = not any(other.key for other in same)
    memories.note_call(one)
    memories.note_model(one)
    twin = twin_call(memories, one)
    if twin is not None:
        return twin.key
    if not response:
        kin = model_call_beside(memories, one)
        return kin.key if kin is not None else one.span
    return response if is_first else one.span


def twin_call(memories: Memories, one: Known) -> Known | None:
    """Find the model call that another library tells of, too, where one lacks the answer's id."""
    if not memories.is_told_by_others(one):
        return None
    near = [other for other in memories.models_at(one) if other is not one and other.key]
    taken = {other.key for other in near if other.source == one.source}
    twins = [
        other
        for other in near
        if other.key not in taken and other.source != one.source and not (other.call and one.call)
    ]
    return min(twins, key=one.apart, default=None)


def model_call_beside(memories: Memories, one: Known) -> Known | None:
    """Find the span of the same call right above or below one that has no id of an answer."""
    above = next(iter(memories.above(one)), None)
    if above is not None and above.kind == SpanKind.LLM and above.key:
        return above
    below = [k for k in memories.children.get((one.trace, one.span), []) if k.kind == SpanKind.LLM and k.key]
    return below[0] if len(below) == 1 else None


def key_of_tool_span(memories: Memories, one: Known, span: Span, mark: bytes | None) -> str:
    """Say which step a tool's span is, of which `mark_of` says what it was called with."""
    own = id_of(span.call_id) or ""
    if span.input is not None or not one.key:
        one.mark = mark
    if not one.key:
        told = told_call(memories, one, own) or told_call(memories, one, own, mark_of(span.tool or "", None))
        if told is not None:
            told.mate, told.is_new = one.span, True
            one.call, one.key = told.call, told.key
        elif not own and (twin := twin_of(memories, one)) is not None:
            one.call, one.key = twin.call, twin.key
        else:
            one.call, one.key = own, own or one.span
    memories.note_mark(one)
    memories.note_call(one)
    memories.note_key(one)
    return one.key


def told_call(memories: Memories, one: Known, own: str, mark: bytes | None = None) -> Known | None:
    """Find the call that a span carries out among those that the messages told of, maybe by another mark."""
    by_id = told_by_id(memories, one.trace, own)
    if by_id is not None:
        return by_id
    if own:
        return None
    waiting = memories.waiting_for(one.trace, mark or one.mark, TOLD)
    return waiting.waiting_before(one.at + SLACK) or waiting.waiting_after(0)


def twin_of(memories: Memories, one: Known) -> Known | None:
    """Find the span of the same tool call in another trace of the run: two libraries tell of it."""
    if not memories.is_told_by_others(one):
        return None
    taken = memories.keys.get(one.trace, set())
    tools = memories.with_mark(one.trace, one.mark, SpanKind.TOOL)
    twins = [
        other
        for other in tools.overlapping(one.at - SLACK, max(one.until, one.at) + SLACK)
        if other.key and other.key not in taken and other.source != one.source
    ]
    return min(twins, key=lambda other: abs(other.at - one.at), default=None)


def told_by_id(memories: Memories, trace: str, call_id: str) -> Known | None:
    """Find a call that the messages told of by its id."""
    return next(iter(memories.with_call(trace, call_id, TOLD)), None)


def told_of(memories: Memories, trace: str, call: Call, at: int) -> Known:
    """Remember a call that the messages tell of; a span that waits for it is its mate."""
    call_id = id_of(call.id) or ""
    found = told_by_id(memories, trace, call_id)
    if found is not None:
        return found
    mark = mark_of(call.name, call.input)
    mate = waiting_span(memories, trace, mark, call_id, at=at)
    told = Known(trace=trace, span=f"call:{call_id}", kind=TOLD, key=call_id, call=call_id, mark=mark, at=at)
    if mate is not None:
        mate.call, mate.is_new = call_id, True
        told.key, told.mate = mate.key, mate.span
    return memories.add(told)


def waiting_span(memories: Memories, trace: str, mark: bytes, call_id: str, *, at: int) -> Known | None:
    """Find a tool's span that nothing has asked for yet."""
    same = next(iter(memories.with_call(trace, call_id, SpanKind.TOOL)), None)
    if same is not None:
        return same
    waiting = memories.waiting_for(trace, mark, SpanKind.TOOL)
    return waiting.waiting_after(at - SLACK) or waiting.waiting_before(at)


def fits_mate(memories: Memories, told: Known, until: int) -> bool:
    """Say whether a told result can be that of its span: of equal calls without ids two may be swapped."""
    mate = memories.tools.get((memories.run_of(told.trace), told.mate))
    if mate is None or mate.key == mate.call:
        return True
    return told.at <= mate.at + SLACK and mate.until <= until + SLACK
