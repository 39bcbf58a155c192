"""Observations and traces of Langfuse's own API as spans."""

from typing import Any

from ingest import wild
from ingest.dialects.langfuse import KINDS, answer_in, messages_in, usage_of
from ingest.dialects.values import Fields, arguments_of, inclusive, text_or_json
from ingest.formats.sdks.langfuse.scores import SOURCE
from ingest.formats.sdks.told import Record, identity, raw_of, sentence
from ingest.spans.span import Span, SpanKind, nanoseconds_of

#: What an observation without a word on its parent lies in: the trace when it is created, else not said.
NOT_SAID = None


def span_of_trace(record: Record) -> Span | None:
    """Make the outermost span of a trace. It has no end of its own: its output says that it is over."""
    trace = identity(record.get("id"))
    if not trace:
        return None
    start = nanoseconds_of(record.get("timestamp"))
    output = text_or_json(record.get("output"))
    name = wild.text(record.get("name")) or ""
    return Span(
        trace_id=trace,
        span_id=trace,
        source=SOURCE,
        name=name,
        kind=SpanKind.CHAIN,
        start=start,
        end=nanoseconds_of(record.get("seen")) if output else 0,
        is_start=not output,
        input=arguments_of(record.get("input")) if record.get("input") is not None else None,
        output=output,
        agent_hint=name or None,
        session=wild.text(record.get("sessionId")),
        user=wild.text(record.get("userId")),
        tags=[tag for tag in map(wild.text, wild.items(record.get("tags"))) if tag],
        resource=sender_of(record),
    )


def sender_of(record: Record) -> dict[str, object]:
    """Keep the small facts that users set."""
    told = {name: record.get(name) for name in ("environment", "release", "version")}
    told |= {f"metadata.{name}": value for name, value in wild.mapping(record.get("metadata")).items()}
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def span_of_observation(record: Record, *, kind: str, created: bool) -> Span | None:
    """Make the span of an observation, or of what an update says of it."""
    trace, span = identity(record.get("traceId")), identity(record.get("id"))
    if not trace or not span:
        return None
    found = KINDS.get(kind.lower(), SpanKind.CHAIN)
    start, end = nanoseconds_of(record.get("startTime")), nanoseconds_of(record.get("endTime"))
    failed = record.get("level") == "ERROR"
    told = sentence(record.get("statusMessage")) if failed else None
    is_point = found is SpanKind.EVENT
    return Span(
        trace_id=trace,
        span_id=span,
        parent_id=identity(record.get("parentObservationId")) or (trace if created else NOT_SAID),
        source=SOURCE,
        name=wild.text(record.get("name")) or "",
        kind=found,
        start=start,
        end=end or (start if is_point else 0),
        is_start=not end and not is_point,
        is_end=not created and "input" not in record,
        failed=failed,
        error=told or ("It failed without a message." if failed else None),
        resource=sender_of({name: record.get(name) for name in ("environment", "release", "version")}),
        raw=raw_of(record) if end and found is not SpanKind.CHAIN else None,
        **fields_of(found, record, start),
    )


def fields_of(kind: SpanKind, record: Record, start: int) -> Fields:
    """Read what each kind of observation says."""
    given, came = record.get("input"), record.get("output")
    if kind is SpanKind.LLM:
        return llm_fields(record, given, came, start)
    name = wild.text(record.get("name"))
    return {
        "tool": name if kind in (SpanKind.TOOL, SpanKind.RETRIEVER) else None,
        "agent": name if kind is SpanKind.AGENT else None,
        "input": arguments_of(given) if given is not None else None,
        "output": text_or_json(came),
    }


def llm_fields(record: Record, given: Any, came: Any, start: int) -> Fields:
    """Read a generation."""
    params = wild.mapping(record.get("modelParameters"))
    usage = record.get("usageDetails")
    first = nanoseconds_of(record.get("completionStartTime"))
    plain = wild.mapping(record.get("usage"))
    cost = wild.mapping(record.get("costDetails")).get("total", plain.get("totalCost"))
    return {
        "model" if record.get("endTime") else "asked_model": wild.text(record.get("model")),
        "params": {name: value for name, value in params.items() if isinstance(value, str | int | float)},
        "messages": messages_in(given),
        "answer": answer_in(came) if came is not None else None,
        "cost_usd": wild.number(cost),
        "first_token_ms": (first - start) // 1_000_000 if start and first > start else None,
        **(usage_of(usage) if usage else plain_usage(plain)),
    }


def plain_usage(usage: Record) -> Fields:
    """Read the older usage, `{input, output, total, unit}`, whose input holds what came from the cache."""
    entered = usage.get("input", usage.get("promptTokens"))
    left = usage.get("output", usage.get("completionTokens"))
    return inclusive({"input_tokens": entered, "output_tokens": left})
