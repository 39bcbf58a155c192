"""OpenInference: `openinference.span.kind`, messages flattened into attributes."""

import re

from ingest import wild
from ingest.dialects.openinference.messages import messages_at
from ingest.dialects.openinference.values import call_id_in, input_of, output_of, response_id_in
from ingest.dialects.values import (
    Fields,
    event_named,
    inclusive,
    milliseconds_to,
    parsed,
    text_or_json,
    word,
)
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind

KINDS = {
    "LLM": SpanKind.LLM,
    "TOOL": SpanKind.TOOL,
    "AGENT": SpanKind.AGENT,
    "CHAIN": SpanKind.CHAIN,
    "GUARDRAIL": SpanKind.GUARDRAIL,
    "RETRIEVER": SpanKind.RETRIEVER,
}
HANDOFF = re.compile(r"handoff to (.+)")


def read(raw: RawSpan) -> Fields | None:
    """Read a span of OpenInference; None for every other."""
    attributes = raw.attributes
    told = attributes.get("openinference.span.kind")
    if not isinstance(told, str):
        return None
    kind = KINDS.get(told.upper(), SpanKind.CHAIN)
    if kind is SpanKind.LLM and raw.source.scope.endswith(".llama_index") and not is_call(attributes):
        kind = SpanKind.CHAIN
    handoff = HANDOFF.fullmatch(raw.name) if "tool.name" not in attributes else None
    if kind is SpanKind.TOOL and handoff:
        return {
            "kind": SpanKind.HANDOFF,
            "agent": word(attributes, "input.value"),
            "to_agent": word(attributes, "output.value") or handoff.group(1),
        }
    if kind is SpanKind.AGENT and raw.source.scope.endswith(".openai_agents"):
        kind = SpanKind.AGENT if "agent.name" in attributes else SpanKind.CHAIN
    fields: Fields = {"kind": kind, "agent": word(attributes, "agent.name")}
    if meta := parsed(attributes.get("metadata")):
        fields |= facts_of_metadata(meta)
        if kind is SpanKind.CHAIN and fields.get("agent_hint") == raw.name:
            kind = SpanKind.AGENT  # LangChain's agents are graphs of their own name
            fields |= {"kind": kind, "agent": raw.name}
    if kind is SpanKind.LLM:
        return fields | llm_fields(raw)
    if kind is SpanKind.TOOL:
        return fields | tool_fields(raw)
    return fields | {
        "tool": raw.name if kind is SpanKind.GUARDRAIL else None,
        "input": text_or_json(attributes.get("input.value")),
        "output": text_or_json(attributes.get("output.value")),
    }


def is_call(attributes: Attributes) -> bool:
    """Say whether a span of LlamaIndex is a model call: methods around one, and before it, claim to be."""
    return any(name.startswith(("llm.input_messages.", "llm.token_count.")) for name in attributes)


def facts_of_metadata(meta: object) -> Fields:
    """Read what metadata says of the session; LangGraph keeps it there."""
    if not isinstance(meta, dict):
        return {}
    return {
        "session": word(meta, "session_id", "thread_id", "conversation_id"),
        "user": word(meta, "user_id"),
        "agent_hint": word(meta, "lc_agent_name"),
    }


def llm_fields(raw: RawSpan) -> Fields:
    """Read a model call."""
    attributes = raw.attributes
    output = messages_at(raw, "llm.output_messages")
    params = parsed(attributes.get("llm.invocation_parameters"))
    whole = attributes.get("output.value")
    return {
        "model": word(attributes, "llm.response.model_name", "llm.model_name"),
        "asked_model": word(attributes, "llm.request.model_name"),
        "provider": word(attributes, "llm.provider", "llm.system"),
        "params": params if isinstance(params, dict) else {},
        "messages": messages_at(raw, "llm.input_messages") or messages_in(attributes),
        "answer": answer_blocks(output) if output else None,
        "stop_reason": word(attributes, "llm.finish_reason"),
        "response_id": response_id_in(whole),
        "cost_usd": wild.number(attributes.get("llm.cost.total")),
        "first_token_ms": milliseconds_to(raw, event_named(raw, "First Token Stream Event")),
        **usage_of(attributes),
    }


def messages_in(attributes: Attributes) -> list[object] | None:
    """Take the messages out of the request itself, where they were not flattened."""
    whole = parsed(attributes.get("input.value"))
    found = whole.get("messages", whole.get("input")) if isinstance(whole, dict) else whole
    return found if isinstance(found, list) and found else None


def usage_of(attributes: Attributes) -> Fields:
    """Read the token counts; the prompt holds what came from the cache, whoever the provider is."""
    at = "llm.token_count."
    return inclusive(
        {
            "input_tokens": attributes.get(at + "prompt"),
            "output_tokens": attributes.get(at + "completion"),
            "cache_read_input_tokens": attributes.get(at + "prompt_details.cache_read"),
            "cache_creation_input_tokens": attributes.get(at + "prompt_details.cache_write"),
            "reasoning_tokens": attributes.get(at + "completion_details.reasoning"),
        }
    )


def tool_fields(raw: RawSpan) -> Fields:
    """Read a tool call; the id of the call is on few of these spans."""
    attributes = raw.attributes
    output = attributes.get("output.value")
    return {
        "tool": word(attributes, "tool.name", "tool_call.function.name") or raw.name or None,
        "call_id": word(attributes, "tool_call.id", "tool.id") or call_id_in(output),
        "input": input_of(attributes),
        "output": output_of(output),
    }
