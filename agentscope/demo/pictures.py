"""A small picture for results that hold one: bars, drawn by hand as a PNG."""

import base64
import struct
import zlib

PAPER, INK, RED = b"\xfb\xfb\xfa", b"\x3b\x5b\xdb", b"\xc9\x2a\x2a"
BAR, GAP, MARGIN = 14, 4, 16


def bars(values: list[int], *, height: int = 120, alarm: int = 100) -> str:
    """Draw a bar chart and give it as base64; bars above `alarm` are red."""
    width = 2 * MARGIN + len(values) * (BAR + GAP)
    top = max(values) or 1
    rows = [bytearray(PAPER * width) for _ in range(height + 2 * MARGIN)]
    for number, value in enumerate(values):
        left = MARGIN + number * (BAR + GAP)
        for y in range(round(height * value / top)):
            row = rows[height + MARGIN - 1 - y]
            row[left * 3 : (left + BAR) * 3] = (RED if value > alarm else INK) * BAR
    return base64.b64encode(png(width, len(rows), b"".join(b"\0" + bytes(row) for row in rows))).decode()


def png(width: int, height: int, lines: bytes) -> bytes:
    """Write RGB lines, each led by its filter byte, as a PNG."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
