"""OpenInference's flattened messages, as messages in the shape of the OpenAI API."""

from typing import Any

from ingest.dialects.unflatten import in_order, unflattened
from ingest.formats.otlp.raw import Attributes


def messages_at(attributes: Attributes, prefix: str) -> list[Any] | None:
    """Put the messages below a prefix together again; None when there are none."""
    found = [
        message_of(item["message"])
        for item in unflattened(attributes, prefix)
        if isinstance(item, dict) and isinstance(item.get("message"), dict)
    ]
    return found or None


def message_of(told: dict[str, Any]) -> dict[str, Any]:
    """Write one message."""
    contents, calls = listed(told.get("contents")), listed(told.get("tool_calls"))
    message: dict[str, Any] = {"role": told.get("role", "")}
    blocks = [block for item in contents if (block := block_of(item)) is not None]
    content = told.get("content")
    if blocks and not isinstance(content, str):
        content = blocks[0]["text"] if len(blocks) == 1 and "text" in blocks[0] else blocks
    if content is not None:
        message["content"] = content
    written = [call for item in calls if (call := call_of(item)) is not None]
    if written:
        message["tool_calls"] = written
    for name in ("tool_call_id", "name"):
        if told.get(name):
            message[name] = told[name]
    return message


def listed(value: object) -> list[Any]:
    return in_order(value) if isinstance(value, dict) else []


def block_of(item: object) -> dict[str, Any] | None:
    """Write one block of content; calls are told beside the content and left out here."""
    told = item.get("message_content") if isinstance(item, dict) else None
    if not isinstance(told, dict) or told.get("type") == "tool_use":
        return None
    if isinstance(told.get("text"), str):
        if told.get("type") in ("reasoning", "thinking"):
            return {"type": "thinking", "thinking": told["text"]}
        return {"type": told.get("type", "text"), "text": told["text"]}
    return {key: value for key, value in told.items() if value is not None} or None


def call_of(item: object) -> dict[str, Any] | None:
    """Write one tool call."""
    told = item.get("tool_call") if isinstance(item, dict) else None
    function = told.get("function") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(function, dict):
        return None
    return {"id": told.get("id", ""), "type": "function", "function": function}
