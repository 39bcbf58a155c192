"""Lists of files as a tree: what Glob, LS and their kin answer. Pure."""

import re
from dataclasses import dataclass, field

from runs.ansi import strip_ansi
from runs.limits import LISTED_SHOWN
from runs.words import short_path

#: Lines at either end that may be words and no path.
NOTES_LINES = 8
_NOTE = re.compile(
    r"^(?:No files? found|Found \d+|\(Results are truncated|Directory listing|Absolute path:|NOTE:|"
    r"Here'?s the|There are \d+ files)"
)
_BULLET = re.compile(r"^(\s*)- (.+)$")
_MARK = re.compile(r"^(?:\[(?:DIR|FILE)\] |E\d+: |L\d+: |\[(?:dir|file|link)\] )")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One row of the tree. Folders with one folder inside are written as one."""

    name: str
    depth: int
    is_folder: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A tree of files; `left` counts the entries beyond the limit."""

    entries: list[Entry] = field(default_factory=list)
    files: int = 0
    notes: list[str] = field(default_factory=list)
    left: int = 0


def listing_of(text: str, *, cwd: str = "") -> Listing | None:
    """Read a list of paths, or an indented one; None when it is neither."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    ends = {*range(NOTES_LINES), *range(len(lines) - NOTES_LINES, len(lines))}
    said = {at for at in ends if 0 <= at < len(lines) and _NOTE.match(lines[at])}
    notes = [strip_ansi(lines[at]) for at in sorted(said)]
    lines = [line for at, line in enumerate(lines) if at not in said] if said else lines
    if any(len(line) > 500 for line in lines[:LISTED_SHOWN]):
        return None
    if lines and all(_BULLET.match(line) for line in lines[:20]):
        return _indented(lines, notes)
    shown = [short_path(_MARK.sub("", strip_ansi(line).strip()), cwd) for line in lines[:LISTED_SHOWN]]
    return Listing(
        entries=tree_of(shown), files=len(lines), notes=notes[:5], left=max(0, len(lines) - len(shown))
    )


def _indented(lines: list[str], notes: list[str]) -> Listing:
    entries = []
    for line in lines[:LISTED_SHOWN]:
        match = _BULLET.match(line)
        if match:
            name = strip_ansi(match[2])
            entries.append(
                Entry(name=name, depth=min(len(match[1]) // 2, 20), is_folder=name.endswith(("/", "\\")))
            )
    files = sum(not line.endswith(("/", "\\")) for line in lines)
    return Listing(entries=entries, files=files, notes=notes[:5], left=max(0, len(lines) - LISTED_SHOWN))


@dataclass(slots=True)
class _Folder:
    folders: dict[str, "_Folder"] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


def tree_of(paths: list[str]) -> list[Entry]:
    """Lay paths out as a tree, folders first, in the order in which they came."""
    root = _Folder()
    for path in paths:
        parts = path.split("/")
        if len(parts) > 40:
            root.files.append(path)
            continue
        *folders, name = [part or "/" for part in parts[:1]] + [part for part in parts[1:] if part]
        if path.endswith("/"):
            folders, name = [*folders, name], ""
        place = root
        for part in folders:
            place = place.folders.setdefault(part, _Folder())
        if name:
            place.files.append(name)
    return _entries(root, 0)


def _entries(folder: _Folder, depth: int) -> list[Entry]:
    entries = []
    for name, inner in folder.folders.items():
        while len(inner.folders) == 1 and not inner.files:
            [(below, inner)] = inner.folders.items()
            name = f"{name.rstrip('/')}/{below}"
        entries.append(Entry(name=f"{name.rstrip('/')}/", depth=depth, is_folder=True))
        entries += _entries(inner, depth + 1)
    return entries + [Entry(name=name, depth=depth) for name in folder.files]
