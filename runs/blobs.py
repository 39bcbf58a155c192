"""Content in and out of the store: digests, previews, compression. No database here."""

import threading
from collections.abc import Mapping
from typing import Any

import msgspec
import zstandard

from runs.records import digest_of

PREVIEW_CHARS = 4096  # characters of input and output that a step row carries
SMALLEST_COMPRESSED = 128  # bytes; below this a zstd frame gains nothing
INDEXED_BYTES = 1800  # of a text in an index, whose entries may have 2,704 bytes together
ZSTD_LEVEL = 3  # the library's own default

_json = msgspec.json.Encoder()
_own = threading.local()


def compress(data: bytes) -> tuple[bool, bytes]:
    """Return (is zstd, bytes to store): compressed only where that makes it smaller."""
    if len(data) >= SMALLEST_COMPRESSED:
        packed = compressor().compress(data)
        if len(packed) < len(data):
            return True, packed
    return False, data


def compressor() -> zstandard.ZstdCompressor:
    """Give this thread its compressor: making one costs four times what it does to a small text."""
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    found: zstandard.ZstdCompressor = _own.compressor
    return found


def decompress(data: bytes, *, zstd: bool) -> bytes:
    return zstandard.ZstdDecompressor().decompress(data) if zstd else data


def storable(text: str) -> str:
    """Make a text that PostgreSQL takes: no NUL, no lone surrogate (both become U+FFFD)."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = tame_surrogates(text)
    return text


def indexable(text: str) -> str:
    """Make a text storable and short enough for an index: a longer one keeps its beginning and a digest."""
    text = storable(text)
    if len(text) * 4 <= INDEXED_BYTES or len(data := text.encode()) <= INDEXED_BYTES:
        return text
    return f"{data[: INDEXED_BYTES - 33].decode(errors='ignore')}~{digest_of(data).hex()}"


def tame_surrogates(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def storable_json(value: Mapping[str, Any] | list[dict[str, Any]]) -> bytes:
    """Encode for a jsonb column; text that PostgreSQL refuses is made storable."""
    try:
        encoded = _json.encode(value)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        return _json.encode(tame(value))
    return _json.encode(tame(value)) if b"\\u0000" in encoded else encoded


def tame(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): tame(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [tame(item) for item in value]
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    return storable(str(value))


def preview_of(text: str) -> str:
    return storable(text[:PREVIEW_CHARS])


def content_of(text: str) -> tuple[bytes, bytes]:
    """Return (digest, bytes) of a whole text."""
    data = storable(text).encode()
    return digest_of(data), data
