"""Content blocks of a model's answer."""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from ingest.formats.events.values import (
    json_text,
    raw_text,
    raw_value,
)
from ingest.formats.events.wire import NOTHING


class Block(Struct, gc=False):
    """One block of a model's answer, as far as we look into it."""

    type: object = None
    text: object = None
    thinking: object = None
    id: object = None
    name: object = None
    input: Raw = NOTHING


decode_blocks = msgspec.json.Decoder(list[Block]).decode
decode_raws = msgspec.json.Decoder(list[Raw]).decode


def is_list(part: Raw) -> bool:
    """Say whether a raw part is a JSON array."""
    return part is not NOTHING and bytes(memoryview(part)[:1]) == b"["


def openai_blocks(content: Raw, asked: Raw) -> bytes:
    """Turn an answer with `tool_calls` (OpenAI) into content blocks."""
    text, calls, blocks = raw_text(content), raw_value(asked), list[dict[str, object]]()
    if text:
        blocks.append({"type": "text", "text": text})
    for call in calls if isinstance(calls, list) else []:
        if isinstance(call, dict):
            function: dict[str, Any] = call["function"] if isinstance(call.get("function"), dict) else call
            arguments = function.get("arguments", function.get("args"))
            input = Raw(arguments_text(arguments).encode())
            blocks.append(
                {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": input}
            )
    return msgspec.json.encode(blocks)


def arguments_text(arguments: object) -> str:
    """Write arguments as JSON text; OpenAI sends them as JSON inside a string."""
    if type(arguments) is str:
        try:
            msgspec.json.decode(arguments, type=dict[str, Raw])
            return arguments
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            pass
    return json_text(arguments)
