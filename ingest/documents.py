"""Files that are one JSON value: read whole, or as far as they go when their end is missing.

An agent that is killed while it writes leaves half a file; what stands before the cut is still a recording.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.limits import PROBLEM_BYTES
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined

CUT_OFF = "The file is cut off or damaged; what stands before was read."
NOT_JSON = "The file is not JSON."
NO_OBJECT = "The line is cut off, or no JSON object."
TOO_DEEP = "The file is nested too deeply."
#: A string, or a mark of the structure.
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],]', re.DOTALL)
ENDS = {"{": "}", "[": "]"}
#: What may stand around a value on its line.
BETWEEN = " \t\r\x00\x1e"
#: What stays of a damaged file beside the reason: its end, where the damage is.
TAIL_BYTES = PROBLEM_BYTES // 8


class Document(Struct, frozen=True):
    """One value of a file, and where it stood: the path, with a line where there are several."""

    where: str
    value: Any


class Documents(Struct):
    """What a file holds."""

    found: list[Document]
    quarantined: list[Quarantined]


def safe_int(digits: str) -> int:
    """Read a whole number; Python refuses more than 4,300 digits, and a column more than 64 bits."""
    return int(digits) if len(digits) <= 19 else 0


DECODER = json.JSONDecoder(parse_int=safe_int, parse_constant=lambda _: None, strict=False)


def read_documents(file: SourceFile) -> Documents:
    """Read a file that is one JSON value, or one value a line. Never raises."""
    text = wild.utf8(file.data).decode("utf-8", "replace").strip(" \t\r\n\x00")
    value = read_value(text)
    if value is not None:
        return _tame([Document(file.path, value)])
    lines = _read_lines(file.path, text)
    if lines is not None:
        return lines
    value = read_value(closed(text))
    documents = _tame([Document(file.path, value)] if value is not None else [])
    documents.quarantined.append(_refused(file.path, NOT_JSON if value is None else CUT_OFF, text))
    return documents


def read_each(
    files: list[SourceFile], format: str, read_one: Callable[[dict[str, Any], Document, str], Batch]
) -> Batch:
    """Read files of which each value is a run of its own; `read_one` takes it, its document and the path."""
    batch = Batch(format=format)
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        for document in documents.found:
            batch += read_one(wild.mapping(document.value), document, file.path)
    return batch


def read_value(text: str) -> Any:
    """Read a text that is one JSON value; None when it is not."""
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def closed(text: str) -> str:
    """End a cut JSON text after its last whole member: what is open is closed there."""
    open_: list[str] = []
    cut = depth = 0
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark in ENDS:
            open_.append(ENDS[mark])
        elif mark in "}]" and open_:
            open_.pop()
            cut, depth = token.end(), len(open_)
        elif mark == "," and open_:
            cut, depth = token.start(), len(open_)
    # Whatever was opened since lies above `depth`: a pop would have moved the cut.
    return text[:cut] + "".join(reversed(open_[:depth]))


def _read_lines(path: str, text: str) -> Documents | None:
    """Read JSON Lines; None when the first line is no object of its own."""
    found: list[Document] = []
    quarantined: list[Quarantined] = []
    for number, line in enumerate(text.split("\n"), 1):
        value = read_value(line.strip(BETWEEN))
        if not found and not isinstance(value, dict):
            return None
        if isinstance(value, dict | list):
            found.append(Document(f"{path}:{number}", value))
        elif line.strip(BETWEEN):
            quarantined.append(_refused(f"{path}:{number}", NO_OBJECT, line))
    documents = _tame(found)
    documents.quarantined += quarantined
    return documents


def _tame(found: list[Document]) -> Documents:
    """Make every value fit to be stored; what is nested too deeply is left out."""
    documents = Documents([], [])
    for document in found:
        if wild.too_deep(document.value):
            documents.quarantined.append(Quarantined(where=document.where, why=TOO_DEEP))
        else:
            documents.found.append(Document(document.where, wild.tree(document.value)))
    return documents


def _refused(where: str, why: str, text: str) -> Quarantined:
    return Quarantined(where=where, why=why, data=text[-TAIL_BYTES:].encode("utf-8", "replace"))
