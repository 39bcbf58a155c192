"""Changed files as a tree of folders. Pure, and bounded: what is not listed is counted."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from runs.kinds import Op
from runs.limits import FILES_LISTED

_NUMBER = re.compile(r"([0-9]{1,18})")

#: Files from which on folders are shut at first.
FOLDED_FROM = 200

#: Levels of folders; what lies deeper is listed by its last name there.
DEPTH = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFile:
    """All that a run did to one path."""

    path: str
    edits: int
    first: int  #: number of its first change
    added: int
    removed: int
    state: str = ""  #: new, deleted, renamed, reverted, or nothing of these
    old_path: str = ""
    hidden: bool = False
    outside: bool = False

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(kw_only=True, slots=True)
class Folder:
    """A folder with what changed in it. `path` ends in `/`; folders of one folder only are one line."""

    name: str
    path: str
    size: int
    added: int
    removed: int
    hidden: int
    folders: list["Folder"] = field(default_factory=list)
    files: list[ChangedFile] = field(default_factory=list)
    left_out: int = 0  #: files in it that are not listed
    is_open: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """What the files come to; those outside the repository are counted apart."""

    files: int
    added: int
    removed: int
    hidden: int
    outside: int


def file_state(
    first_op: str | None, last_op: str | None, *, before: bytes | None, after: bytes | None, edits: int
) -> str:
    """Say what became of a file: from its first and last operation and its first and last text."""
    if first_op == Op.CREATE:
        return "new, then deleted" if last_op == Op.DELETE else "new"
    if last_op == Op.DELETE:
        return "deleted"
    if last_op == Op.RENAME or first_op == Op.RENAME:
        return "renamed"
    return "reverted" if edits > 1 and before is not None and before == after else ""


def sums_of(files: Iterable[ChangedFile]) -> Sums:
    """Add up."""
    every = list(files)
    inside = [file for file in every if not file.outside]
    return Sums(
        files=len(inside),
        added=sum(file.added for file in inside),
        removed=sum(file.removed for file in inside),
        hidden=sum(file.hidden for file in every),
        outside=len(every) - len(inside),
    )


def tree_of(files: Sequence[ChangedFile]) -> Folder:
    """Build the tree; after FILES_LISTED files, what is left of a folder is counted."""
    root = _folder(
        "", "", sorted(files, key=lambda file: [_by_number(part) for part in file.path.split("/")])
    )
    _bound(root)
    return root


def _by_number(name: str) -> tuple[list[str | int], str]:
    """Order `v2` before `v10`; words and numbers take turns, so that they are never compared."""
    parts: list[str | int] = list(_NUMBER.split(name))
    parts[1::2] = [int(part) for part in parts[1::2]]
    return parts, name


def _folder(name: str, path: str, files: Sequence[ChangedFile], level: int = 0) -> Folder:
    sums = sums_of(files)
    folder = Folder(
        name=name,
        path=path,
        size=len(files),
        added=sum(file.added for file in files),
        removed=sum(file.removed for file in files),
        hidden=sums.hidden,
    )
    depth = len(path)
    for part, group in groupby(files, key=lambda file: file.path[depth:].partition("/")[0:2]):
        inner = list(group)
        if part[1] and level < DEPTH:
            folder.folders.append(_merged(_folder(part[0], f"{path}{part[0]}/", inner, level + 1)))
        else:
            folder.files += inner
    return folder


def _merged(folder: Folder) -> Folder:
    """Make `src/api/` one line where `src/` holds nothing else."""
    if len(folder.folders) == 1 and not folder.files:
        [only] = folder.folders
        only.name = f"{folder.name}/{only.name}"
        return only
    return folder


def _bound(root: Folder) -> None:
    """Keep as many rows as there is room for, level by level, so that every folder near the top is there."""
    room, waiting = FILES_LISTED, deque([root])
    while waiting:
        folder = waiting.popleft()
        folders, files = folder.folders, folder.files
        folder.folders = folders[:room]
        room -= len(folder.folders)
        folder.files = files[:room]
        room -= len(folder.files)
        folder.left_out = sum(rest.size for rest in folders[len(folder.folders) :])
        folder.left_out += len(files) - len(folder.files)
        folder.is_open = root.size <= FOLDED_FROM
        waiting += folder.folders
