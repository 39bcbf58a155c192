"""File changes guessed of an own tool by the shape of its arguments: a path and a text, or a patch."""

import posixpath
import re

import msgspec
from msgspec import Struct

from ingest.formats.events.places import place_of
from ingest.formats.events.state import RunFound
from ingest.limits import WORD_CHARS
from runs.kinds import GUESSED, Basis, Op
from runs.records import ChangeRecord

#: A tool of one's own that has one of these in its name, a path and a text writes files.
WRITING_WORDS = (
    "patch",
    "edit",
    "write",
    "replace",
    "modify",
    "insert",
    "create_file",
    "save",
    "update_file",
)
WRITING = re.compile("|".join(WRITING_WORDS))


#: How clients mark a text that they cut; no change is made of one.
CUT = re.compile(r"…\[\d+ (?:chars|characters|bytes)\]|\.\.\.\[truncated")


class Shape(Struct, gc=False):
    """Arguments of tools that change a file, in their common spellings."""

    path: str = ""
    file_path: str = ""
    filename: str = ""
    file: str = ""
    old: str | None = None
    new: str | None = None
    old_text: str | None = None
    new_text: str | None = None
    search: str | None = None
    replace: str | None = None
    content: str | None = None
    text: str | None = None
    diff: str | None = None
    patch: str | None = None


_decode = msgspec.json.Decoder(Shape).decode


def looks_like_edit(tool: str) -> bool:
    """Say whether a tool's name speaks of writing."""
    return WRITING.search(tool.lower()) is not None


def guess_change(run: RunFound, key: str, *, tool: str, input: str, source: str) -> list[ChangeRecord]:
    """Read what a call that worked changed; nothing when its name or its arguments do not look like it."""
    if not looks_like_edit(tool) or CUT.search(input):
        return []
    try:
        shape = _decode(input)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    change = change_of_shape(shape, run, key, source + GUESSED)
    return [change] if change is not None else []


def change_of_shape(shape: Shape, run: RunFound, key: str, source: str) -> ChangeRecord | None:
    """Read a change out of a path and a text, a pair of texts, or a patch."""
    path = (shape.path or shape.file_path or shape.filename or shape.file)[:WORD_CHARS]
    if not path:
        return None
    place = place_of(path, run)
    old = next((t for t in (shape.old, shape.old_text, shape.search) if t is not None), None)
    new = next((t for t in (shape.new, shape.new_text, shape.replace) if t is not None), None)
    whole = shape.content if shape.content is not None else shape.text
    patch = shape.diff or shape.patch
    texts: dict[str, object]
    if old is not None and new is not None and old != new:
        texts = {"before": old, "after": new, "basis": Basis.FRAGMENT}
    elif patch:
        texts = {"patch": patch, "basis": Basis.PATCH}
    elif whole is not None:
        texts = {"after": whole, "basis": Basis.CONTENT}
    else:
        return None
    return ChangeRecord(
        run=run.id,
        step=key,
        key=f"{key}:{place.path}:0",
        path=posixpath.normpath(place.path),
        raw_path=place.raw,
        outside=place.outside,
        op=Op.EDIT,
        source=source,
        **texts,  # type: ignore[arg-type]  # one of the three sets above
    )
