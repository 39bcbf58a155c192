"""Writes messages in one shape, whichever they came in, so that pages and comparisons know only one.

The shape is that of content blocks: text, thinking, tool_use, tool_result. What is none of them stays as it
is.
"""

from typing import Any

from msgspec import Raw

from ingest.spans.messages import (
    CALL_TYPES,
    RESULT_TYPES,
    Said,
    blocks_of,
    read_block,
    role_of,
    type_of,
    unwrapped,
)

#: Fields of a message that are kept beside its content.
KEPT = ("tool_calls", "tool_call_id", "name")


def neutral_message(value: Any) -> Any:
    """Write one message; one whose content is a text is in that shape already."""
    if not isinstance(value, dict) or (isinstance(value.get("content"), str) and "role" in value):
        return value
    message = unwrapped(value)
    whole = type_of(message) in CALL_TYPES | RESULT_TYPES
    blocks = [neutral_block(block) for block in ([message] if whole else blocks_of(message))]
    if not blocks and not message.get("tool_calls"):
        return value
    alone = blocks[0] if len(blocks) == 1 else {}
    content = alone["text"] if isinstance(alone, dict) and set(alone) == {"type", "text"} else blocks
    kept = {name: message[name] for name in KEPT if message.get(name) and not whole}
    return {"role": role_of(message), "content": content, **kept}


def neutral_block(block: Any) -> Any:
    """Write one block."""
    said = Said()
    read_block(said, block)
    if said.calls:
        call = said.calls[0]
        return {"type": "tool_use", "id": call.id, "name": call.name, "input": Raw(call.input.encode())}
    if said.results:
        result = said.results[0]
        error = {} if result.failed is None else {"is_error": result.failed}
        return {"type": "tool_result", "tool_use_id": result.id, "content": result.text, **error}
    if said.thoughts:
        return {"type": "thinking", "thinking": said.thoughts[0]}
    return {"type": "text", "text": said.texts[0]} if said.texts else block
