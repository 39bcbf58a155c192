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
#: Objects of one line; more is no transcript.
MOST_OBJECTS = 1_000
TOO_MANY = "More objects on one line than any transcript has."
#: Unreadable lines of one file after which it is taken for something else.
MOST_REFUSED = 1_000
GAVE_UP = f"More than {MOST_REFUSED:,} lines are unreadable; the rest of the file was not read."
TOO_DEEP = "The line is nested too deeply."
NO_OBJECT = "Not a JSON object."
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
    data = wild.utf8(data)
    whole = read_document(data)
    if whole is not None:
        for number, value in enumerate(whole, 1):
            why = take(pages, number, value, clean=False)
            if why:
                refuse(pages, path, number, why, "")
        return pages
    chunks = data.split(b"\n")
    for number, chunk in enumerate(chunks, 1):
        if chunk.strip(b" \t\r\x00"):
            if len(pages.quarantined) >= MOST_REFUSED:
                refuse(pages, path, number, GAVE_UP, "")
                break
            read_line(pages, path, number, chunk, last=number == len(chunks))
    return pages


def read_document(data: bytes) -> list[Any] | None:
    """Read a file that is one list, or whose first line is only an opening bracket, as one JSON value."""
    first = data.lstrip()[:64].split(b"\n", 1)[0].strip()
    if first != b"{" and not first.startswith(b"["):
        return None
    try:
        value = DECODER.decode(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else [value]


def read_line(pages: Pages, path: str, number: int, chunk: bytes, *, last: bool) -> None:
    """Read the objects of one line: usually one, at times two; the rest of a bad line is kept."""
    text = chunk.decode("utf-8", "replace").strip(BETWEEN)
    is_wild = "\x00" in text or WILD_ESCAPE.search(text) is not None
    position = begun = read = 0
    try:
        while position < len(text):
            begun = position
            value, position = DECODER.raw_decode(text, position)
            why = take(pages, number, value, clean=not is_wild) if read < MOST_OBJECTS else TOO_MANY
            if why:
                refuse(pages, path, number, why, text[begun:])
                return
            read += 1
            while position < len(text) and text[position] in BETWEEN:
                position += 1
    except RecursionError:
        refuse(pages, path, number, TOO_DEEP, text[begun:])
    except ValueError as error:
        at = getattr(error, "pos", begun)
        refuse(pages, path, number, CUT_OFF if last else f"Not JSON at character {at + 1}.", text[begun:])


def take(pages: Pages, number: int, value: Any, *, clean: bool) -> str | None:
    """Keep an object, or say why it is none. `clean`: its texts hold nothing that must be tamed."""
    if not isinstance(value, dict):
        return NO_OBJECT
    if wild.too_deep(value):
        return TOO_DEEP
    pages.lines.append(Line(number=number, record=value if clean else wild.tree(value)))
    return None


def refuse(pages: Pages, path: str, number: int, why: str, text: str) -> None:
    data = text.encode("utf-8", "replace")
    pages.quarantined.append(Quarantined(where=f"{path}:{number}", why=why, data=data))
