"""What two runs did to the same files in the end. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from runs.kinds import Op
from runs.netting import Net, NetFile


class Fate(StrEnum):
    """How two runs left one file."""

    OTHER = "other"  #: both changed it, each to something else
    LEFT = "left"  #: only the first run changed it
    RIGHT = "right"
    SAME = "same"  #: both left it alike
    UNKNOWN = "unknown"  #: both changed it, and not all of how is known


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePair:
    """One file that at least one of two runs changed."""

    path: str
    fate: Fate
    left: NetFile | None = None
    right: NetFile | None = None


def pair_files(left: Iterable[NetFile], right: Iterable[NetFile]) -> list[FilePair]:
    """Pair the files of two runs by path; a file that ended as it began was not changed."""
    mine, theirs = (
        {file.path: file for file in files if file.net != Net.REVERTED} for files in (left, right)
    )
    paths = ((path, mine.get(path), theirs.get(path)) for path in sorted({*mine, *theirs}))
    pairs = [FilePair(path=path, fate=fate_of(a, b), left=a, right=b) for path, a, b in paths]
    order = list(Fate)
    return sorted(pairs, key=lambda pair: order.index(pair.fate))


def fate_of(left: NetFile | None, right: NetFile | None) -> Fate:
    """Say how two runs left one file, from its contents at the end, else from the changes."""
    if left is None or right is None:
        return Fate.RIGHT if left is None else Fate.LEFT
    if left.ends is not None and right.ends is not None:
        return Fate.SAME if left.ends[1] == right.ends[1] else Fate.OTHER
    if left.op == right.op == Op.DELETE:
        return Fate.SAME
    if left.body is None or right.body is None:
        return Fate.UNKNOWN
    if (left.op, left.body) == (right.op, right.body):
        return Fate.SAME
    return Fate.OTHER
