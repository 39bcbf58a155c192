"""Tames single values of an event: any JSON value in, the wanted type or None out."""

import json
from datetime import datetime

import msgspec

from ingest import wild
from ingest.limits import CONTENT_BYTES, FACTS_BYTES, ID_CHARS, WORD_CHARS
from runs.records import digest_of

BIGGEST = 2**31 - 1  # integer columns of a step
_encode = msgspec.json.encode
_decode = msgspec.json.decode


def id_of(value: object) -> str | None:
    """Read an id: a string or a number; a longer one than ID_CHARS is cut and gets its digest."""
    if type(value) is str:
        text = wild.clean(value)
    elif type(value) is int:
        text = str(value)
    else:
        return None
    if len(text) > ID_CHARS:
        return f"{text[: ID_CHARS - 33]}~{digest_of(text.encode('utf-8', 'replace')).hex()}"
    return text or None


def word_of(value: object) -> str | None:
    """Read a name or another short text."""
    if type(value) is str:
        return wild.clean(value)[:WORD_CHARS] or None
    return str(value) if type(value) in (int, float, bool) else None


def text_of(value: object) -> str | None:
    """Read a text of any length; other values become their JSON text."""
    if value is None or type(value) is str:
        return value
    return json_text(value)


def json_text(value: object) -> str:
    """Write a decoded value as JSON text."""
    return _encode(value).decode()


def raw_value(raw: msgspec.Raw) -> object:
    """Decode a part that was kept raw; what the strict decoder refuses is read as well as can be."""
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        text = json.dumps(json.loads(bytes(raw).decode("utf-8", "replace"), strict=False), ensure_ascii=False)
        return _decode(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return bytes(raw).decode("utf-8", "replace")


def raw_text(raw: msgspec.Raw) -> str | None:
    """Read a part as text: a JSON string as its characters, anything else as its JSON text; null is None."""
    data = bytes(raw)
    if not data or data == b"null":
        return None
    if data[0] == 34:
        value = raw_value(raw)
        return value if type(value) is str else json_text(value)
    return data.decode("utf-8", "replace")


def whole_of(value: object, *, most: int = BIGGEST) -> int | None:
    """Read a whole number from 0 to `most`, also from a float or digits."""
    if type(value) is int:
        return value if 0 <= value <= most else None
    return None if value is None else wild.integer(value, most)


def signed_of(value: object) -> int | None:
    """Read a whole number that may be negative, such as an exit code."""
    return value if type(value) is int and -BIGGEST <= value <= BIGGEST else whole_of(value)


def flag_of(value: object) -> bool | None:
    """Read a truth value: a boolean, 0 or 1, or the words."""
    if type(value) is bool:
        return value
    if value in (0, 1):
        return bool(value)
    return {"true": True, "false": False}.get(value.lower()) if type(value) is str else None


def time_of(value: object) -> datetime | None:
    """Read ISO 8601 or epoch seconds or milliseconds. No zone means UTC."""
    return None if value is None else wild.when(value)


def facts_of(value: object) -> dict[str, object]:
    """Read a small JSON object; one that is too large is named, with its size, instead of kept."""
    if type(value) is not dict or not value:
        return {}
    facts: dict[str, object] = wild.tree(value)
    size = len(_encode(facts))
    if size > FACTS_BYTES:
        return {"too_large": f"{size} bytes; at most {FACTS_BYTES} are kept here. The raw record has it all."}
    return facts


def capped(text: str | None) -> tuple[str | None, int | None]:
    """Cut a text at CONTENT_BYTES: (text, its real size in bytes when it was cut)."""
    if text is None or len(text) * 4 <= CONTENT_BYTES:
        return text, None
    data = text.encode("utf-8", "replace")
    if len(data) <= CONTENT_BYTES:
        return text, None
    return data[:CONTENT_BYTES].decode("utf-8", "ignore"), len(data)
