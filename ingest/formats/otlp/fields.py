"""Tames single fields of OTLP/JSON: any JSON value in, the wanted type out. Nothing here raises."""

import base64
import binascii
import math
from typing import Any

from ingest import wild
from ingest.formats.otlp.raw import Attributes

#: The last nanosecond that a column of 64 bits holds, in the year 2262; later times are a mistake.
LATEST = wild.BIGGEST
STATUS_WORDS = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2, "OK": 1, "ERROR": 2}
KIND_WORDS = {
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}


def get(record: dict[str, Any], name: str, other: str) -> Any:
    """Take a field in lower camel case or in snake case; both are sent."""
    value = record.get(name)
    return record.get(other) if value is None else value


def hex_id(value: object, *, size: int) -> str:
    """Read an id of `size` bytes: hex, or the base64 that some exporters send; empty when it is none."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if len(text) == size * 2 and is_hex(text):
        return "" if set(text) == {"0"} else text.lower()
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return data.hex() if len(data) == size and any(data) else ""


def is_hex(text: str) -> bool:
    """Say whether a text has hex digits only."""
    return text.isascii() and all(c in "0123456789abcdefABCDEF" for c in text)


def nanoseconds(value: object) -> int:
    """Read a time: a number or its digits; 0 when it is none."""
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else 0
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 < value < LATEST else 0


def code_of(value: object, words: dict[str, int]) -> int:
    """Read an enum by its name or its number."""
    if isinstance(value, str):
        return words.get(value.upper(), wild.integer(value, 100) or 0)
    return wild.integer(value, 100) or 0


def text(value: object) -> str:
    """Take a text, cleaned; empty when it is none."""
    return wild.text(value) or ""


def any_value(value: object, depth: int = wild.DEEPEST) -> Any:
    """Read an AnyValue; one with nothing set is None, as JavaScript sends null."""
    if not isinstance(value, dict) or depth <= 0:
        return None
    for name, other, read in VALUES:
        found = get(value, name, other)
        if found is not None:
            return read(found, depth)
    return None


def _text(value: object, depth: int) -> Any:
    return text(value) if isinstance(value, str) else wild.tree(value, depth)


def _truth(value: object, depth: int) -> bool:
    return value is True or value == "true" or value == 1


def _whole(value: object, depth: int) -> int | None:
    if isinstance(value, str) and value[:1] == "-":
        found = wild.integer(value[1:])
        return None if found is None else -found
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= wild.BIGGEST else None
    return wild.integer(value)


def _float(value: object, depth: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _array(value: object, depth: int) -> list[Any]:
    items = value.get("values") if isinstance(value, dict) else value
    return [any_value(item, depth - 1) for item in wild.items(items)]


def _pairs(value: object, depth: int) -> Attributes:
    items = value.get("values") if isinstance(value, dict) else value
    return attributes_of(items, depth - 1)


VALUES = (
    ("stringValue", "string_value", _text),
    ("intValue", "int_value", _whole),
    ("boolValue", "bool_value", _truth),
    ("doubleValue", "double_value", _float),
    ("arrayValue", "array_value", _array),
    ("kvlistValue", "kvlist_value", _pairs),
    ("bytesValue", "bytes_value", _text),
)


def attributes_of(value: object, depth: int = wild.DEEPEST) -> Attributes:
    """Read a list of key and value; a plain object, which careless exporters send, is read as well."""
    if isinstance(value, dict):
        tamed: Attributes = wild.tree(value, depth)
        return tamed
    return {
        text(pair.get("key")): any_value(pair.get("value"), depth)
        for pair in wild.objects(value)
        if isinstance(pair.get("key"), str)
    }
