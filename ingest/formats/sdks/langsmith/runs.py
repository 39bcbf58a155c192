"""One run of LangSmith as a span: a model call, a tool call, or a chain around them."""

from datetime import UTC, datetime

from ingest import wild
from ingest.dialects.langsmith.contents import answer_in, last_generation, messages_in
from ingest.dialects.values import Fields, inclusive, text_or_json, word
from ingest.formats.events.usage import tokens_of
from ingest.formats.sdks.langsmith.feedback import SOURCE
from ingest.formats.sdks.told import Record, identity, raw_of, sentence
from ingest.spans.span import Span, SpanKind, nanoseconds_of

KINDS = {"llm": SpanKind.LLM, "tool": SpanKind.TOOL, "retriever": SpanKind.RETRIEVER}
ID_LENGTH = 36  # of a UUID at the end of each piece of `dotted_order`
#: Parameters of a call that are its contents, or repeat what is known.
NO_PARAMS = (
    "tools",
    "messages",
    "input",
    "model",
    "model_name",
    "functions",
    "_type",
    "system",
    "instructions",
)


def span_of_run(run: str, record: Record, *, patched: bool) -> Span | None:
    """Make the span of a run, or of what only a patch says; None when it names no trace."""
    above = [(piece[:-ID_LENGTH], piece[-ID_LENGTH:]) for piece in dotted(record)]
    trace = identity(record.get("trace_id")) or (above[0][1] if above else "")
    parent = parent_of(run, record, above)
    if not trace and "start_time" in record and not parent:
        trace, parent = run, ""
    if not run or not trace:
        return None
    metadata = wild.mapping(wild.mapping(record.get("extra")).get("metadata"))
    kind = KINDS.get(str(record.get("run_type")), SpanKind.CHAIN if record.get("run_type") else SpanKind.NONE)
    end = nanoseconds_of(record.get("end_time"))
    error = sentence(record.get("error"))
    fields: Fields = {
        "failed": bool(error),
        "error": error,
        **FILLS.get(kind, chain_fields)(record, metadata),
    }
    name = wild.text(record.get("name")) or ""
    return Span(
        trace_id=trace,
        span_id=run,
        parent_id=parent,
        source=SOURCE,
        name=name,
        kind=kind,
        start=nanoseconds_of(record.get("start_time")) or (compact_time(above[-1][0]) if above else 0),
        end=end,
        is_start=not end,
        is_end=patched and "inputs" not in record,
        agent_hint=word(metadata, "lc_agent_name") or (name or None if parent == "" else None),
        session=word(metadata, "session_id", "thread_id", "conversation_id"),
        user=word(metadata, "user_id"),
        tags=[tag for tag in map(wild.text, wild.items(record.get("tags"))) if tag],
        resource=sender_of(record),
        raw=raw_of(record) if end and kind not in (SpanKind.CHAIN, SpanKind.NONE) else None,
        **fields,
    )


def dotted(record: Record) -> list[str]:
    """Split `dotted_order`: each piece is a time and the id of a run, from the root down."""
    told = record.get("dotted_order")
    pieces = told.split(".") if isinstance(told, str) else []
    return pieces if all(len(piece) > ID_LENGTH for piece in pieces) else []


def parent_of(run: str, record: Record, above: list[tuple[str, str]]) -> str | None:
    """Name the run above: "" for none, None when it is not said."""
    told = identity(record.get("parent_run_id"))
    if told:
        return told
    if above:
        return above[-2][1] if len(above) > 1 else ""
    return "" if identity(record.get("trace_id")) == run else None


def compact_time(told: str) -> int:
    """Read `20261120T083429356148Z`."""
    try:
        return nanoseconds_of(datetime.strptime(told, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC).isoformat())
    except ValueError:
        return 0


