"""Tolerant JSONL: every object of a file, in order, and what could not be read, kept as it came.

Two objects on a line, a cut last line, a BOM, CRLF, NULs, lone surrogates, broken UTF-8, huge numbers and
absurd nesting are all met here (FORMATS 0.2), so that the readers behind see tame objects only.
"""

import json
import re
from typing import Any

from msgspec import Struct

from ingest import wild
from runs.records import Quarantined

#: An escape that may stand for NUL or for one half of a surrogate pair.
WILD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
#: What may stand between two objects.
BETWEEN = " \t\r\x00,"
CUT_OFF = "The last line is cut off; the rest may follow."

Record = dict[str, Any]


class Line(Struct):
    """One object, and where it stood: line numbers count from 1."""

    number: int
    record: Record


class Pages(Struct):
    """What a file holds."""

    lines: list[Line]
    quarantined: list[Quarantined]


def safe_int(digits: str) -> int:
    """Read a whole number; Python refuses more than 4,300 digits, and a column more than 64 bits."""
    return int(digits) if len(digits) <= 19 else 0


DECODER = json.JSONDecoder(parse_int=safe_int, parse_constant=lambda _: None)


def read_lines(path: str, data: bytes) -> Pages:
    """Read every object of a JSONL file, or of one JSON document written over many lines."""
    pages = Pages(lines=[], quarantined=[])
    data = unify(data)
    whole = read_document(data)
    if whole is not None:
        for number, value in enumerate(whole, 1):
            take(pages, path, number, value, b"")
        return pages
    chunks = data.split(b"\n")
    for number, chunk in enumerate(chunks, 1):
        if chunk.strip(b" \t\r\x00"):
            read_line(pages, path, number, chunk, last=number == len(chunks))
    return pages


def unify(data: bytes) -> bytes:
    """Bring a file to plain UTF-8 bytes without a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def read_document(data: bytes) -> list[Any] | None:
    """Read a file whose first line is only an opening bracket as one JSON value."""
    first = data.lstrip()[:64].split(b"\n", 1)[0].strip()
    if first not in (b"{", b"["):
        return None
    try:
        value = DECODER.decode(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else [value]


def read_line(pages: Pages, path: str, number: int, chunk: bytes, *, last: bool) -> None:
    """Read the objects of one line: usually one, at times two, at times none."""
    text = chunk.decode("utf-8", "replace").strip(BETWEEN)
    position = 0
    while position < len(text):
        try:
            value, position = DECODER.raw_decode(text, position)
        except RecursionError:
            refuse(pages, path, number, "The line is nested too deeply.", chunk)
            return
        except ValueError as error:
            at = getattr(error, "pos", position)
            why = CUT_OFF if last else f"Not JSON at character {at + 1}."
            refuse(pages, path, number, why, text[position:].encode("utf-8", "replace"))
            return
        take(pages, path, number, value, chunk)
        while position < len(text) and text[position] in BETWEEN:
            position += 1


def take(pages: Pages, path: str, number: int, value: Any, chunk: bytes) -> None:
    if not isinstance(value, dict):
        refuse(pages, path, number, "Not a JSON object.", chunk)
    elif wild.too_deep(value):
        refuse(pages, path, number, "The line is nested too deeply.", chunk)
    else:
        pages.lines.append(Line(number=number, record=tame(value, chunk)))


def tame(value: Record, chunk: bytes) -> Record:
    """Clean the texts of a record, when the line holds anything that needs it."""
    if chunk and b"\x00" not in chunk and not WILD_ESCAPE.search(chunk.decode("utf-8", "replace")):
        return value
    cleaned: Record = wild.tree(value)
    return cleaned


def refuse(pages: Pages, path: str, number: int, why: str, data: bytes) -> None:
    pages.quarantined.append(Quarantined(where=f"{path}:{number}", why=why, data=data))
