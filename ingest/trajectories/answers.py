"""Blocks and usage of answers in the shapes of OpenAI, litellm and Anthropic."""

from typing import Any

from ingest import wild
from ingest.formats.events.usage import tokens_of
from ingest.spans.messages import Said, read_message
from runs.records import Tokens
from runs.tools import arguments_of


def blocks_of_message(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Turn an answer into blocks: thinking, text, tool_use."""
    thought = wild.text(message.get("reasoning_content")) or wild.text(message.get("reasoning"))
    found = blocks_of_said(read_message(without(message, "reasoning_content", "reasoning")))
    if thought and not any(block["type"] == "thinking" for block in found):
        found.insert(0, {"type": "thinking", "thinking": thought})
    return found


def without(message: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in names}


def blocks_of_said(said: Said) -> list[dict[str, Any]]:
    """Write what was read of a message as blocks."""
    blocks: list[dict[str, Any]] = [{"type": "thinking", "thinking": text} for text in said.thoughts if text]
    blocks += [{"type": "text", "text": text} for text in said.texts if text]
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call.input)}
        for call in said.calls
    ]
    return blocks


def inclusive_tokens(usage: object) -> Tokens | None:
    """Read usage whose prompt tokens hold what came from the cache (OpenAI, litellm; FORMATS 0.1)."""
    return tokens_of(wild.mapping(usage), "inclusive")
