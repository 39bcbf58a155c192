"""The AI SDK of Vercel: `ai.operationId`; the outer span only repeats what its `do…` spans say."""

from typing import Any

from ingest import wild
from ingest.dialects.conversations import messages_in
from ingest.dialects.values import (
    Fields,
    event_named,
    first,
    inclusive,
    inner_text,
    milliseconds_to,
    named_reason,
    parsed,
    parsed_list,
    text_or_json,
    whole_milliseconds,
    word,
)
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind

CALLS = (".doGenerate", ".doStream")
OUTER = ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")


def read(raw: RawSpan) -> Fields | None:
    """Read a span of the AI SDK; None for every other."""
    attributes = raw.attributes
    operation = attributes.get("ai.operationId")
    if not isinstance(operation, str):
        return None
    agent = word(attributes, "ai.telemetry.functionId")
    if operation.startswith(OUTER) and operation.endswith(CALLS):
        return {"kind": SpanKind.LLM, "agent_hint": agent, **llm_fields(raw)}
    if operation == "ai.toolCall":
        return {
            "kind": SpanKind.TOOL,
            "agent_hint": agent,
            "tool": word(attributes, "ai.toolCall.name"),
            "call_id": word(attributes, "ai.toolCall.id"),
            "input": text_or_json(attributes.get("ai.toolCall.args")),
            "output": inner_text(first(attributes, "ai.toolCall.result")),
        }
    return {
        "kind": SpanKind.AGENT if operation in OUTER else SpanKind.CHAIN,
        "agent_hint": agent,
        "input": prompt_in(attributes),
        "output": word(attributes, "ai.response.text", "ai.response.object"),
    }


def prompt_in(attributes: Attributes) -> str | None:
    """Find what the outer span was asked."""
    whole = parsed(attributes.get("ai.prompt"))
    prompt = whole.get("prompt") if isinstance(whole, dict) else None
    return prompt if isinstance(prompt, str) else None


def llm_fields(raw: RawSpan) -> Fields:
    """Read a model call."""
    attributes = raw.attributes
    first_chunk = wild.number(attributes.get("ai.response.msToFirstChunk"))
    return {
        "model": word(attributes, "ai.response.model"),
        "asked_model": word(attributes, "ai.model.id"),
        "provider": word(attributes, "ai.model.provider"),
        "messages": messages_in(raw, attributes.get("ai.prompt.messages")),
        "answer": answer_of(attributes),
        "stop_reason": named_reason(attributes.get("ai.response.finishReason")),
        "response_id": word(attributes, "ai.response.id"),
        "first_token_ms": whole_milliseconds(first_chunk)
        if first_chunk is not None
        else milliseconds_to(raw, event_named(raw, "ai.stream.firstChunk")),
        **usage_of(attributes),
    }


def answer_of(attributes: Attributes) -> list[dict[str, Any]] | None:
    """Put the answer together: reasoning, text, calls."""
    thoughts = texts(attributes, "ai.response.reasoning")
    words = texts(attributes, "ai.response.text", "ai.response.object")
    message = {
        "role": "assistant",
        "content": [
            *({"type": "thinking", "thinking": text} for text in thoughts),
            *({"type": "text", "text": text} for text in words),
        ],
        "tool_calls": parsed_list(attributes.get("ai.response.toolCalls")),
    }
    return answer_blocks([message]) or None


def texts(attributes: Attributes, *names: str) -> list[str]:
    found = word(attributes, *names)
    return [found] if found else []


def usage_of(attributes: Attributes) -> Fields:
    """Read the token counts; the input holds what came from the cache."""
    at = "ai.usage."
    return inclusive(
        {
            "input_tokens": first(attributes, at + "inputTokens", at + "promptTokens"),
            "output_tokens": first(attributes, at + "outputTokens", at + "completionTokens"),
            "cache_read_input_tokens": first(
                attributes, at + "cachedInputTokens", at + "inputTokenDetails.cacheReadTokens"
            ),
            "cache_creation_input_tokens": first(attributes, at + "inputTokenDetails.cacheWriteTokens"),
            "reasoning_tokens": first(
                attributes, at + "reasoningTokens", at + "outputTokenDetails.reasoningTokens"
            ),
        }
    )
