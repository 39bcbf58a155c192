"""OpenInference's flattened messages, as messages in the shape of the OpenAI API."""

from typing import Any

from ingest import wild
from ingest.dialects.unflatten import MOST_PLACES, in_order, place
from ingest.formats.otlp.raw import RawSpan

#: Where flattened messages are.
AT = ("llm.input_messages.", "llm.output_messages.")

Place = tuple[str, int, str]  #: prefix without its dot, number of the message, path in it
Parts = list[tuple[str, Any]]  #: (path, value)


def messages_at(raw: RawSpan, prefix: str) -> list[Any] | None:
    """Put the messages below a prefix together again; None when there are none."""
    told = flattened(raw)[prefix]
    found = (message_again(raw.source.known, tuple(told[number])) for number in sorted(told))
    return [message for message in found if message is not None] or None


def flattened(raw: RawSpan) -> dict[str, dict[int, Parts]]:
    """Gather the parts of messages by prefix and number, once for all who ask of a span."""
    known = raw.source.known
    last: tuple[RawSpan, dict[str, dict[int, Parts]]] | None = known.get(flattened)
    if last is not None and last[0] is raw:
        return last[1]
    told: dict[str, dict[int, Parts]] = {prefix[:-1]: {} for prefix in AT}
    for name, value in raw.attributes.items():
        at = known[name] if name in known else known.setdefault(name, place_of(name))
        if at is not None:
            told[at[0]].setdefault(at[1], []).append((at[2], value))
    known[flattened] = raw, told
    return told


def place_of(name: str) -> Place | None:
    """Say which part of which message an attribute is; None where it is none."""
    for prefix in AT:
        if name.startswith(prefix):
            number, _, path = name[len(prefix) :].partition(".")
            found = wild.integer(number, MOST_PLACES) if number.isdecimal() else None
            return None if found is None else (prefix[:-1], found, path)
    return None


def message_again(known: dict[Any, Any], parts: tuple[tuple[str, Any], ...]) -> dict[str, Any] | None:
    """Write a message; one that an earlier span had, too, is the same object."""
    try:
        found: dict[str, Any] | None = known.get(parts)
    except TypeError:  # a list is among the values
        return message_of_parts(parts)
    if found is None:
        found = message_of_parts(parts)
        if all(value.__class__ is str for _, value in parts):  # 1 and True are equal, and not the same
            known[parts] = found
    return found


def message_of_parts(parts: tuple[tuple[str, Any], ...]) -> dict[str, Any] | None:
    tree: dict[str, Any] = {}
    for path, value in parts:
        place(tree, path.split("."), value)
    told = tree.get("message")
    return message_of(told) if isinstance(told, dict) else None


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
