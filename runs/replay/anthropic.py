"""Turns as the Messages API of Anthropic takes them. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from runs.replay.blocks import words_of
from runs.replay.names import Names
from runs.replay.pairing import opening_rules, paired
from runs.replay.parts import RULES, Call, Cut, Made, Notes, Part, Picture, Result, Role, Text, Thinking, Turn

MEDIA = ("image/png", "image/jpeg", "image/gif", "image/webp")
FIRST = "[This list begins with the assistant.]"
_BASE64 = re.compile(r"\A[A-Za-z0-9+/]+={0,2}\Z")

Message = dict[str, Any]


def write(turns: Sequence[Turn], notes: Notes) -> tuple[str, list[Message]]:
    """Write (system prompt, messages): roles alternate, the user begins."""
    rules, others = opening_rules(turns)
    system = "\n\n".join(words_of(part) for turn in rules for part in turn.parts)
    messages = write_messages(others, notes)
    if messages and messages[0]["role"] != "user":
        notes.add(Made.FIRST)
        messages.insert(0, {"role": "user", "content": FIRST})
    return system, messages


def write_messages(turns: Sequence[Turn], notes: Notes) -> list[Message]:
    """Write messages that may go on from others: the first one may be the assistant's."""
    names = Names(notes, id_chars=64, name_chars=128, prefix="toolu_made_")
    told = [_without_rules(turn, notes) for turn in turns]
    messages: list[Message] = []
    for role, parts in _alternating(paired(told, notes), notes):
        blocks = [_block(part, role, names, notes) for part in parts]
        plain = len(blocks) == 1 and blocks[0]["type"] == "text"
        messages.append({"role": role.value, "content": blocks[0]["text"] if plain else blocks})
    return messages


def _without_rules(turn: Turn, notes: Notes) -> Turn:
    if turn.role not in RULES:
        return turn
    notes.add(Made.RULES)
    return Turn(role=Role.USER, parts=turn.parts)


def _alternating(turns: Iterable[Turn], notes: Notes) -> list[tuple[Role, list[Part]]]:
    """Join neighbours of one role, after what this API does not take is left out."""
    found: list[tuple[Role, list[Part]]] = []
    for turn in turns:
        parts = _taken(turn, notes)
        if not parts:
            continue
        if found and found[-1][0] is turn.role:
            found[-1][1].extend(parts)
        else:
            found.append((turn.role, parts))
    return found


def _taken(turn: Turn, notes: Notes) -> list[Part]:
    """Leave out thinking that is not signed, and thinking at the end of an answer."""
    parts = [
        part
        for part in turn.parts
        if not isinstance(part, Thinking) or (turn.role is Role.ASSISTANT and (part.signature or part.hidden))
    ]
    while parts and isinstance(parts[-1], Thinking):
        parts.pop()
    notes.add(Cut.THINKING, len(turn.parts) - len(parts))
    return parts


def _block(part: Part, role: Role, names: Names, notes: Notes) -> Message:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Thinking):
        if part.hidden:
            return {"type": "redacted_thinking", "data": part.hidden}
        return {"type": "thinking", "thinking": part.text, "signature": part.signature}
    if isinstance(part, Call):
        name = names.name(part.name)
        notes.add(Made.ARGUMENTS, part.is_free)
        return {"type": "tool_use", "id": names.id(part.id), "name": name, "input": part.arguments}
    if isinstance(part, Result):
        return _result(part, names, notes)
    return _picture(part, role, notes)


def _result(result: Result, names: Names, notes: Notes) -> Message:
    blocks = [_block(part, Role.USER, names, notes) for part in result.parts if words_of(part).strip()]
    plain = len(blocks) == 1 and blocks[0]["type"] == "text"
    content = blocks[0]["text"] if plain else blocks or ""
    block = {"type": "tool_result", "tool_use_id": names.id(result.call), "content": content}
    return block | {"is_error": True} if result.failed else block


def _picture(picture: Picture, role: Role, notes: Notes) -> Message:
    if role is Role.USER and picture.media in MEDIA and _BASE64.match(picture.data):
        source = {"type": "base64", "media_type": picture.media, "data": picture.data}
        return {"type": "image", "source": source}
    if role is Role.USER and picture.url.startswith("https://"):
        return {"type": "image", "source": {"type": "url", "url": picture.url}}
    notes.add(Cut.PICTURES)
    return {"type": "text", "text": words_of(picture)}
