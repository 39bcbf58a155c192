"""One span as one step: the fields of its record. Keys and lanes are given."""

import msgspec

from ingest.formats.events.answers import cost_of, preview_of_blocks
from ingest.formats.events.values import BIGGEST, capped, facts_of, text_of
from ingest.spans.contexts import Contexts
from ingest.spans.losses import losses_of
from ingest.spans.messages import read_message
from ingest.spans.span import Span, SpanKind, moment
from runs.kinds import Kind, StepStatus
from runs.losses import LOST
from runs.records import Context, StepRecord

#: Whose word counts on one step: the messages' own, a start, a part, a span, one that has the messages, and
#: that an attempt was made again.
ASKED, TOLD, STARTED, PART, WHOLE, RICH, AGAIN = 1, 2, 3, 4, 5, 6, 7

KINDS = {
    SpanKind.LLM: Kind.LLM,
    SpanKind.TOOL: Kind.TOOL,
    SpanKind.RETRIEVER: Kind.TOOL,
    SpanKind.AGENT: Kind.AGENT,
    SpanKind.GUARDRAIL: Kind.GUARDRAIL,
    SpanKind.HANDOFF: Kind.HANDOFF,
    SpanKind.EVENT: Kind.EVENT,
    SpanKind.PROMPT: Kind.PROMPT,
}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a step belongs."""

    run: str
    key: str
    lane: str = ""
    owner: str | None = None


def step_of(span: Span, place: Place, contexts: Contexts) -> StepRecord:
    """Make the record of a span."""
    record = StepRecord(
        run=place.run,
        key=place.key,
        kind=KINDS[span.kind],
        source=span.source,
        names=tuple(span.names),
        rank=rank_of(span),
        status=status_of(span),
        error=span.error if span.failed else None,
        error_kind=span.error_kind if span.failed else None,
        agent=place.lane,
        parent=place.owner,
        started_at=None if span.is_score else moment(span.start),  # judging later makes no run longer
        ended_at=None if span.is_score else moment(span.end),
        duration_ms=None if span.is_score else duration_of(span),
        raw=span.raw,
        detail=detail_of(span),
    )
    fill = FILLS.get(span.kind, with_name)
    return fill(record, span, contexts)


def rank_of(span: Span) -> int:
    """Rank what a span says: one that brings the messages knows more than one that brings none."""
    if span.is_start:
        return STARTED
    if span.is_part:
        return PART
    return RICH if span.messages or span.answer or span.input or span.output else WHOLE


def status_of(span: Span) -> StepStatus | None:
    """Say how a span stands."""
    if span.is_part:
        return None
    if span.is_score:
        return StepStatus.OK
    if span.failed:
        return StepStatus.FAILED
    return StepStatus.OK if span.end else StepStatus.RUNNING


def duration_of(span: Span) -> int | None:
    """Say how long a span took; a mistake of a clock is not kept."""
    if not span.start or span.end < span.start:
        return None
    return min((span.end - span.start + 500_000) // 1_000_000, BIGGEST)


def detail_of(span: Span) -> dict[str, object]:
    """Gather the small facts of a span."""
    detail: dict[str, object] = {"meta_of_span": span.meta} if span.meta else {}
    for name, value in (
        ("ttft_ms", span.first_token_ms),
        ("params", span.params),
        ("provider", span.provider),
        ("resends", span.retries),
        ("to", span.to_agent),
    ):
        if value:
            detail[name] = value
    facts = facts_of(detail) if detail else detail
    lost = losses_of(span)
    return {**facts, LOST: lost} if lost else facts


def with_answer(record: StepRecord, span: Span, contexts: Contexts) -> StepRecord:
    """Add what a model was sent and what it said."""
    output, size = capped(msgspec.json.encode(span.answer).decode() if span.answer else None)
    return msgspec.structs.replace(
        record,
        name=None,
        duration_ms=None,  # two spans of one call: the store takes both times together
        model=span.model or span.asked_model,
        error_kind="api" if span.failed else None,
        output=output,
        output_size=size,
        output_preview=preview_of(span),
        stop_reason=span.stop_reason,
        tokens=span.tokens,
        usage=facts_of(span.usage) or None if span.usage else None,
        cost_usd=cost_of(span.cost_usd),
        context=context_of(span, contexts),
    )


def preview_of(span: Span) -> str | None:
    """Show an answer: its text, or its blocks in short."""
    if not span.answer:
        return None
    texts = [block["text"] for block in span.answer if block["type"] == "text"]
    thought = next((block["thinking"] for block in span.answer if block["type"] == "thinking"), None)
    asked = [block["name"] for block in span.answer if block["type"] == "tool_use"]
    text = "\n".join(texts).strip()
    return preview_of_blocks(text, thought, asked) if asked or thought else text


def context_of(span: Span, contexts: Contexts) -> Context | None:
    """Chain the messages sent; system instructions given beside them come first."""
    messages = span.messages
    if not messages:
        return None
    if span.system:
        messages = [{"role": "system", "content": span.system}, *messages]
    return contexts.of(messages)


def with_tool(record: StepRecord, span: Span, contexts: Contexts) -> StepRecord:
    """Add what a tool was given and gave back."""
    given, given_size = capped(span.input)
    came, came_size = capped(span.output)
    return msgspec.structs.replace(
        record,
        tool=span.tool or span.name or None,
        error=error_of_tool(span) if span.failed else None,
        input=given,
        input_size=given_size,
        output=came,
        output_size=came_size,
    )


def error_of_tool(span: Span) -> str | None:
    """Say what went wrong; some name only the kind of error, and tell the rest in the result."""
    if span.error != span.error_kind or not span.output:
        return span.error
    try:
        told = msgspec.json.decode(span.output)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return span.output.partition("\n")[0][:300] or span.error
    inner = told.get("error") if isinstance(told, dict) else None
    return (text_of(inner) or "").partition("\n")[0][:300] or span.error


def with_name(record: StepRecord, span: Span, contexts: Contexts) -> StepRecord:
    """Add what an agent, a check or an event is called, what it was given and gave back."""
    name = " → ".join(filter(None, [span.agent, span.to_agent])) if span.kind is SpanKind.HANDOFF else None
    given, given_size = capped(span.input or asked_of(span))
    came, came_size = capped(span.output or said_by(span))
    return msgspec.structs.replace(
        record,
        name=name or span.agent or span.tool or span.name or None,
        model=span.model,
        input=given,
        input_size=given_size,
        output=came,
        output_size=came_size,
    )


def asked_of(span: Span) -> str | None:
    """Find what an agent was asked: the first words that are not the model's or the system's."""
    said = (read_message(message) for message in span.messages or [])
    return next((one.text for one in said if one.role == "user" and one.text), None)


def said_by(span: Span) -> str | None:
    """Take what an agent answered."""
    texts = [block["text"] for block in span.answer or [] if block["type"] == "text"]
    return "\n".join(texts) or None


def with_prompt(record: StepRecord, span: Span, contexts: Contexts) -> StepRecord:
    """Add what a human said."""
    given, size = capped(span.input)
    return msgspec.structs.replace(record, ended_at=None, duration_ms=None, input=given, input_size=size)


FILLS = {
    SpanKind.PROMPT: with_prompt,
    SpanKind.LLM: with_answer,
    SpanKind.TOOL: with_tool,
    SpanKind.RETRIEVER: with_tool,
}