def sender_of(record: Record) -> dict[str, object]:
    """Keep who sent it; the rest of `runtime` is about the machine."""
    runtime = wild.mapping(wild.mapping(record.get("extra")).get("runtime"))
    told = {"langsmith.project": record.get("session_name")}
    told |= {f"langsmith.{name}": runtime.get(name) for name in ("sdk", "sdk_version", "library")}
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def llm_fields(record: Record, metadata: Record) -> Fields:
    """Read a model call."""
    given, came = wild.mapping(record.get("inputs")), wild.mapping(record.get("outputs"))
    message, reason = last_generation(came)
    response = wild.mapping(message.get("response_metadata"))
    params = wild.mapping(wild.mapping(record.get("extra")).get("invocation_params"))
    return {
        "model": word(came, "model") or word(response, "model_name", "model"),
        "asked_model": word(metadata, "ls_model_name") or word(given, "model") or word(params, "model"),
        "provider": word(metadata, "ls_provider"),
        "params": {name: value for name, value in params.items() if is_param(name, value)},
        "system": given.get("instructions") if isinstance(given.get("instructions"), str) else None,
        "messages": messages_in(given),
        "answer": answer_in(came),
        "stop_reason": reason or word(response, "finish_reason", "stop_reason"),
        "response_id": word(came, "id") or word(response, "id"),
        "first_token_ms": first_token_of(record),
        **usage_of(metadata, came, message),
    }


def is_param(name: str, value: object) -> bool:
    """Say whether a parameter is worth keeping beside the step."""
    return name not in NO_PARAMS and isinstance(value, str | int | float | bool)


def usage_of(metadata: Record, came: Record, message: Record) -> Fields:
    """Read usage: LangChain's, whose input holds the cache, else the provider's own."""
    for told in (metadata, came, message):
        usage = told.get("usage_metadata")
        if isinstance(usage, dict) and usage:
            cost = wild.number(usage.get("total_cost"))
            return {**inclusive(usage), **({"cost_usd": cost} if cost is not None else {})}
    usage = came.get("usage") or wild.mapping(came.get("llm_output")).get("token_usage")
    tokens = tokens_of(usage)
    return {"tokens": tokens, "usage": usage} if tokens is not None else {}


def first_token_of(record: Record) -> int | None:
    """Read when the answer began: only the first token is an event."""
    start = nanoseconds_of(record.get("start_time"))
    for event in wild.objects(record.get("events")):
        at = nanoseconds_of(event.get("time"))
        if event.get("name") == "new_token" and start and at >= start:
            return (at - start) // 1_000_000
    return None


def tool_fields(record: Record, metadata: Record) -> Fields:
    """Read a tool call."""
    extra, given = wild.mapping(record.get("extra")), wild.mapping(record.get("inputs"))
    came = wild.mapping(record.get("outputs"))
    output = came["output"] if set(came) == {"output"} else came or None
    message = wild.mapping(output)
    fields: Fields = {
        "tool": wild.text(record.get("name")),
        "call_id": word(extra, "tool_call_id") or word(message, "tool_call_id"),
        "input": text_or_json(given["input"] if set(given) == {"input"} else given or None),
        "output": text_or_json(
            message["content"] if message.get("type") == "tool" and "content" in message else output
        ),
    }
    if message.get("type") == "tool" and message.get("status") == "error" and not record.get("error"):
        fields |= {"failed": True, "error": sentence(text_or_json(message.get("content")))}
    return {name: value for name, value in fields.items() if value is not None}


def chain_fields(record: Record, metadata: Record) -> Fields:
    """Read what a chain was given and gave back."""
    given, came = record.get("inputs"), wild.mapping(record.get("outputs"))
    alone = set(came) == {"output"}
    return {
        "input": only_text(given),
        "output": text_or_json(came["output"]) if alone else only_text(came),
    }


def only_text(value: object) -> str | None:
    """Take the text of an object that holds only one; else write it as JSON."""
    found = wild.mapping(value)
    inner = next(iter(found.values())) if len(found) == 1 else None
    return inner if isinstance(inner, str) else text_or_json(found or None)


FILLS = {SpanKind.LLM: llm_fields, SpanKind.TOOL: tool_fields, SpanKind.RETRIEVER: tool_fields}
