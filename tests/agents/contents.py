"""The wire of Gemini's API (`generateContent`), streamed or whole."""

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.messages import Event, halves
from tests.agents.script import MODEL, Turn, Usage


def prompt_of(body: dict[str, Any]) -> str:
    """Read what the user said so far."""
    return json.dumps([content["parts"] for content in body["contents"] if content["role"] == "user"])


def turn_of(body: dict[str, Any]) -> int:
    """Count the answers so far."""
    return sum(content["role"] == "model" for content in body["contents"])


def busy() -> dict[str, Any]:
    """Say that there is too much to do."""
    return {"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}


def refused() -> dict[str, Any]:
    """Say that a request is wrong."""
    return {"error": {"code": 400, "message": "Refused.", "status": "INVALID_ARGUMENT"}}


def answer(turn: Turn, usage: Usage, name: str) -> dict[str, Any]:
    """Give a response; what is written to a cache counts as input, and thinking beside the output."""
    calls = [{"functionCall": {"name": ask.name, "args": ask.arguments}} for ask in turn.asks]
    given = usage.input + usage.cache_read + usage.cache_write
    return {
        "responseId": name,
        "modelVersion": MODEL,
        "candidates": [
            {
                "index": 0,
                "content": {"role": "model", "parts": [{"text": turn.text}, *calls]},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {
            "promptTokenCount": given,
            "cachedContentTokenCount": usage.cache_read,
            "candidatesTokenCount": usage.output - usage.reasoning,
            "thoughtsTokenCount": usage.reasoning,
            "totalTokenCount": given + usage.output,
        },
    }


def events(response: dict[str, Any]) -> Iterator[Event]:
    """Give a response as chunks; these have no names."""
    [candidate] = response["candidates"]
    text, *calls = candidate["content"]["parts"]
    named = {name: response[name] for name in ("responseId", "modelVersion")}
    for piece in halves(text["text"]):
        parts = {"index": 0, "content": {"role": "model", "parts": [{"text": piece}]}}
        yield "", {**named, "candidates": [parts], "usageMetadata": {"promptTokenCount": 1}}
    yield "", {**response, "candidates": [{**candidate, "content": {"role": "model", "parts": calls}}]}
