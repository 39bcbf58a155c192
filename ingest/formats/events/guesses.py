"""File changes guessed of an own tool by the shape of its arguments: a path and a text, or a patch."""

import posixpath
import re
from typing import Any

import msgspec

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


#: What tools call a file, a text that goes, one that comes, a whole text, a patch, and a list of edits.
PATHS = ("path", "file_path", "filename", "file", "filepath", "filePath", "file_name", "target_file")
OLDS = ("old", "old_text", "old_str", "old_string", "oldText", "oldString", "old_content", "search", "find")
NEWS = ("new", "new_text", "new_str", "new_string", "newText", "newString", "new_content", "replace")
WHOLES = ("content", "text", "file_text", "contents", "new_content")
PATCHES = ("diff", "patch")
EDITS = ("edits", "replacements", "changes")
Given = dict[str, Any]

_decode = msgspec.json.Decoder(Given).decode


def looks_like_edit(tool: str) -> bool:
    """Say whether a tool's name speaks of writing."""
    return WRITING.search(tool.lower()) is not None


def guess_change(run: RunFound, key: str, *, tool: str, input: str, source: str) -> list[ChangeRecord]:
    """Read what a call that worked changed; nothing when its name or its arguments do not look like it."""
    if not looks_like_edit(tool) or CUT.search(input):
        return []
    try:
        given = _decode(input)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    path = (text_of(given, PATHS) or "")[:WORD_CHARS]
    if not path:
        return []
    place = place_of(path, run)
    return [
        ChangeRecord(
            run=run.id,
            step=key,
            key=f"{key}:{place.path}:{n}",
            path=posixpath.normpath(place.path),
            raw_path=place.raw,
            outside=place.outside,
            op=Op.EDIT,
            source=source + GUESSED,
            **texts,
        )
        for n, texts in enumerate(texts_of(given))
    ]


def texts_of(given: Given) -> list[Given]:
    """Read the texts of each change: pairs of texts, a patch, or a whole text."""
    listed: list[Any] = next((given[name] for name in EDITS if isinstance(given.get(name), list)), [])
    edits = [one for one in (listed or [given]) if isinstance(one, dict)]
    pairs = [(text_of(one, OLDS), text_of(one, NEWS)) for one in edits]
    changed = [(old, new) for old, new in pairs if old is not None and new is not None and old != new]
    if changed:
        return [{"before": old, "after": new, "basis": Basis.FRAGMENT} for old, new in changed]
    if patch := text_of(given, PATCHES):
        return [{"patch": patch, "basis": Basis.PATCH}]
    whole = text_of(given, WHOLES)
    return [{"after": whole, "basis": Basis.CONTENT}] if whole is not None else []


def text_of(given: Given, names: tuple[str, ...]) -> str | None:
    """Give the first text that stands under one of these names."""
    return next((given[name] for name in names if isinstance(given.get(name), str)), None)
