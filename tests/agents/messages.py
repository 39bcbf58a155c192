"""The wire of Anthropic's Messages API, streamed or whole."""

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.script import MODEL, Turn, Usage

Event = tuple[str, dict[str, Any]]


def prompt_of(body: dict[str, Any]) -> str:
    """Read the first words of a talk."""
    first = body["messages"][0]["content"]
    return first if isinstance(first, str) else json.dumps(first)


def turn_of(body: dict[str, Any]) -> int:
    """Count the answers so far."""
    return sum(message["role"] == "assistant" for message in body["messages"])


def busy() -> dict[str, Any]:
    """Say that there is too much to do."""
    return {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def refused() -> dict[str, Any]:
    """Say that a request is wrong."""
    return {"type": "error", "error": {"type": "invalid_request_error", "message": "Refused."}}


def answer(turn: Turn, usage: Usage, name: str) -> dict[str, Any]:
    """Give a message."""
    content: list[dict[str, Any]] = [{"type": "text", "text": turn.text}] if turn.text else []
    content += [
        {"type": "tool_use", "id": f"toolu_{name}_{n}", "name": ask.name, "input": ask.arguments}
        for n, ask in enumerate(turn.asks)
    ]
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": "tool_use" if turn.asks else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage.input,
            "cache_read_input_tokens": usage.cache_read,
            "cache_creation_input_tokens": usage.cache_write,
            "output_tokens": usage.output,
        },
    }


def events(message: dict[str, Any]) -> Iterator[Event]:
    """Give a message as a stream."""
    begun = {
        **message,
        "content": [],
        "stop_reason": None,
        "usage": {**message["usage"], "output_tokens": 1},
    }
    yield "message_start", {"message": begun}
    for place, block in enumerate(message["content"]):
        yield from block_events(place, block)
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": ended, "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield "message_stop", {}


def block_events(place: int, block: dict[str, Any]) -> Iterator[Event]:
    """Give a block in two pieces."""
    is_text = block["type"] == "text"
    whole = block["text"] if is_text else json.dumps(block["input"])
    empty = {**block, "text": ""} if is_text else {**block, "input": {}}
    yield "content_block_start", {"index": place, "content_block": empty}
    for piece in halves(whole):
        delta = (
            {"type": "text_delta", "text": piece}
            if is_text
            else {"type": "input_json_delta", "partial_json": piece}
        )
        yield "content_block_delta", {"index": place, "delta": delta}
    yield "content_block_stop", {"index": place}


def halves(text: str) -> tuple[str, str]:
    """Cut a text in the middle."""
    middle = len(text) // 2
    return text[:middle], text[middle:]
