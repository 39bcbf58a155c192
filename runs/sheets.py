"""A file as lines, each with the version that wrote it. Lines nobody saw have a place and no text. Pure.

A sheet is never changed once it was given out: every operation makes a new one, or says that it cannot.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from runs.hunks import PatchHunk, Signed, blocks_between, split_lines
from runs.limits import SHEET_LINES

#: The author of lines of which it is not known who wrote them.
NOBODY = -1


class FileLine(NamedTuple):
    """One line: text with its end (None: never seen), author, and number (from 0) in the first file."""

    text: str | None
    by: int
    start: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Lines from the top. `open`: more may follow, written by `rest`, that nobody saw."""

    lines: tuple[FileLine, ...] = ()
    open: bool = False
    rest: int = 0
    rooted: bool = True  #: lines know where they stood in the first file
    taken: int = 0  #: lines of the first file that stand here or were removed
    gone: Mapping[int, str] = field(default_factory=dict)  #: removed lines of the first file, by number
    lost: Mapping[int, int] = field(default_factory=dict)  #: lines that the last operation took, by author
    wrote: int = 0  #: lines that it brought
    text: str | None = None  #: the whole text, if every line of it is known

    def written_by(self, author: int) -> int:
        """Count the lines of one author."""
        return sum(line.by == author for line in self.lines)


def sheet_of(text: str, by: int, *, rooted: bool = False) -> Sheet:
    """Lay out a known text."""
    texts = split_lines(text)
    lines = tuple(FileLine(part, by, n if rooted else None) for n, part in enumerate(texts))
    return Sheet(lines=lines, rooted=rooted, taken=len(texts), wrote=len(texts), text=text)


def unseen(by: int, *, rooted: bool = False) -> Sheet:
    """Make the sheet of a file that is there, and of which nothing is known."""
    return Sheet(open=True, rest=by, rooted=rooted)


def rewritten(sheet: Sheet, text: str, by: int) -> Sheet:
    """Put a new text in the place of a known one. Of lines never seen nothing is said to have stayed."""
    if sheet.text is None:
        return sheet_of(text, by)
    new = split_lines(text)
    old = [line.text or "" for line in sheet.lines]
    lines: list[FileLine] = []
    gone, lost = dict(sheet.gone), Counter[int]()
    at = wrote = 0
    for block in blocks_between(old, new):
        wrote += block.added
        lines += sheet.lines[at : block.old]
        at = block.old + block.removed
        _take(sheet.lines[block.old : at], gone, lost)
        lines += [FileLine(part, by, None) for part in new[block.new : block.new + block.added]]
    lines += sheet.lines[at:]
    return replace(sheet, lines=tuple(lines), gone=gone, lost=lost, wrote=wrote, text=text)


def _take(lines: Sequence[FileLine], gone: dict[int, str], lost: Counter[int]) -> None:
    for line in lines:
        lost[line.by] += 1
        if line.start is not None and line.text is not None:
            gone[line.start] = line.text


def patched(sheet: Sheet, hunks: Sequence[PatchHunk], by: int) -> Sheet | None:
    """Apply a patch where its line numbers say. None when a line that is known is not the one it expects."""
    wide = _reaching(sheet, hunks)
    if wide is None:
        return None
    lines: list[FileLine] = []
    gone, lost = dict(sheet.gone), Counter[int]()
    at = wrote = 0
    for hunk in hunks:
        wrote += sum(line.sign == "+" for line in hunk.lines)
        size = sum(line.sign != "+" for line in hunk.lines)
        if hunk.at < at or hunk.at + size > len(wide.lines):
            return None
        lines += wide.lines[at : hunk.at]
        at = hunk.at
        for sign, text in hunk.lines:
            if sign == "+":
                lines.append(FileLine(text, by, None))
                continue
            found = _agreed(wide.lines[at], text)
            if found is None:
                return None
            at += 1
            if sign == "-":
                _take([found], gone, lost)
            else:
                lines.append(found)
    lines += wide.lines[at:]
    ends = bool(lines) and lines[-1].text is not None and not lines[-1].text.endswith("\n")
    still = wide.open and not ends
    text = None if still else _joined(lines)
    return replace(wide, lines=tuple(lines), gone=gone, lost=lost, wrote=wrote, open=still, text=text)


