"""Line diffs of file contents: pure, by libgit2, with the words changed inside replaced lines marked.

Texts in, frozen records out. Nothing here invents a line: a patch without its file gives the hunks it has.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from pygit2 import Patch
from pygit2.enums import DiffOption

from runs.limits import COMPARED_BYTES, COMPARED_LINE, DIFF_LINES

#: Lines of context around a change.
CONTEXT_LINES = 3

#: Pairs of characters compared to mark the changed words of one file, which takes 0.3 s at worst.
MARKED_WORK = 4_000_000

#: One end (start, stop) of a run of characters that a replacement changed.
Mark = tuple[int, int]

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """Neighbouring lines. `header` is what git names it by (function), often empty."""

    header: str
    lines: tuple[Line, ...]


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


def counts(before: str, after: str) -> tuple[int, int]:
    """Count (added, removed) lines."""
    if before == after:
        return 0, 0
    old, new = _bytes_of(before), _bytes_of(after)
    _, additions, deletions = _patch(old, new, "file").line_stats
    return additions, deletions


def unified(before: str | None, after: str | None, path: str) -> str:
    """Write the unified diff that `git apply` takes; None is a file that is not there. Empty when equal."""
    if before == after:
        return ""
    old_data, new_data = _bytes_of(before or ""), _bytes_of(after or "")
    text = _patch(old_data, new_data, path).data.decode("utf-8", "replace")
    body = text[text.find("@@ ") :] if "@@ " in text else ""
    old = "/dev/null" if before is None else f"a/{path}"
    new = "/dev/null" if after is None else f"b/{path}"
    mode = {before: "new file mode 100644\n", after: "deleted file mode 100644\n"}.get(None, "")
    head = f"diff --git a/{path} b/{path}\n{mode}"
    return f"{head}--- {old}\n+++ {new}\n{body}" if body else head


def diff_of(before: str | None, after: str | None, path: str, *, numbered: bool = True) -> FileDiff:
    """Compare two texts. `numbered=False` when they are fragments, whose place in the file is unknown."""
    old, new = _bytes_of(before or ""), _bytes_of(after or "")
    if max(len(old), len(new)) > COMPARED_BYTES:
        return FileDiff(path=path, huge=True)
    patch = _patch(old, new, path)
    _, additions, deletions = patch.line_stats
    kept, cut = _bound(_hunk_of(hunk) for hunk in patch.hunks)
    return FileDiff(
        path=path,
        hunks=kept,
        additions=additions,
        deletions=deletions,
        cut=cut,
        numbered=numbered,
    )


def diff_of_patch(patch: str, path: str) -> FileDiff:
    """Read a unified diff, or bare hunks of one, as it was reported."""
    if len(patch) > COMPARED_BYTES:
        return FileDiff(path=path, huge=True)
    hunks = list(_parse_hunks(patch))
    sides = [line.side for hunk in hunks for line in hunk.lines]
    kept, cut = _bound((hunk, len(hunk.lines)) for hunk in hunks)
    return FileDiff(
        path=path,
        hunks=kept,
        additions=sides.count(Side.ADD),
        deletions=sides.count(Side.DEL),
        cut=cut,
    )


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _patch(old: bytes, new: bytes, path: str) -> Patch:
    """Compare. The patch reads from `old` and `new`, which the caller must keep as long as it lives."""
    flag = DiffOption.FORCE_TEXT | DiffOption.INDENT_HEURISTIC
    return Patch.create_from(old, new, path, path, flag=flag, context_lines=CONTEXT_LINES)


def _hunk_of(hunk) -> tuple[Hunk, int]:  # type: ignore[no-untyped-def]  # pygit2.DiffHunk
    """Read as much of a hunk as is ever shown, and count its lines."""
    lines: list[Line] = []
    items = hunk.lines
    size = sum(item.origin not in "<>=" for item in items)
    for item in items[: DIFF_LINES + 1]:
        if item.origin in "<>=":
            lines[-1] = replace(lines[-1], no_newline=True)
            continue
        text = item.raw_content.decode("utf-8", "replace")
        lines.append(_line_of(item.origin, text, _number(item.old_lineno), _number(item.new_lineno)))
    header = hunk.header.rsplit("@@", 1)[-1].strip()
    return Hunk(header=header, lines=tuple(lines)), size


def _number(value: int) -> int | None:
    return value if value > 0 else None


def _line_of(origin: str, text: str, old: int | None, new: int | None) -> Line:
    bare = text.removesuffix("\n")
    side = {"+": Side.ADD, "-": Side.DEL}.get(origin, Side.SAME)
    return Line(
        side=side,
        text=bare.removesuffix("\r"),
        old=old,
        new=new,
        crlf=bare.endswith("\r"),
    )


def _parse_hunks(patch: str) -> Iterator[Hunk]:
    """Walk the lines of a patch. A header's counts bound its hunk: `--- a` in it is content."""
    lines: list[Line] = []
    header, old, new, old_left, new_left = "", 0, 0, 0, 0
    for text in patch.split("\n"):
        start = _HUNK.match(text)
        if start and not (old_left > 0 or new_left > 0):
            if lines:
                yield Hunk(header=header, lines=tuple(lines))
            lines, header = [], start[5]
            old, new = int(start[1]), int(start[3])
            old_left, new_left = int(start[2] or 1), int(start[4] or 1)
        elif text.startswith("\\") and lines:
            lines[-1] = replace(lines[-1], no_newline=True)
        elif old_left > 0 or new_left > 0:
            origin = text[:1] or " "
            lines.append(
                _line_of(
                    origin,
                    text[1:],
                    None if origin == "+" else old,
                    None if origin == "-" else new,
                )
            )
            old, old_left = (old, old_left) if origin == "+" else (old + 1, old_left - 1)
            new, new_left = (new, new_left) if origin == "-" else (new + 1, new_left - 1)
    if lines:
        yield Hunk(header=header, lines=tuple(lines))


