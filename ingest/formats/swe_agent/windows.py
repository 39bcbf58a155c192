"""What the agent's file windows have shown: `[File: path (N lines total)]` and numbered lines.

From them follows what an edit of lines 12 to 14 replaced, which the trajectory itself does not say.
"""

import re

from msgspec import Struct, field

_HEAD = re.compile(r"^\[File: (?P<path>[^\n]+?)\s* \((?P<total>\d{1,8}) lines total\)\]\s*$", re.MULTILINE)
_LINE = re.compile(r"^(?P<number>\d{1,8}):(?P<text>.*)$")
#: Lines around a change that are written with it.
AROUND = 3


class Sheet(Struct):
    """The lines of one file that are known, by number; `whole` when that is all of it."""

    lines: dict[int, str] = field(default_factory=dict)
    total: int | None = None
    made_here: bool = False  #: the run created it, so that its end is known as well

    @property
    def whole(self) -> bool:
        """Say whether every line is known, of a file whose last line is known to end."""
        return self.made_here and self.total is not None and len(self.lines) == self.total

    def text(self) -> str:
        """Write the whole file."""
        return "".join(f"{self.lines[number]}\n" for number in range(1, (self.total or 0) + 1))

    def between(self, first: int, last: int) -> list[str] | None:
        """Give the lines from `first` to `last`; None when one is not known."""
        found = [self.lines.get(number) for number in range(first, last + 1)]
        known = [line for line in found if line is not None]
        return known if len(known) == len(found) else None

    def splice(self, first: int, last: int, new: list[str]) -> None:
        """Put new lines where `first` to `last` were; what lies behind moves."""
        shift = len(new) - (last - first + 1)
        kept = {
            (number if number < first else number + shift): line
            for number, line in self.lines.items()
            if number < first or number > last
        }
        self.lines = kept | {first + n: line for n, line in enumerate(new)}
        if self.total is not None:
            self.total += shift


class Window(Struct, frozen=True):
    """One printed window."""

    path: str
    total: int
    lines: dict[int, str]


def window_in(observation: str) -> Window | None:
    """Read the last window that an observation prints."""
    heads = list(_HEAD.finditer(observation))
    if not heads:
        return None
    head = heads[-1]
    lines = {}
    for row in observation[head.end() :].split("\n"):
        match = _LINE.match(row.removesuffix("\r"))
        if match:
            lines[int(match["number"])] = match["text"]
    return Window(path=head["path"].strip(), total=int(head["total"]), lines=lines)


def hunk_of(sheet: Sheet, path: str, first: int, old: list[str], new: list[str]) -> str:
    """Write the change of lines as a patch with right numbers, with the known lines around it."""
    above: list[str] = []
    while len(above) < AROUND and (line := sheet.lines.get(first - len(above) - 1)) is not None:
        above.insert(0, line)
    below: list[str] = []
    after = first + len(old)
    while len(below) < AROUND and (line := sheet.lines.get(after + len(below))) is not None:
        below.append(line)
    start = first - len(above)
    olds, news = len(above) + len(old) + len(below), len(above) + len(new) + len(below)
    rows = [f" {line}" for line in above] + [f"-{line}" for line in old]
    rows += [f"+{line}" for line in new] + [f" {line}" for line in below]
    # By convention an empty side counts from the line before it.
    before, after = (start if size else max(start - 1, 0) for size in (olds, news))
    head = f"@@ -{before},{olds} +{after},{news} @@"
    return "\n".join([f"--- a/{path}", f"+++ b/{path}", head, *rows]) + "\n"
