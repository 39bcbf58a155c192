"""Taming untrusted values: every parser reads the wire through these. Nothing here ever raises.

What cannot be what it should be comes back as None (or empty), never as an exception: a record with one
wild field is still a record.
"""

import math
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

#: The largest number that PostgreSQL's bigint holds.
BIGGEST = 2**63 - 1
#: Containers nested deeper than this are cut: no agent writes them, and recursion must end.
DEEPEST = 64
#: Characters of an id; a key of several must stay below the 2,704 bytes of an index entry.
LONGEST_ID = 200
#: What a careless redactor writes in place of an id.
MASKED = "REDACTED"
#: Numbers above this are milliseconds since 1970, below seconds (1e11 s is the year 5138).
MILLISECONDS_FROM = 1e11


def clean(value: str) -> str:
    """Strip NUL characters (PostgreSQL refuses them) and replace lone surrogates (UTF-8 refuses them)."""
    if "\x00" in value:
        value = value.replace("\x00", "")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        # Pairs written as two surrogates become their character; only what stays alone is replaced.
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def utf8(data: bytes) -> bytes:
    """Bring a file to UTF-8 without a byte order mark; UTF-16 (some shells write it) is told by its mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def text(value: object) -> str | None:
    """Take a string, cleaned; a number becomes its text; anything else is None."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) <= BIGGEST else None
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    return None


def identity(value: object) -> str | None:
    """Take an id: a text that an index can hold; a longer one keeps its beginning and a digest.

    An id that was masked before it came is none: all masked ids look alike (FORMATS 0.2.9).
    """
    found = text(value)
    if not found or found == MASKED:
        return None
    if len(found) <= LONGEST_ID:
        return found
    return f"{found[:LONGEST_ID]}~{blake2b(found.encode(), digest_size=8).hexdigest()}"


def integer(value: object, maximum: int = BIGGEST) -> int | None:
    """Take a whole number from 0 to `maximum`; numeric text and whole floats count; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = int(value)
    elif isinstance(value, str):
        if len(value) > 20 or not value.strip().isdecimal():
            return None
        value = int(value)
    if isinstance(value, int) and 0 <= value <= maximum:
        return value
    return None


def number(value: object) -> float | None:
    """Take a finite number that is not negative, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def when(value: object) -> datetime | None:
    """Read a time: ISO 8601 with Z, an offset or none (UTC then); seconds or milliseconds since 1970."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return moment_of(value)
    if not isinstance(value, str) or not 8 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return moment_of_text(value)
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if 1970 <= found.year < 3000 else None


def moment_of_text(value: str) -> datetime | None:
    try:
        return moment_of(float(value))
    except (ValueError, OverflowError):
        return None


def moment_of(value: float) -> datetime | None:
    """Turn a number of seconds or milliseconds since 1970 into a time."""
    try:
        seconds = value / 1000 if value > MILLISECONDS_FROM else float(value)
        found = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return found if 1970 <= found.year < 3000 and seconds > 0 else None


def mapping(value: object) -> dict[str, Any]:
    """Take an object, or an empty one. JSON objects have text keys only."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Take a list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[dict[str, Any]]:
    """Take the objects of a list, and leave the rest."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def tree(value: object, depth: int = DEEPEST) -> Any:
    """Make a value fit for a JSON column: clean text, finite numbers of 64 bits, limited depth."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int):
        return value if abs(value) <= BIGGEST else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth <= 0:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): tree(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [tree(item, depth - 1) for item in value]
    return None


def too_deep(value: object, depth: int = DEEPEST) -> bool:
    """Say whether containers are nested deeper than `depth`."""
    if isinstance(value, dict):
        return depth <= 0 or any(
            too_deep(item, depth - 1) for item in value.values() if isinstance(item, dict | list)
        )
    if isinstance(value, list):
        return depth <= 0 or any(too_deep(item, depth - 1) for item in value if isinstance(item, dict | list))
    return False
