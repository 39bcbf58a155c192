"""Bounded readers of request bodies: plain, gzip, deflate, zstd. A decompression bomb stops at the cap."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import zstandard

from ingest.limits import CHUNK_BYTES, MIB, ZSTD_CHUNK_BYTES, ZSTD_WINDOW_BYTES


class Refused(Exception):
    """The request cannot be taken: `status` is for HTTP, the message is one sentence for the sender."""

    def __init__(self, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Readable(Protocol):
    """What has bytes to read, such as a Django request."""

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes; empty at the end."""


def read_body(source: Readable, encoding: str, *, encoded_cap: int, decoded_cap: int) -> bytes:
    """Read a whole body and undo its Content-Encoding. Raises Refused (400, 413, 415).

    A truncated stream is refused as a whole: nothing of it is stored, nothing is acknowledged.
    """
    decode = DECODERS.get(encoding.strip().lower())
    if decode is None:
        raise Refused(
            f"Content-Encoding {encoding.strip()[:40]!r} is not supported; send gzip, deflate, zstd or none.",
            status=415,
        )
    body = read_capped(source, encoded_cap)
    return decode(body, decoded_cap) if body else body


def read_capped(source: Readable, cap: int) -> bytes:
    """Read at most `cap` bytes. Raises Refused (413)."""
    parts, size = [], 0
    while chunk := source.read(CHUNK_BYTES):
        size += len(chunk)
        if size > cap:
            raise Refused(f"The body is larger than {in_mib(cap)}; send it in smaller pieces.", status=413)
        parts.append(chunk)
    return b"".join(parts)


def undo_gzip(data: bytes, cap: int) -> bytes:
    """Decompress gzip, also of several members."""
    return join_capped(inflate_members(data, wbits=31), cap, name="gzip")


def undo_deflate(data: bytes, cap: int) -> bytes:
    """Decompress zlib, or the raw deflate some clients send under the same name."""
    zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    return join_capped(inflate_members(data, wbits=15 if zlib_header else -15), cap, name="deflate")


def undo_zstd(data: bytes, cap: int) -> bytes:
    """Decompress zstd, with or without content size, also of several frames."""
    return join_capped(zstd_frames(data), cap, name="zstd")


def keep_plain(data: bytes, cap: int) -> bytes:
    """Take a body that is not compressed."""
    return join_capped(iter([data]), cap, name="plain")


def join_capped(parts: Iterator[bytes], cap: int, *, name: str) -> bytes:
    kept, size = [], 0
    try:
        for part in parts:
            size += len(part)
            if size > cap:
                raise Refused(
                    f"The body is larger than {in_mib(cap)} when decompressed; send it in smaller pieces.",
                    status=413,
                )
            kept.append(part)
    except (zlib.error, zstandard.ZstdError, EOFError):
        raise Refused(f"The {name} body is damaged or cut off; nothing was stored.", status=400) from None
    return b"".join(kept)


def inflate_members(data: bytes, *, wbits: int) -> Iterator[bytes]:
    while data:
        member = zlib.decompressobj(wbits)
        while data and not member.eof:
            yield member.decompress(data, CHUNK_BYTES * 16)
            data = member.unconsumed_tail
        if not member.eof:
            yield member.flush()
        if not member.eof:
            raise EOFError
        data = member.unused_data.lstrip(b"\0")


def zstd_frames(data: bytes) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    frame, fed, size = decompressor.decompressobj(), 0, len(data)
    fresh = True
    while fed < size:
        chunk = data[fed : fed + ZSTD_CHUNK_BYTES]
        fed += len(chunk)
        while chunk:
            yield frame.decompress(chunk)
            fresh, chunk = False, b""
            if frame.eof:
                chunk, frame, fresh = frame.unused_data, decompressor.decompressobj(), True
    if not fresh:
        raise EOFError


def in_mib(size: int) -> str:
    """Say a size for people."""
    return f"{size // MIB} MiB" if size >= MIB else f"{size // 1024} KiB"


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "": keep_plain,
    "identity": keep_plain,
    "gzip": undo_gzip,
    "x-gzip": undo_gzip,
    "deflate": undo_deflate,
    "zstd": undo_zstd,
}
