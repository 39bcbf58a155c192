"""LangSmith's spans over OTLP: `langsmith.span.kind`, prompt and completion as JSON."""

from typing import Any

from ingest.dialects.values import Fields, inclusive, parsed, text_or_json, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.messages import answer_blocks
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
        return {"kind": kind, **llm_fields(raw, given, came)}
    return {
        "kind": kind,
        "tool": word(attributes, "gen_ai.tool.name") or raw.name if kind is SpanKind.TOOL else None,
        "agent_hint": word(attributes, "langsmith.metadata.lc_agent_name") or root_name(raw),
        "input": text_or_json(given),
        "output": bare(came),
    }


def llm_fields(raw: RawSpan, given: Any, came: Any) -> Fields:
    """Read a model call."""
    attributes = raw.attributes
    messages = given.get("messages", given.get("input")) if isinstance(given, dict) else None
    if isinstance(messages, list) and len(messages) == 1 and isinstance(messages[0], list):
        messages = messages[0]  # LangChain sends a list of conversations
    usage = parsed(attributes.get("langsmith.metadata.usage_metadata"))
    return {
        "model": word(attributes, "gen_ai.response.model"),
        "asked_model": word(attributes, "gen_ai.request.model", "langsmith.metadata.ls_model_name"),
        "messages": messages if isinstance(messages, list) else None,
        "answer": answer_in(came),
        "response_id": word(attributes, "gen_ai.response.id"),
        **(inclusive(usage) if isinstance(usage, dict) else {}),
    }


def answer_in(came: Any) -> list[dict[str, Any]] | None:
    """Read the answer: an OpenAI completion, items of the Responses API, LangChain's generations."""
    if not isinstance(came, dict):
        return None
    choices = came.get("choices") or came.get("generations") or came.get("output") or [came]
    if isinstance(choices, list) and choices and isinstance(choices[0], list):
        choices = choices[0]
    return answer_blocks(choices if isinstance(choices, list) else [choices]) or None


def root_name(raw: RawSpan) -> str | None:
    """Name the outermost span: it is called like the agent."""
    return None if raw.parent_id else raw.name


def bare(came: Any) -> str | None:
    """Take the value out of `{"output": …}`."""
    if isinstance(came, dict) and set(came) == {"output"}:
        return text_or_json(came["output"])
    return text_or_json(came)
