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
    return [item for turn in paired(turns, notes) for item in _items(turn, names, notes)]


def _items(turn: Turn, names: Names, notes: Notes) -> Iterator[Item]:
    parts = _taken(turn.parts, notes)
    words: list[Part] = []
    for part in parts:
        if isinstance(part, Text | Picture):
            words.append(part)
            continue
        if words:
            yield _message(turn.role, words, notes)
            words = []
        yield _item(part, names, notes)
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
    return isinstance(item.get("id"), str) and isinstance(item.get("summary"), list)


def _item(part: Part, names: Names, notes: Notes) -> Item:
    if isinstance(part, Thinking):
        return {name: value for name, value in (part.item or {}).items() if value is not None}
    if isinstance(part, Call):
        told = {"name": names.name(part.name), "arguments": arguments_text(part)}
        return {"type": "function_call", "call_id": names.id(part.id), **told}
    assert isinstance(part, Result)  # words are in messages
    return {"type": "function_call_output", "call_id": names.id(part.call), "output": _output(part, notes)}


def _output(result: Result, notes: Notes) -> str | list[Item]:
    if any(isinstance(part, Picture) for part in result.parts):
        return [_piece(part, "input_text", notes) for part in result.parts]
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
