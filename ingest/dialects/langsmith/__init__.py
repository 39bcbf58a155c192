"""LangSmith's spans over OTLP: `langsmith.span.kind`, prompt and completion as JSON."""

from typing import Any

from ingest import wild
from ingest.dialects.langsmith.contents import answer_in, last_generation, messages_in
from ingest.dialects.values import Fields, inclusive, parsed, text_or_json, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind

KINDS = {
    "llm": SpanKind.LLM,
    "tool": SpanKind.TOOL,
    "retriever": SpanKind.RETRIEVER,
    "chain": SpanKind.CHAIN,
    "prompt": SpanKind.CHAIN,
    "parser": SpanKind.CHAIN,
}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of LangSmith; None for every other."""
    attributes = raw.attributes
    told = attributes.get("langsmith.span.kind")
    if not isinstance(told, str):
        return None
    kind = KINDS.get(told, SpanKind.CHAIN)
    given, came = parsed(attributes.get("gen_ai.prompt")), parsed(attributes.get("gen_ai.completion"))
    if kind is SpanKind.LLM:
        return {"kind": kind, **llm_fields(raw, wild.mapping(given), wild.mapping(came))}
    return {
        "kind": kind,
        "agent_hint": word(attributes, "langsmith.metadata.lc_agent_name") or root_name(raw),
        "input": text_or_json(given),
        **(tool_fields(raw, came) if kind is SpanKind.TOOL else {"output": text_or_json(bare(came))}),
    }


def llm_fields(raw: RawSpan, given: dict[str, Any], came: dict[str, Any]) -> Fields:
    """Read a model call. LangChain tells the model and the id of its answer inside the answer only."""
    attributes = raw.attributes
    message, reason = last_generation(came)
    response = wild.mapping(message.get("response_metadata"))
    usage = parsed(attributes.get("langsmith.metadata.usage_metadata"))
    return {
        "model": word(attributes, "gen_ai.response.model") or word(response, "model_name", "model"),
        "asked_model": word(attributes, "gen_ai.request.model", "langsmith.metadata.ls_model_name"),
        "messages": messages_in(given),
        "answer": answer_in(came),
        "stop_reason": reason or word(response, "finish_reason", "stop_reason"),
        "response_id": word(attributes, "gen_ai.response.id") or word(came, "id") or word(response, "id"),
        **(inclusive(usage) if isinstance(usage, dict) else {}),
    }


def tool_fields(raw: RawSpan, came: Any) -> Fields:
    """Read a tool call, whose result may be a message of LangChain's."""
    output = bare(came or None)
    message = wild.mapping(output)
    if message.get("type") != "tool" or "content" not in message:
        message = {}
    said = text_or_json(message.get("content", output))
    failed = message.get("status") == "error"
    return {
        "tool": word(raw.attributes, "gen_ai.tool.name") or raw.name,
        "output": said,
        **({"call_id": word(message, "tool_call_id")} if word(message, "tool_call_id") else {}),
        **({"failed": True, "error": said} if failed else {}),
    }


def root_name(raw: RawSpan) -> str | None:
    """Name the outermost span: it is called like the agent."""
    return None if raw.parent_id else raw.name


def bare(came: Any) -> Any:
    """Take the value out of `{"output": …}`."""
    return came["output"] if isinstance(came, dict) and set(came) == {"output"} else came
