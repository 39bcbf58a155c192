"""What a diff is made of: lines, hunks, and how it was asked for. Frozen records, pure."""

from dataclasses import dataclass
from enum import StrEnum

from runs.limits import DIFF_LINES, LINE_CHARS

#: Lines of context around a change.
CONTEXT_LINES = 3

#: Characters that weigh as much as one more line: bounds the bytes of a diff, not only its rows.
WEIGHED_CHARS = 200

#: One end (start, stop) of a run of characters that a replacement changed.
Mark = tuple[int, int]


class Side(StrEnum):
    """What a line is in a diff."""

    SAME = "same"
    ADD = "add"
    DEL = "del"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line, without its end. Numbers count from 1; None on the side where it is not, or where unknown."""

    side: Side
    text: str
    old: int | None = None
    new: int | None = None
    marks: tuple[Mark, ...] = ()  #: changed characters of a replaced line
    crlf: bool = False
    no_newline: bool = False  #: the file ends here without a newline
    ending: bool = False  #: nothing but the end of the line was changed
    was: str | None = None  #: a line that counts as the same: its text before, where that differs in spaces

    @property
    def weight(self) -> int:
        """Say how many lines it counts for against a limit."""
        return 1 + min(len(self.text), LINE_CHARS) // WEIGHED_CHARS


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """Neighbouring lines. `header` is what git names it by (function), often empty."""

    header: str
    lines: tuple[Line, ...]
    gap: int | None = None  #: unchanged lines left out before it; None: not known
    old_start: int = 0  #: number of its first line before; 0 where unknown
    new_start: int = 0
    continued: bool = False  #: its beginning is in the part before
    opened: str = ""  #: the beginning of the comment that its first line lies in


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDiff:
    """A diff as shown. `cut` counts the lines left out; `huge` means nothing was compared."""

    path: str
    hunks: tuple[Hunk, ...] = ()
    additions: int = 0
    deletions: int = 0
    cut: int = 0
    huge: bool = False
    numbered: bool = True  #: line numbers are those of the file
    gap: int | None = None  #: unchanged lines after the last hunk; None: not known
    lines: tuple[int, int] | None = None  #: lines of the whole texts, where both are known
    mode: str = ""  #: `100644 → 100755`, where a patch says so
    similarity: int | None = None  #: percent, of a rename
    binary: bool = False  #: a patch says so
    sizes: tuple[int, ...] = ()  #: bytes after and before, of a binary file whose patch holds both

    @property
    def weight(self) -> int:
        """Say how many lines it counts for against a limit."""
        return sum(line.weight for hunk in self.hunks for line in hunk.lines)

    @property
    def leaves_out(self) -> bool:
        """Say whether there are unchanged lines that it does not show."""
        return bool(self.gap) or any(hunk.gap for hunk in self.hunks)


@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """How a diff is asked for."""

    ignore_space: bool = False
    context: int = CONTEXT_LINES
    part: int = 0  #: a long diff comes in parts
    size: int = DIFF_LINES  #: lines of a part


def line_of(origin: str, text: str, old: int | None, new: int | None) -> Line:
    """Build a line from a patch's sign and text."""
    bare = text.removesuffix("\n")
    side = {"+": Side.ADD, "-": Side.DEL}.get(origin, Side.SAME)
    return Line(side=side, text=bare.removesuffix("\r"), old=old, new=new, crlf=bare.endswith("\r"))
