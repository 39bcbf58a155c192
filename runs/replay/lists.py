"""Message lists in the shape of an API, with what is said of them. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from runs.replay import anthropic, chat, responses
from runs.replay.parts import RULES, Cut, Notes, Part, Picture, Result, Turn
from runs.replay.reading import turns_of, value_of
from runs.replay.rebuilding import Said, turns_of_steps


class Format(StrEnum):
    """Whose shape a list has."""

    NATIVE = "native"  #: as the source sent it
    ANTHROPIC = "anthropic"
    OPENAI = "openai"  #: Chat Completions
    RESPONSES = "responses"


class Source(StrEnum):
    """Where a list comes from."""

    SENT = "sent"  #: what this model call was sent
    NEXT = "next"  #: what the next model call was sent, with nothing else heard in between
    EXTENDED = "extended"  #: what an earlier call was sent, and the steps since
    REBUILT = "rebuilt"  #: steps alone


#: The pictures that steps keep, by the key of the step: (media type, base64).
Pictures = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What was recorded of a list: messages as their bytes, and the steps after them."""

    source: Source
    messages: Sequence[bytes] = ()
    steps: Sequence[Said] = ()
    pictures: Pictures | None = None
    too_large: int = 0  #: messages whose bytes were not read
    too_many: int = 0  #: steps before these


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A list in one format: each message as JSON text, `system` where the format keeps it apart."""

    format: Format
    source: Source
    messages: list[bytes]
    system: str = ""
    cut: list[str]
    made_up: list[str]

    @property
    def characters(self) -> int:
        """Count what an estimate of tokens rests on."""
        return len(self.system) + sum(len(message.decode("utf-8", "replace")) for message in self.messages)


def listed(recorded: Recorded, format: Format) -> Listed:
    """Write what was recorded in one format."""
    notes = Notes()
    notes.add(Cut.LARGE, recorded.too_large)
    notes.add(Cut.EARLIER, recorded.too_many)
    notes.add(Cut.RULES, not any(map(_is_rule, recorded.messages)))
    if format is Format.NATIVE:
        system, messages = "", _native(recorded, notes)
    else:
        system, written = _written(turns_in(recorded, notes), format, notes)
        messages = [as_json(message) for message in written]
    notes.add(Cut.MASKED, sum(message.count(b"[redacted:") for message in messages))
    return Listed(
        format=format,
        source=recorded.source,
        messages=messages,
        system=system,
        cut=notes.cut(),
        made_up=notes.made_up(),
    )


def _is_rule(message: bytes) -> bool:
    if b'"system"' not in message and b'"developer"' not in message:
        return False  # reading all of a long list only for this takes as long as the rest
    value = value_of(message)
    return isinstance(value, dict) and value.get("role") in RULES


def as_json(value: Any) -> bytes:
    """Write a value as compact JSON; half a surrogate pair becomes U+FFFD."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def turns_in(recorded: Recorded, notes: Notes) -> list[Turn]:
    """Read a recorded list into turns, with the pictures that steps keep."""
    before = turns_of([value_of(data) for data in recorded.messages], notes)
    turns = turns_of_steps(recorded.steps, notes, before=before)
    return [_pictured(turn, recorded.pictures or {}) for turn in turns]


def _pictured(turn: Turn, pictures: Pictures) -> Turn:
    return replace(turn, parts=tuple(_with_bytes(part, pictures) for part in turn.parts))


def _with_bytes(part: Part, pictures: Pictures) -> Part:
    if isinstance(part, Result):
        inner = tuple(_with_bytes(piece, pictures) for piece in part.parts)
        # A result holds words and pictures, and `_with_bytes` gives back the kind that it took.
        return replace(part, parts=inner) if inner != part.parts else part  # type: ignore[arg-type]
    if isinstance(part, Picture) and part.step and part.number < len(kept := pictures.get(part.step, ())):
        media, data = kept[part.number]
        return replace(part, media=media, data=data)
    return part


def _written(turns: list[Turn], format: Format, notes: Notes) -> tuple[str, list[dict[str, Any]]]:
    if format is Format.ANTHROPIC:
        return anthropic.write(turns, notes)
    write = chat.write if format is Format.OPENAI else responses.write
    return "", write(turns, notes)


def _native(recorded: Recorded, notes: Notes) -> list[bytes]:
    """Give stored messages as they are, then the steps after them in the same shape."""
    values = [value_of(data) for data in recorded.messages]
    stored = [
        data if not isinstance(value, str) or data[:1] == b'"' else as_json(value)
        for data, value in zip(recorded.messages, values, strict=True)
    ]
    if not recorded.steps:
        return stored
    shape = shape_of(values)
    before = turns_of(values, Notes())
    turns = turns_of_steps(recorded.steps, notes, before=before)
    kept = len(before)
    if turns[:kept] != before:  # a compaction began the list anew, under the same rules
        kept = next((n for n, turn in enumerate(before) if turn.role not in RULES), kept)
        stored = stored[:kept]
    return stored + [as_json(message) for message in _WRITERS[shape](turns[kept:], notes)]


_WRITERS: dict[Format, Callable[[list[Turn], Notes], list[dict[str, Any]]]] = {
    Format.ANTHROPIC: anthropic.write_messages,
    Format.OPENAI: chat.write,
    Format.RESPONSES: responses.write,
}


def shape_of(values: Sequence[Any]) -> Format:
    """Tell whose shape stored messages have."""
    for value in values:
        if not isinstance(value, dict):
            continue
        if value.get("type") in ("function_call", "function_call_output", "reasoning", "message"):
            return Format.RESPONSES
        if value.get("role") in ("tool", "developer") or isinstance(value.get("tool_calls"), list):
            return Format.OPENAI
    return Format.ANTHROPIC
