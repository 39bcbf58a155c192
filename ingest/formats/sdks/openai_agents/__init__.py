"""The trace exporter of the OpenAI Agents SDK: `{"data": [trace, span, …]}` (SDKS.md 6.3).

A trace has no times and no end; spans come when they are over. Of a model call by the Responses API the SDK
sends only the id and usage, unless a richer exporter adds what was sent and said.
"""

from typing import Any

from ingest import wild
from ingest.dialects.values import Fields, inclusive, text_or_json, word
from ingest.formats.sdks.told import Record, Told, identity, raw_of, record_of_body, refuse_too_many, sentence
from ingest.spans.messages import answer_blocks
from ingest.spans.span import Span, SpanKind, nanoseconds_of
from ingest.streams import Refused

SOURCE = "openai-agents"
NO_IDS = "The span has no id or no trace id."
KINDS = {
    "generation": SpanKind.LLM,
    "response": SpanKind.LLM,
    "function": SpanKind.TOOL,
    "agent": SpanKind.AGENT,
    "handoff": SpanKind.HANDOFF,
    "guardrail": SpanKind.GUARDRAIL,
}


def read_body(body: bytes) -> Told:
    """Read what the exporter posts. Raises Refused."""
    given = record_of_body(body).get("data")
    if not isinstance(given, list):
        raise Refused("The body has no list `data` of traces and spans.", status=400)
    refuse_too_many(len(given))
    told = Told()
    for n, item in enumerate(given, 1):
        record = wild.mapping(item)
        span = trace_span(record) if record.get("object") == "trace" else span_of(record)
        if span is None:
            told.leave(f"item {n}", NO_IDS, {"item": item})
        else:
            told.spans.append(span)
    return told


def trace_span(record: Record) -> Span | None:
    """Make the begin of a run; its end is that of the outermost task or agent."""
    trace = identity(record.get("id"))
    if not trace:
        return None
    metadata = wild.mapping(record.get("metadata"))
    return Span(
        trace_id=trace,
        span_id=trace,
        source=SOURCE,
        name=wild.text(record.get("workflow_name")) or "",
        kind=SpanKind.CHAIN,
        is_start=True,
        session=identity(record.get("group_id")) or None,
        user=word(metadata, "user_id", "user"),
        resource={f"metadata.{name}": value for name, value in metadata.items() if isinstance(value, str)},
    )


def span_of(record: Record) -> Span | None:
    """Make one span."""
    trace, span = identity(record.get("trace_id")), identity(record.get("id"))
    if not trace or not span:
        return None
    data, error = wild.mapping(record.get("span_data")), wild.mapping(record.get("error"))
    kind = KINDS.get(str(data.get("type")), SpanKind.CHAIN)
    end = nanoseconds_of(record.get("ended_at"))
    failed = bool(error)
    fields: Fields = {"failed": failed, "error": error_of(error) if failed else None, **fields_of(kind, data)}
    return Span(
        trace_id=trace,
        span_id=span,
        parent_id=identity(record.get("parent_id")) or ("" if is_outermost(kind, data) else trace),
        source=SOURCE,
        name=wild.text(data.get("name")) or "",
        kind=kind,
        start=nanoseconds_of(record.get("started_at")),
        end=end,
        is_start=not end,
        raw=raw_of({**record, "span_data": None, **data}) if kind is not SpanKind.CHAIN else None,
        **fields,
    )


def is_outermost(kind: SpanKind, data: Record) -> bool:
    """Say whether a span without a parent is the run itself: an agent, or the task around agents."""
    return kind is SpanKind.AGENT or wild.mapping(data.get("data")).get("sdk_span_type") == "task"


def error_of(error: Record) -> str:
    """Say what went wrong; of a tool the details are beside the message."""
    details = wild.mapping(error.get("data"))
    return sentence(details.get("error")) or sentence(error.get("message")) or "It failed without a message."


def fields_of(kind: SpanKind, data: Record) -> Fields:
    """Read what each kind of span says."""
    if kind is SpanKind.LLM:
        return llm_fields(data)
    if kind is SpanKind.TOOL:
        return {
            "tool": wild.text(data.get("name")),
            "input": text_or_json(data.get("input")),
            "output": text_or_json(data.get("output")),
        }
    if kind is SpanKind.HANDOFF:
        return {"agent": wild.text(data.get("from_agent")), "to_agent": wild.text(data.get("to_agent"))}
    if kind is SpanKind.AGENT:
        return {"agent": wild.text(data.get("name"))}
    if kind is SpanKind.GUARDRAIL and data.get("triggered") is True:
        return {"failed": True, "error": "Tripped.", "error_kind": "policy"}
    return usage_of_turn(wild.mapping(data.get("data")))


def usage_of_turn(turn: Record) -> Fields:
    """Read what a turn, which is one model call and its tools, used; JavaScript tells it nowhere else."""
    usage = wild.mapping(turn.get("usage")) if turn.get("sdk_span_type") == "turn" else {}
    told = {
        "input_tokens": usage.get("input_tokens"),
        "output_tokens": usage.get("output_tokens"),
        "cache_read_input_tokens": usage.get("cached_input_tokens"),
        "cache_creation_input_tokens": usage.get("cache_write_input_tokens"),
    }
    return inclusive(told) if usage else {}


def llm_fields(data: Record) -> Fields:
    """Read a model call by either API."""
    params, given = wild.mapping(data.get("model_config")), data.get("input")
    whole = completion_in(data.get("output"))
    choices = wild.items(whole.get("choices"))
    usage = wild.mapping(data.get("usage")) or wild.mapping(whole.get("usage"))
    messages: list[Any] | None = [given] if isinstance(given, str) else wild.items(given) or None
    return {
        "model": wild.text(whole.get("model")) or wild.text(data.get("model")),
        "params": {name: value for name, value in params.items() if isinstance(value, str | int | float)},
        "system": wild.text(data.get("instructions")),
        "messages": messages,
        "answer": answer_blocks(choices or wild.items(data.get("output"))) or None,
        "stop_reason": wild.text(wild.mapping(next(iter(choices), None)).get("finish_reason")),
        "response_id": wild.text(data.get("response_id")) or wild.text(whole.get("id")),
        **(inclusive(usage) if usage else {}),
    }


def completion_in(output: object) -> Record:
    """Take the whole answer of the chat API, which JavaScript puts where Python puts its message."""
    first = wild.mapping(next(iter(wild.items(output)), None))
    return first if isinstance(first.get("choices"), list) else {}
