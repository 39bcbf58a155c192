"""The wire of OpenAI's Responses API, streamed or whole."""

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.messages import Event, halves
from tests.agents.script import MODEL, Turn, Usage

#: Items of the input that answer a call of the model.
RESULTS = ("function_call_output", "custom_tool_call_output")


def prompt_of(body: dict[str, Any]) -> str:
    """Read what the user said so far."""
    asked = body["input"]
    users = [item for item in asked if item.get("role") == "user"] if isinstance(asked, list) else asked
    return json.dumps(users)


def turn_of(body: dict[str, Any]) -> int:
    """Count the answers so far, by the calls that came back."""
    items = body["input"] if isinstance(body["input"], list) else []
    calls = {item["call_id"].rpartition("_")[0] for item in items if item.get("type") in RESULTS}
    return len(calls)


def busy() -> dict[str, Any]:
    """Say that there is too much to do."""
    return {"error": {"message": "Busy.", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}


def refused() -> dict[str, Any]:
    """Say that a request is wrong."""
    return {"error": {"message": "Refused.", "type": "invalid_request_error", "code": None}}


def answer(turn: Turn, usage: Usage, name: str) -> dict[str, Any]:
    """Give a response."""
    text = {"type": "output_text", "text": turn.text, "annotations": []}
    message = {"type": "message", "id": f"msg_{name}", "role": "assistant", "status": "completed"}
    output: list[dict[str, Any]] = [{**message, "content": [text]}] if turn.text else []
    output += [item_of(ask.name, ask.arguments, f"{name}_{n}") for n, ask in enumerate(turn.asks)]
    given = usage.input + usage.cache_read + usage.cache_write
    return {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": 1_795_000_000,
        "model": MODEL,
        "status": "completed",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": usage.cache_read},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": given + usage.output,
        },
    }


def item_of(tool: str, arguments: dict[str, Any], name: str) -> dict[str, Any]:
    """Ask for a tool: `apply_patch` takes a text, all others JSON."""
    call = {"id": f"fc_{name}", "call_id": f"call_{name}", "name": tool, "status": "completed"}
    if tool == "apply_patch":
        return {**call, "type": "custom_tool_call", "input": arguments["input"]}
    return {**call, "type": "function_call", "arguments": json.dumps(arguments)}


def events(response: dict[str, Any]) -> Iterator[Event]:
    """Give a response as a stream."""
    yield "response.created", {"response": {**response, "status": "in_progress", "output": [], "usage": None}}
    for place, item in enumerate(response["output"]):
        yield "response.output_item.added", {"output_index": place, "item": item | begun(item)}
        if item["type"] == "message":
            part = {"type": "output_text", "text": "", "annotations": []}
            place_of = {"item_id": item["id"], "output_index": place, "content_index": 0}
            yield "response.content_part.added", {**place_of, "part": part}
            for piece in halves(item["content"][0]["text"]):
                yield "response.output_text.delta", {**place_of, "delta": piece, "logprobs": []}
        yield "response.output_item.done", {"output_index": place, "item": item}
    yield "response.completed", {"response": response}


def begun(item: dict[str, Any]) -> dict[str, Any]:
    """Say what an item has not got yet when it begins."""
    empty = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "custom_tool_call": {"input": ""},
    }
    return {"status": "in_progress", **empty[item["type"]]}
