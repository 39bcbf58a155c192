"""Any value as JSON: models of SDKs, dataclasses, paths, bytes, NaN, cycles. It always gives a text."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import PurePath
from typing import Any

from agentscope_recorder.limits import VALUES

DEEPEST = 60


def encode(value: Any) -> bytes:
    """Write a value as JSON in one line."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except Exception:  # lone surrogates, NaN, cycles, and what a value of the agent's may raise
        return json.dumps(plain(value), separators=(",", ":")).encode()  # escapes what UTF-8 has no bytes for


def plain(value: Any) -> Any:
    """Copy a value with only what JSON can hold. What cannot be read is named; it does not raise."""
    return Copier().copy(value, DEEPEST)


class Copier:
    """Copies one value, and counts: what holds itself twice is endless long before it is deep."""

    def __init__(self) -> None:
        self.left = VALUES

    def copy(self, value: Any, depth: int) -> Any:
        """Copy a part of the value."""
        if value is None or value is True or value is False or type(value) is str:
            return value
        if depth <= 0 or self.left <= 0:
            return "…"
        try:
            return self.copy_any(value, depth)
        except Exception as error:
            return f"[{type(value).__name__} cannot be read: {type(error).__name__}]"

    def copy_any(self, value: Any, depth: int) -> Any:
        """Copy a value that may raise whatever it likes."""
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            whole = int.__int__(value)
            return whole if abs(whole) < 2**63 else hex(whole)  # a long decimal is refused
        if isinstance(value, float):
            number = float.__float__(value)
            return number if math.isfinite(number) else str(number)
        if isinstance(value, dict):
            pairs, more = self.taken(value.items())
            fields = {self.name(name): self.copy(item, depth - 1) for name, item in pairs}
            return {**fields, "…": f"{more:,} fields left out"} if more else fields
        if isinstance(value, (list, tuple, set, frozenset)):
            items, more = self.taken(value)
            copied = [self.copy(item, depth - 1) for item in items]
            return [*copied, f"… [{more:,} values left out]"] if more else copied
        return self.copy(plain_object(value), depth - 1)

    def taken(self, items: Any) -> tuple[list[Any], int]:
        """Take as many items as may be copied yet, off a list that the agent may change; say how many not."""
        every = list(items)
        taken = every[: self.left]
        self.left -= len(taken)
        return taken, len(every) - len(taken)

    def name(self, value: Any) -> str:
        """Make the name of a field."""
        name = value if type(value) is str else self.copy(value, 1)
        return name if isinstance(name, str) else str(name)


def plain_object(value: Any) -> Any:
    """Make of an object what JSON has: the fields of models and dataclasses, else how it prints itself."""
    told = dumped(value)
    if told is not None:
        return told
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, PurePath):
        return str(value)
    return repr(value)


def dumped(value: Any) -> dict[str, Any] | None:
    """Give the fields of a model of pydantic; those that JSON has no words for as they are."""
    for settings in ({"mode": "json", "exclude_none": True, "warnings": False}, {}):
        try:
            told = value.model_dump(**settings)
        except Exception:  # a validator of the agent's may raise anything; without settings it may not
            continue
        return told if isinstance(told, dict) else None
    return None


def text_of(value: Any) -> str:
    """Write a value as the text that a model would be shown."""
    return value if isinstance(value, str) else encode(value).decode()


def sentence_of(error: Any) -> str:
    """Write an error as one sentence; an exception with its kind. It does not raise."""
    kind = f"{type(error).__name__}: " if isinstance(error, BaseException) else ""
    try:
        return f"{kind}{error}"
    except Exception as other:
        return f"{kind}[cannot be read: {type(other).__name__}]"
