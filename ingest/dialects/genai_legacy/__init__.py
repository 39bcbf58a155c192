"""GenAI as OpenLLMetry up to 0.40 flattened it: `gen_ai.prompt.N.*`, `gen_ai.completion.N.*`."""

from typing import Any

from ingest.dialects.unflatten import in_order, unflattened
from ingest.dialects.values import Fields, inclusive, named_reason, word
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind

READ_TYPES = ("chat", "completion")
#: One of these is there when messages were flattened.
FIRST = tuple(f"gen_ai.{side}.0.{part}" for side in ("prompt", "completion") for part in ("role", "content"))


def read(raw: RawSpan) -> Fields | None:
    """Read a model call with flattened prompts; None for every other span."""
    attributes = raw.attributes
    asked = attributes.get("llm.request.type")
    if asked not in READ_TYPES and attributes.keys().isdisjoint(FIRST):
        return None
    prompts = unflattened(attributes, "gen_ai.prompt")
    answers = unflattened(attributes, "gen_ai.completion")
    output = [message_of(told) for told in answers if isinstance(told, dict)]
    return {
        "kind": SpanKind.LLM,
        "model": word(attributes, "gen_ai.response.model"),
        "asked_model": word(attributes, "gen_ai.request.model"),
        "messages": [message_of(told) for told in prompts if isinstance(told, dict)] or None,
        "answer": answer_blocks(output) or None,
        "stop_reason": named_reason(attributes.get("gen_ai.completion.0.finish_reason")),
        "response_id": word(attributes, "gen_ai.response.id"),
        **usage_of(attributes),
    }


def message_of(told: dict[str, Any]) -> dict[str, Any]:
    """Write one message."""
    calls = told.get("tool_calls")
    message: dict[str, Any] = {"role": told.get("role", "assistant"), "content": told.get("content", "")}
    if isinstance(calls, dict):
        message["tool_calls"] = [
            {"id": call.get("id", ""), "type": "function", "function": named(call)}
            for call in in_order(calls)
            if isinstance(call, dict)
        ]
    if told.get("tool_call_id"):
        message["tool_call_id"] = told["tool_call_id"]
    return message


def named(call: dict[str, Any]) -> dict[str, Any]:
    return {"name": call.get("name", ""), "arguments": call.get("arguments", "")}


def usage_of(attributes: Attributes) -> Fields:
    """Read the token counts of this time."""
    at = "gen_ai.usage."
    return inclusive(
        {
            "input_tokens": attributes.get(at + "prompt_tokens", attributes.get(at + "input_tokens")),
            "output_tokens": attributes.get(at + "completion_tokens", attributes.get(at + "output_tokens")),
            "cache_read_input_tokens": attributes.get(at + "cache_read_input_tokens"),
            "cache_creation_input_tokens": attributes.get(at + "cache_creation_input_tokens"),
            "reasoning_tokens": attributes.get(at + "reasoning_tokens"),
        }
    )
