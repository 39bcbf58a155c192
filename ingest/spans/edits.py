"""File changes that follow from a tool's arguments: well-known edit tools, and those that look like one."""

import posixpath
import re

import msgspec
from msgspec import Struct

from ingest.formats.events import RunFacts
from ingest.formats.events.edits import changes_of_edit, is_edit, place_of
from ingest.formats.events.state import RunFound
from ingest.limits import WORD_CHARS
from runs.kinds import Basis, Op
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


def changes_of_call(run: str, key: str, *, tool: str, input: str | None, source: str) -> list[ChangeRecord]:
    """List what a tool call that worked changed, by its arguments."""
    if not input or CUT.search(input):
        return []
    if is_edit(tool):
        found = changes_of_edit(RunFound(run, RunFacts()), key, tool=tool, input=input)
        return [msgspec.structs.replace(change, source=source) for change in found]
    if not may_change(tool):
        return []
    try:
        shape = _decode(input)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    change = change_of_shape(shape, run, key, source)
    return [change] if change is not None else []


def may_change(tool: str) -> bool:
    """Say whether a tool may change a file, by its name."""
    return is_edit(tool) or any(word in tool.lower() for word in WRITING_WORDS)


def change_of_shape(shape: Shape, run: str, key: str, source: str) -> ChangeRecord | None:
    """Read a change out of a path and a text, a pair of texts, or a patch."""
    path = (shape.path or shape.file_path or shape.filename or shape.file)[:WORD_CHARS]
    if not path:
        return None
    place = place_of(path, RunFound(run, RunFacts()))
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
        run=run,
        step=key,
        key=f"{key}:{place.path}:0",
        path=posixpath.normpath(place.path),
        raw_path=place.raw,
        outside=place.outside,
        op=Op.EDIT,
        source=source,
        **texts,  # type: ignore[arg-type]
    )
