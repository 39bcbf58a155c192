"""What a call asked to be done to files, before anybody looks at what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from runs.ansi import strip_ansi
from runs.difflines import FileDiff, Side
from runs.diffs import diff_of
from runs.kinds import Op
from runs.limits import PATCH_FILES
from runs.patches import files_of_patch
from runs.tools import PATH_NAMES, Family, text_in

_OLD = ("old_string", "old_str", "oldString", "old_text", "search", "old")
_NEW = ("new_string", "new_str", "newString", "new_text", "replace", "new")
_WHOLE = ("content", "file_text", "contents", "text", "code_edit")


class Ask(StrEnum):
    """What was asked of one file."""

    REPLACE = "replace"
    WRITE = "write"
    INSERT = "insert"
    PATCH = "patch"
    DELETE = "delete"
    CELL = "cell"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """One thing asked of one file: texts to replace or to write, or the hunks of a patch."""

    path: str  #: as given
    ask: Ask
    old: str = ""
    new: str = ""
    every: bool = False  #: all places, not one
    diff: FileDiff | None = None
    old_path: str = ""
    title: str = ""  #: in words: `Replace every …`, `After line 12`


def intents_of(family: Family, arguments: dict[str, object]) -> list[Intent]:
    """Read what a call asked of files, piece by piece; empty for calls that ask nothing of files."""
    path = strip_ansi(text_in(arguments, *PATH_NAMES))
    if family is Family.PATCH or (family is Family.EDIT and _has_patch(arguments)):
        return _of_patch(arguments, path)
    if family is Family.WRITE:
        whole = _text(arguments, *_WHOLE)
        return [] if whole is None else [Intent(path=path, ask=Ask.WRITE, new=whole, title="Write the file")]
    if family is Family.NOTEBOOK:
        return [_of_cell(arguments, path)]
    return _of_edit(arguments, path) if family is Family.EDIT else []


def _text(arguments: Mapping[str, object], *names: str) -> str | None:
    """Give the first of these arguments that is a text, also an empty one."""
    return next((value for name in names if isinstance(value := arguments.get(name), str)), None)


def _has_patch(arguments: dict[str, object]) -> bool:
    return _text(arguments, *_OLD) is None and any(
        isinstance(arguments.get(name), str) for name in ("diff", "patch", "patchText", "input")
    )


def _of_patch(arguments: dict[str, object], path: str) -> list[Intent]:
    asks = {Op.CREATE: Ask.WRITE, Op.DELETE: Ask.DELETE}
    titles = {Op.CREATE: "Add", Op.DELETE: "Delete", Op.RENAME: "Move and update", Op.EDIT: "Update"}
    return [
        Intent(
            path=file.path,
            ask=asks.get(file.op, Ask.PATCH),
            diff=file.diff,
            old_path=file.old_path,
            title=titles[file.op],
        )
        for file in files_of_patch(arguments, path=path)
    ]


def _of_edit(arguments: dict[str, object], path: str) -> list[Intent]:
    command = text_in(arguments, "command")
    if command == "undo_edit":
        return [Intent(path=path, ask=Ask.UNDO, title="Undo the last edit")]
    line = arguments.get("insert_line")
    inserted = _text(arguments, "insert_text", *_NEW)
    if inserted is not None and isinstance(line, int) and (command == "insert" or "old_str" not in arguments):
        return [Intent(path=path, ask=Ask.INSERT, new=inserted, title=f"Insert after line {line}")]
    edits = arguments.get("edits")
    listed = edits if isinstance(edits, list) else [arguments]
    pieces = [piece for piece in listed[:PATCH_FILES] if isinstance(piece, dict)]
    found = [_of_piece(piece, path, number, len(pieces)) for number, piece in enumerate(pieces, 1)]
    return [intent for intent in found if intent is not None]


def _of_piece(piece: dict[str, object], path: str, number: int, of: int) -> Intent | None:
    old, new = _text(piece, *_OLD), _text(piece, *_NEW)
    if old is None and new is None:
        lines = _text(piece, "replacement_text")
        return (
            None if lines is None else Intent(path=path, ask=Ask.INSERT, new=lines, title="Put in its place")
        )
    every = piece.get("replace_all") is True or piece.get("replaceAll") is True
    title = "Replace everywhere" if every else "Replace"
    return Intent(
        path=path,
        ask=Ask.REPLACE,
        old=old or "",
        new=new or "",
        every=every,
        title=f"{number} of {of} · {title}" if of > 1 else title,
    )


def _of_cell(arguments: dict[str, object], path: str) -> Intent:
    mode = text_in(arguments, "edit_mode") or "replace"
    verbs = {"insert": "Insert a", "delete": "Delete the", "replace": "Replace the"}
    kind = text_in(arguments, "cell_type") or "code"
    cell = text_in(arguments, "cell_id") or str(arguments.get("cell_number", ""))
    where = f" {'after ' if mode == 'insert' else ''}{cell}" if cell else ""
    return Intent(
        path=path,
        ask=Ask.CELL,
        new=_text(arguments, "new_source", "source") or "",
        title=f"{verbs.get(mode, 'Edit the')} {kind} cell{where}",
    )


def diff_of_intent(intent: Intent) -> FileDiff | None:
    """Give what was asked as a diff; None where it is a whole text, not a change."""
    if intent.diff is not None:
        return intent.diff
    if intent.ask is Ask.REPLACE:
        return diff_of(intent.old, intent.new, intent.path, numbered=False)
    return None


def applied(text: str | None, intents: list[Intent]) -> str | None:
    """Do to a file's text just what was asked; None where that cannot be known."""
    for intent in intents:
        if intent.ask is Ask.WRITE:
            text = intent.new if intent.diff is None else _patched("", intent.diff)
        elif intent.ask is Ask.PATCH and intent.diff is not None and text is not None:
            text = _patched(text, intent.diff)
        elif intent.ask is Ask.REPLACE and text is not None:
            text = _replaced(text, intent)
        else:
            return None
        if text is None:
            return None
    return text


def _patched(text: str, diff: FileDiff) -> str | None:
    """Put the new side of each hunk where its old side stands; None where it stands nowhere."""
    if diff.cut or diff.huge or not diff.hunks:
        return None
    at = 0
    for hunk in diff.hunks:
        old = "".join(f"{line.text}\n" for line in hunk.lines if line.side is not Side.ADD)
        new = "".join(f"{line.text}\n" for line in hunk.lines if line.side is not Side.DEL)
        found = text.find(old, at)
        if found < 0 or (found and text[found - 1] != "\n"):
            return None
        text = text[:found] + new + text[found + len(old) :]
        at = found + len(new)
    return text


def _replaced(text: str, intent: Intent) -> str | None:
    if not intent.old:
        return intent.new if not text else None
    if intent.old not in text:
        return None
    return text.replace(intent.old, intent.new, -1 if intent.every else 1)
