"""Turns as the Responses API of OpenAI takes them. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from runs.replay.blocks import words_of
from runs.replay.chat import arguments_text, picture_url
from runs.replay.names import Names
from runs.replay.pairing import paired
from runs.replay.parts import Call, Cut, Notes, Part, Picture, Result, Role, Text, Thinking, Turn

Item = dict[str, Any]


def write(turns: Sequence[Turn], notes: Notes) -> list[Item]:
    """Write the items of `input`."""
    names = Names(notes, id_chars=64, name_chars=64, prefix="call_made_")
    told = paired(turns, notes)
    free = {part.id for turn in told for part in turn.parts if isinstance(part, Call) and part.is_free}
    return [item for turn in told for item in _items(turn, names, free, notes)]


def _items(turn: Turn, names: Names, free: set[str], notes: Notes) -> Iterator[Item]:
    parts = _taken(turn.parts, notes)
    words: list[Part] = []
    for part in parts:
        if isinstance(part, Text | Picture):
            words.append(part)
            continue
        if words:
            yield _message(turn.role, words, notes)
            words = []
        yield _item(part, names, free, notes)
    if words:
        yield _message(turn.role, words, notes)


def _taken(parts: Sequence[Part], notes: Notes) -> list[Part]:
    """Keep thinking that came from this very API, and that something follows."""
    kept = [part for part in parts if not isinstance(part, Thinking) or is_item(part)]
    while kept and isinstance(kept[-1], Thinking):
        kept.pop()
    notes.add(Cut.THINKING, len(parts) - len(kept))
    return kept


def is_item(thinking: Thinking) -> bool:
    """Say whether thinking is an item of this API that can be sent back."""
    item = thinking.item or {}
    known = isinstance(item.get("id"), str) or isinstance(item.get("encrypted_content"), str)
    return known and isinstance(item.get("summary"), list)


_REASONING = ("type", "id", "summary", "content", "encrypted_content", "status")


def _item(part: Part, names: Names, free: set[str], notes: Notes) -> Item:
    if isinstance(part, Thinking):
        item = part.item or {}
        return {name: item[name] for name in _REASONING if item.get(name) is not None}
    if isinstance(part, Call):
        kind = "custom_tool_call" if part.is_free else "function_call"
        told = {"input": part.raw} if part.is_free else {"arguments": arguments_text(part)}
        return {"type": kind, "call_id": names.id(part.id), "name": names.name(part.name), **told}
    assert isinstance(part, Result)  # words are in messages
    kind = "custom_tool_call_output" if part.call in free else "function_call_output"
    return {"type": kind, "call_id": names.id(part.call), "output": _output(part, notes)}


def _output(result: Result, notes: Notes) -> str | list[Item]:
    if any(isinstance(part, Picture) for part in result.parts):
        pieces = [_piece(part, "input_text", notes) for part in result.parts]
        if any(piece["type"] != "input_text" for piece in pieces):
            return pieces
        return "\n\n".join(piece["text"] for piece in pieces)  # of pictures that were not kept, words
    return "\n\n".join(words_of(part) for part in result.parts)


def _message(role: Role, parts: Sequence[Part], notes: Notes) -> Item:
    kind = "output_text" if role is Role.ASSISTANT else "input_text"
    content = [_piece(part, kind, notes) for part in parts]
    return {"type": "message", "role": role.value, "content": content}


def _piece(part: Part, kind: str, notes: Notes) -> Item:
    url = picture_url(part) if isinstance(part, Picture) and kind == "input_text" else ""
    if url:
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    notes.add(Cut.PICTURES, isinstance(part, Picture))
    return {"type": kind, "text": words_of(part)}
