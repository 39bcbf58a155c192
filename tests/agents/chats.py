"""The wire of OpenAI's Chat Completions, streamed or whole."""

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.messages import Event, halves
from tests.agents.responses import busy, refused
from tests.agents.script import MODEL, Turn, Usage

__all__ = ["END", "answer", "busy", "events", "prompt_of", "refused", "turn_of"]

#: What a stream ends with.
END = b"data: [DONE]\n\n"


def prompt_of(body: dict[str, Any]) -> str:
    """Read what the user said so far; what is asked without tools, such as a title, is no talk."""
    users = [message["content"] for message in body["messages"] if message["role"] == "user"]
    return json.dumps(users) if body.get("tools") else ""


def turn_of(body: dict[str, Any]) -> int:
    """Count the answers so far."""
    return sum(message["role"] == "assistant" for message in body["messages"])


def answer(turn: Turn, usage: Usage, name: str) -> dict[str, Any]:
    """Give a completion."""
    calls = [
        {
            "id": f"call_{name}_{n}",
            "type": "function",
            "function": {"name": ask.name, "arguments": json.dumps(ask.arguments)},
        }
        for n, ask in enumerate(turn.asks)
    ]
    message = {"role": "assistant", "content": turn.text, **({"tool_calls": calls} if calls else {})}
    given = usage.input + usage.cache_read + usage.cache_write
    return {
        "id": f"chatcmpl-{name}",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {
            "prompt_tokens": given,
            "completion_tokens": usage.output,
            "total_tokens": given + usage.output,
            "prompt_tokens_details": {"cached_tokens": usage.cache_read},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        },
    }


def events(completion: dict[str, Any]) -> Iterator[Event]:
    """Give a completion as chunks; these have no names."""
    [choice] = completion["choices"]
    message = choice["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in halves(message["content"])]
    for place, call in enumerate(message.get("tool_calls", [])):
        deltas += [{"tool_calls": [piece]} for piece in pieces_of(place, call)]
    for delta in deltas:
        yield "", chunk(completion, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield "", chunk(completion, [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}])
    yield "", {**chunk(completion, []), "usage": completion["usage"]}


def pieces_of(place: int, call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a call in pieces: its name, then its arguments in two."""
    yield {**call, "index": place, "function": {**call["function"], "arguments": ""}}
    for piece in halves(call["function"]["arguments"]):
        yield {"index": place, "function": {"arguments": piece}}


def chunk(completion: dict[str, Any], choices: list[dict[str, Any]]) -> dict[str, Any]:
    named = {name: completion[name] for name in ("id", "created", "model")}
    return {**named, "object": "chat.completion.chunk", "choices": choices}
