"""The official GenAI conventions, latest: `gen_ai.operation.name`, messages as JSON (FORMATS.md 5.1)."""

from typing import Any

from ingest import wild
from ingest.dialects.conversations import messages_in
from ingest.dialects.genai import gemini
from ingest.dialects.values import (
    Fields,
    first,
    inclusive,
    named_reason,
    params_of,
    parsed,
    parsed_list,
    text_or_json,
    whole_milliseconds,
    word,
)
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.messages import answer_blocks, text_of
from ingest.spans.span import SpanKind
from runs.losses import LossKind

KINDS = {
    "chat": SpanKind.LLM,
    "text_completion": SpanKind.LLM,
    "generate_content": SpanKind.LLM,
    "execute_tool": SpanKind.TOOL,
    "invoke_agent": SpanKind.AGENT,
    "retrieval": SpanKind.RETRIEVER,
    "guardrail_check": SpanKind.GUARDRAIL,
    "agent_handoff": SpanKind.HANDOFF,
}
#: Frameworks that name themselves where a provider belongs.
NO_PROVIDERS = ("strands-agents", "langchain", "agent_framework", "autogen")
#: Ids that a framework makes for itself (ADK); the model and its messages know other ones.
OWN_IDS = "adk-"
#: ADK's span around calls made at once, which have spans of their own.
AROUND = "(merged tools)"
#: What a part of a message may say beside its type, its id and its name.
SAID = ("content", "arguments", "response", "result", "uri", "file_id", "data")
#: Our names of token counts, and this dialect's spellings of each.
USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_input_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
    ),
    "cache_creation_input_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
    ),
}
READ = ("model", "choice.count", "stream")


def read(raw: RawSpan) -> Fields | None:
    """Read a span with `gen_ai.*` attributes; None for every other."""
    attributes = raw.attributes
    operation = attributes.get("gen_ai.operation.name")
    if operation is None and not any(name.startswith("gen_ai.") for name in attributes):
        return None
    kind = kind_of(raw, operation)
    fields: Fields = {
        "kind": kind,
        "agent": word(attributes, "gen_ai.agent.name", "agent_name"),
        "provider": provider_of(attributes),
    }
    if kind is SpanKind.LLM:
        fields |= llm_fields(raw)
    elif kind is SpanKind.TOOL:
        fields |= tool_fields(raw)
    elif kind is SpanKind.HANDOFF:
        fields |= {
            "agent": word(attributes, "gen_ai.handoff.from_agent"),
            "to_agent": word(attributes, "gen_ai.handoff.to_agent"),
        }
    elif kind is SpanKind.GUARDRAIL:
        fields |= guardrail_fields(attributes)
    else:
        fields |= agent_fields(attributes)
    return fields


def kind_of(raw: RawSpan, operation: object) -> SpanKind:
    """Say what a span is; without an operation, what it has tells."""
    if operation == "invoke_agent" and raw.kind == 2 and not raw.name.startswith("invoke_agent"):
        return SpanKind.CHAIN  # how opentelemetry-instrumentation-openai-agents calls the whole workflow
    if raw.attributes.get("gen_ai.tool.name") == AROUND:
        return SpanKind.CHAIN
    if isinstance(operation, str):
        return KINDS.get(operation, SpanKind.CHAIN)
    if "gen_ai.tool.name" in raw.attributes:
        return SpanKind.TOOL
    told = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "gen_ai.response.model")
    if "gen_ai.request.model" in raw.attributes and any(name in raw.attributes for name in told):
        return SpanKind.LLM
    return SpanKind.NONE


def provider_of(attributes: Attributes) -> str | None:
    """Read the provider, which some frameworks take for themselves."""
    found = word(attributes, "gen_ai.provider.name", "gen_ai.system")
    return None if found in NO_PROVIDERS else found