def _joined(lines: Sequence[FileLine]) -> str | None:
    texts = [line.text for line in lines if line.text is not None]
    return "".join(texts) if len(texts) == len(lines) else None


def _reaching(sheet: Sheet, hunks: Sequence[PatchHunk]) -> Sheet | None:
    """Give the lines that a patch speaks of a place, if the file may have them."""
    need = max(hunk.at + sum(line.sign != "+" for line in hunk.lines) for hunk in hunks)
    more = need - len(sheet.lines)
    if more <= 0:
        return sheet
    if not sheet.open or need > SHEET_LINES:
        return None
    first = sheet.taken
    added = (FileLine(None, sheet.rest, first + n if sheet.rooted else None) for n in range(more))
    return replace(sheet, lines=(*sheet.lines, *added), taken=first + more)


def _agreed(line: FileLine, text: str | None) -> FileLine | None:
    """Match a known line, or learn one. Reports are not to be trusted with line ends."""
    if line.text is None:
        return line._replace(text=text)
    return line if text is None or line.text.rstrip("\r\n") == text.rstrip("\r\n") else None


def swapped(sheet: Sheet, old: str, new: str, by: int) -> Sheet | None:
    """Replace a piece that stands in a known text exactly once. None when it does not."""
    text = sheet.text
    if text is None or not old or text.count(old) != 1:
        return None
    return rewritten(sheet, text.replace(old, new), by)


def found(sheet: Sheet, text: str) -> Sheet | None:
    """Take a whole text that the file had: it fills what was not seen. None when it is another text."""
    texts = split_lines(text)
    known, seen = len(sheet.lines), len(texts)
    if seen < known or (seen > known and not sheet.open):
        return None
    lines: list[FileLine] = []
    for line, part in zip(sheet.lines, texts, strict=False):
        agreed = _agreed(line, part)
        if agreed is None:
            return None
        lines.append(agreed._replace(text=part))
    first = sheet.taken
    lines += [
        FileLine(part, sheet.rest, first + n if sheet.rooted else None)
        for n, part in enumerate(texts[known:])
    ]
    return replace(sheet, lines=tuple(lines), open=False, taken=first + seen - known, lost={}, text=text)


def against_first(sheet: Sheet) -> list[Signed] | None:
    """Write the sheet against the file it began with. None when its lines do not know where they stood."""
    if not sheet.rooted:
        return None
    signed: list[Signed] = []
    removed: list[str | None] = []
    added: list[str | None] = []
    number = 0
    for line in sheet.lines:
        if line.start is None:
            added.append(line.text)
            continue
        removed += [sheet.gone.get(n) for n in range(number, line.start)]
        signed += _settled(removed, added)
        removed, added, number = [], [], line.start + 1
        signed.append(Signed(" ", line.text))
    removed += [sheet.gone.get(n) for n in range(number, sheet.taken)]
    return signed + _settled(removed, added)


def _settled(removed: list[str | None], added: list[str | None]) -> list[Signed]:
    """Cancel what went and came back."""
    if not removed or not added:
        return [*(Signed("-", text) for text in removed), *(Signed("+", text) for text in added)]
    head = 0
    while head < min(len(removed), len(added)) and removed[head] == added[head]:
        head += 1
    tail = 0
    while tail < min(len(removed), len(added)) - head and removed[-1 - tail] == added[-1 - tail]:
        tail += 1
    return [
        *(Signed(" ", text) for text in removed[:head]),
        *(Signed("-", text) for text in removed[head : len(removed) - tail]),
        *(Signed("+", text) for text in added[head : len(added) - tail]),
        *(Signed(" ", text) for text in removed[len(removed) - tail :] if tail),
    ]
