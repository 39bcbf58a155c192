"""Turns as the Chat Completions API of OpenAI takes them. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from runs.replay.blocks import words_of
from runs.replay.names import Names
from runs.replay.pairing import paired
from runs.replay.parts import Call, Cut, Made, Notes, Part, Picture, Result, Role, Text, Thinking, Turn

Message = dict[str, Any]


def write(turns: Sequence[Turn], notes: Notes) -> list[Message]:
    """Write messages: an answer with its calls, then one message of a tool for each."""
    names = Names(notes, id_chars=40, name_chars=64, prefix="call_made_")
    return [message for turn in paired(turns, notes) for message in _messages(turn, names, notes)]


def _messages(turn: Turn, names: Names, notes: Notes) -> Iterator[Message]:
    if turn.role is Role.ASSISTANT:
        yield from _answer(turn, names, notes)
        return
    words = [part for part in turn.parts if isinstance(part, Text | Picture)]
    for result in turn.parts:
        if isinstance(result, Result):
            yield {"role": "tool", "tool_call_id": names.id(result.call), "content": _words(result, notes)}
    if words and turn.role is Role.USER:
        yield {"role": "user", "content": _content(words, notes)}
    elif words:
        yield {"role": turn.role.value, "content": "\n\n".join(map(words_of, words))}


def _answer(turn: Turn, names: Names, notes: Notes) -> Iterator[Message]:
    notes.add(Cut.THINKING, sum(isinstance(part, Thinking) for part in turn.parts))
    said = "\n\n".join(words_of(part) for part in turn.parts if isinstance(part, Text | Picture))
    calls = [_call(part, names) for part in turn.parts if isinstance(part, Call)]
    notes.add(Made.ARGUMENTS, sum(isinstance(part, Call) and part.is_free for part in turn.parts))
    if said or calls:
        message: Message = {"role": "assistant", "content": said or None}
        yield message | {"tool_calls": calls} if calls else message


def _call(call: Call, names: Names) -> Message:
    function = {"name": names.name(call.name), "arguments": arguments_text(call)}
    return {"id": names.id(call.id), "type": "function", "function": function}


def arguments_text(call: Call) -> str:
    """Write arguments as JSON text: as it came, where it came as such."""
    if call.raw and not call.is_free:
        try:
            if isinstance(json.loads(call.raw), dict):
                return call.raw
        except (ValueError, RecursionError):
            pass
    return json.dumps(call.arguments, ensure_ascii=False)


def _words(result: Result, notes: Notes) -> str:
    """Say a result in words: messages of tools hold no pictures."""
    notes.add(Cut.PICTURES, sum(isinstance(part, Picture) for part in result.parts))
    return "\n\n".join(words_of(part) for part in result.parts)


def _content(parts: Sequence[Part], notes: Notes) -> str | list[Message]:
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_piece(part, notes) for part in parts]


def _piece(part: Part, notes: Notes) -> Message:
    url = picture_url(part) if isinstance(part, Picture) else ""
    if url:
        return {"type": "image_url", "image_url": {"url": url}}
    notes.add(Cut.PICTURES, isinstance(part, Picture))
    return {"type": "text", "text": words_of(part)}


def picture_url(picture: Picture) -> str:
    """Give the address of a picture, or its bytes as one; empty where neither is known."""
    if picture.data and picture.media:
        return f"data:{picture.media};base64,{picture.data}"
    return picture.url if picture.url.startswith(("https://", "http://")) else ""