def llm_fields(raw: RawSpan) -> Fields:
    """Read a model call."""
    attributes = raw.attributes
    messages = messages_in(raw, attributes.get("gen_ai.input.messages"))
    output = parsed_list(attributes.get("gen_ai.output.messages"))
    if raw.source.scope.endswith(gemini.SCOPE):
        messages, output = gemini.with_own_ids(messages, output)
    reason = named_reason(attributes.get("gen_ai.response.finish_reasons"))
    if reason is None and output and isinstance(output[-1], dict):
        reason = wild.text(output[-1].get("finish_reason"))
    return {
        "model": word(attributes, "gen_ai.response.model"),
        "asked_model": word(attributes, "gen_ai.request.model"),
        "params": params_of(attributes, "gen_ai.request.", READ),
        "system": parsed(first(attributes, "gen_ai.system_instructions")),
        "messages": messages,
        "answer": answer_blocks(output) if output else None,
        "lost": {LossKind.CONTENTS.value: 1} if is_hollow(messages) else None,
        "stop_reason": reason,
        "response_id": word(attributes, "gen_ai.response.id"),
        "first_token_ms": first_token_of(attributes),
        **usage_of(attributes),
    }


def is_hollow(messages: list[Any] | None) -> bool:
    """Say whether messages came without what they say: pydantic-ai can send their shapes alone."""
    given = [part for message in messages or [] for part in wild.items(wild.mapping(message).get("parts"))]
    return bool(given) and not any(name in wild.mapping(part) for part in given for name in SAID)


def first_token_of(attributes: Attributes) -> int | None:
    """Read the time to the first token: seconds by the convention, milliseconds from strands."""
    seconds = wild.number(attributes.get("gen_ai.response.time_to_first_chunk"))
    if seconds is not None:
        return whole_milliseconds(seconds * 1000)
    return wild.integer(attributes.get("gen_ai.server.time_to_first_token"), 2**31)


def usage_of(attributes: Attributes) -> Fields:
    """Read usage in this dialect's spellings; the input holds what came from the cache."""
    cost = wild.number(first(attributes, "operation.cost", "gen_ai.usage.cost"))
    fields: Fields = {"cost_usd": cost} if cost is not None else {}
    return fields | inclusive({ours: first(attributes, *theirs) for ours, theirs in USAGE.items()})


def tool_fields(raw: RawSpan) -> Fields:
    """Read a tool call."""
    attributes = raw.attributes
    call = word(attributes, "gen_ai.tool.call.id")
    return {
        "tool": word(attributes, "gen_ai.tool.name") or raw.name.removeprefix("execute_tool ") or None,
        "call_id": None if (call or "").startswith(OWN_IDS) else call,
        "input": text_or_json(first(attributes, "gen_ai.tool.call.arguments", "tool_arguments")),
        "output": result_of(first(attributes, "gen_ai.tool.call.result", "tool_response")),
    }


def result_of(value: object) -> str | None:
    """Read a tool's result; strands sends the blocks of one as JSON."""
    found = parsed_list(value)
    if found and all(isinstance(block, dict) and block.keys() == {"text"} for block in found):
        return text_of(found)
    return text_or_json(value)


def guardrail_fields(attributes: Attributes) -> Fields:
    """Read a check of input or output."""
    tripped = attributes.get("gen_ai.guardrail.triggered") is True
    fields: Fields = {"tool": word(attributes, "gen_ai.guardrail.name")}
    return fields | ({"failed": True, "error": "Tripped.", "error_kind": "policy"} if tripped else {})


def agent_fields(attributes: Attributes) -> Fields:
    """Read what an agent or a workflow was given and gave back."""
    output: Any = parsed_list(attributes.get("gen_ai.output.messages"))
    return {
        "messages": parsed_list(first(attributes, "gen_ai.input.messages", "pydantic_ai.all_messages")),
        "answer": answer_blocks(output) if output else None,
        "output": text_or_json(attributes.get("final_result")),
    }