def _bound(hunks: Iterable[tuple[Hunk, int]]) -> tuple[tuple[Hunk, ...], int]:
    """Keep and mark the first DIFF_LINES lines of (hunk, its number of lines); say how many were left out."""
    kept: list[Hunk] = []
    room, cut = DIFF_LINES, 0
    work = MARKED_WORK
    for hunk, size in hunks:
        shown = hunk.lines[:room]
        room -= len(shown)
        cut += size - len(shown)
        if shown and work > 0:
            lines, work = mark_words(shown, work)
            shown = tuple(lines)
        if shown:
            kept.append(replace(hunk, lines=shown))
    return tuple(kept), cut


def mark_words(lines: Sequence[Line], work: int) -> tuple[list[Line], int]:
    """Pair each block of removed lines with the added lines that follow it, and mark what changed in them.

    `work` is how many pairs of characters may be compared; returns the lines and what is left of it.
    """
    marked: list[Line] = []
    at = 0
    while at < len(lines):
        dels = _run_of(lines, at, Side.DEL)
        if not dels:
            marked.append(lines[at])
            at += 1
            continue
        adds = _run_of(lines, at + len(dels), Side.ADD)
        pairs = []
        for old, new in zip(dels, adds, strict=False):
            work -= len(old.text) * len(new.text)
            pairs.append(_mark_pair(old, new) if work > 0 else (old, new))
        marked += [old for old, _ in pairs] + list(dels[len(pairs) :])
        marked += [new for _, new in pairs] + list(adds[len(pairs) :])
        at += len(dels) + len(adds)
    return marked, work


def _run_of(lines: Sequence[Line], start: int, side: Side) -> Sequence[Line]:
    stop = start
    while stop < len(lines) and lines[stop].side is side:
        stop += 1
    return lines[start:stop]


def _mark_pair(old: Line, new: Line) -> tuple[Line, Line]:
    """Mark changed words of a replaced line, unless the two have too little in common to be read as one."""
    if max(len(old.text), len(new.text)) > COMPARED_LINE:
        return old, new
    old_words, new_words = _WORD.findall(old.text), _WORD.findall(new.text)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    if matcher.ratio() < 0.5:
        return old, new
    changed = [part for part in matcher.get_opcodes() if part[0] != "equal"]
    old_marks = _spans(old_words, [(start, stop) for _, start, stop, _, _ in changed])
    new_marks = _spans(new_words, [(start, stop) for _, _, _, start, stop in changed])
    return replace(old, marks=old_marks), replace(new, marks=new_marks)


def _spans(words: list[str], ranges: list[Mark]) -> tuple[Mark, ...]:
    """Turn ranges of words into ranges of characters."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[start], ends[stop]) for start, stop in ranges if stop > start)
