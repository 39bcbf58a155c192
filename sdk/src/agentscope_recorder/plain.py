"""Any value as JSON: models of SDKs, dataclasses, paths, bytes, NaN, cycles. It always gives a text."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import PurePath
from typing import Any

DEEPEST = 60


def encode(value: Any) -> bytes:
    """Write a value as JSON in one line."""
    try:
        text = json.dumps(
            value, default=plain_object, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.encode()
    except (ValueError, TypeError, RecursionError, UnicodeEncodeError):
        return json.dumps(plain(value), separators=(",", ":")).encode()  # escapes what UTF-8 has no bytes for


def plain_object(value: Any) -> Any:
    """Make of an object what JSON has: the fields of models and dataclasses, else how it prints itself."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        try:
            return dump(mode="json", exclude_none=True, warnings=False)
        except TypeError:
            return dump()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, PurePath):
        return str(value)
    return repr(value)


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Copy a value with only what JSON can hold."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth <= 0:
        return "…"
    if isinstance(value, dict):
        return {str(name): plain(item, depth - 1) for name, item in list(value.items())}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth - 1) for item in list(value)]
    return plain(plain_object(value), depth - 1)


def text_of(value: Any) -> str:
    """Write a value as the text that a model would be shown."""
    return value if isinstance(value, str) else encode(value).decode()
