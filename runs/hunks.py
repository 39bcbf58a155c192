"""Unified diffs as data: reading reported ones, comparing whole texts, writing hunks. Pure.

A line here keeps its end, so that CR LF and a missing last newline are facts of the line.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pygit2 import Patch
from pygit2.enums import DiffOption

from runs.limits import NET_LINES_COMPARED

CONTEXT_LINES = 3

_STRETCH = 512

_HEAD = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")

_OTHER = {" ": " ", "-": "+", "+": "-"}


class Signed(NamedTuple):
    """One line of a hunk: ` `, `-` or `+`, and its text with its end; None where nobody saw it."""

    sign: str
    text: str | None


class PatchHunk(NamedTuple):
    """Lines in place: `at` lines of the old file stand before them."""

    at: int
    lines: tuple[Signed, ...]


class Block(NamedTuple):
    """Lines [old, old + removed) give way to lines [new, new + added); both count from 0."""

    old: int
    removed: int
    new: int
    added: int


def split_lines(text: str) -> list[str]:
    """Split at newlines alone, and keep them."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def read_hunks(patch: str) -> list[PatchHunk] | None:
    """Read the hunks of one file's patch. None when it holds none, several files, or breaks off."""
    hunks: list[PatchHunk] = []
    files = 0
    texts = iter(patch.split("\n"))
    for text in texts:
        head = _HEAD.match(text)
        if head is None:
            files += text.startswith("--- ")
            if text.startswith("\\") and hunks and hunks[-1].lines:
                hunks[-1] = _without_end(hunks[-1])
            continue
        old, new = int(head[2] or 1), int(head[4] or 1)
        lines = _read_lines(texts, old, new)
        if lines is None:
            return None
        hunks.append(PatchHunk(int(head[1]) - (1 if old else 0), tuple(lines)))
    return hunks if hunks and files < 2 else None


def _read_lines(texts: Iterator[str], old: int, new: int) -> list[Signed] | None:
    lines: list[Signed] = []
    while old > 0 or new > 0:
        text = next(texts, None)
        if text is None:
            return None
        if text.startswith("\\") and lines:
            lines[-1] = _bare(lines[-1])
            continue
        sign = text[:1] or " "
        if sign not in " +-":
            return None
        lines.append(Signed(sign, text[1:] + "\n"))
        old, new = old - (sign != "+"), new - (sign != "-")
    return lines


def _bare(line: Signed) -> Signed:
    return Signed(line.sign, (line.text or "").removesuffix("\n"))


def _without_end(hunk: PatchHunk) -> PatchHunk:
    return PatchHunk(hunk.at, (*hunk.lines[:-1], _bare(hunk.lines[-1])))


def inverted(hunks: Sequence[PatchHunk]) -> list[PatchHunk]:
    """Turn a patch round."""
    turned: list[PatchHunk] = []
    moved = 0
    for hunk in hunks:
        lines = [Signed(_OTHER[line.sign], line.text) for line in hunk.lines]
        turned.append(PatchHunk(hunk.at + moved, tuple(lines)))
        added, removed = counts_of(hunk.lines)
        moved += added - removed
    return turned


def blocks_between(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Compare lists of lines; what begins and ends alike is set aside before libgit2 looks at the rest."""
    head = _same(old, new)
    tail = min(_same(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return []
    if not left or not right or len(left) + len(right) > NET_LINES_COMPARED:
        return [Block(head, len(left), head, len(right))]
    flag = DiffOption.FORCE_TEXT | DiffOption.INDENT_HEURISTIC
    left_data, right_data = ("".join(side).encode("utf-8", "replace") for side in (left, right))
    patch = Patch.create_from(left_data, right_data, "f", "f", flag=flag, context_lines=0, interhunk_lines=0)
    return [
        Block(
            head + hunk.old_start - (1 if hunk.old_lines else 0),
            hunk.old_lines,
            head + hunk.new_start - (1 if hunk.new_lines else 0),
            hunk.new_lines,
        )
        for hunk in patch.hunks
    ]


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the lines that begin both, a stretch at a time: lists compare faster than loops."""
    at, most = 0, min(len(old), len(new))
    while at < most and old[at : at + _STRETCH] == new[at : at + _STRETCH]:
        at += _STRETCH
    while at < most and old[at] == new[at]:
        at += 1
    return min(at, most)


class Body(NamedTuple):
    """The hunks of one file as text, and how many lines they add and remove."""

    text: str
    added: int
    removed: int


def body_between(old: str, new: str) -> Body:
    """Write the hunks that turn one known text into another."""
    old_lines, new_lines = split_lines(old), split_lines(new)
    blocks = blocks_between(old_lines, new_lines)
    parts: list[str] = []
    for group in _near(blocks):
        first = group[0]
        lead = min(CONTEXT_LINES, first.old)
        signed = [Signed(" ", text) for text in old_lines[first.old - lead : first.old]]
        for block, after in zip(group, [*group[1:], None], strict=True):
            ends = block.old + block.removed
            until = after.old if after else min(len(old_lines), ends + CONTEXT_LINES)
            signed += [Signed("-", text) for text in old_lines[block.old : ends]]
            signed += [Signed("+", text) for text in new_lines[block.new : block.new + block.added]]
            signed += [Signed(" ", text) for text in old_lines[ends:until]]
        parts += _hunk(first.old - lead, first.new - lead, signed)
    return Body("".join(parts), sum(b.added for b in blocks), sum(b.removed for b in blocks))


def _near(blocks: Sequence[Block]) -> list[list[Block]]:
    """Put blocks together whose lines around them touch."""
    groups: list[list[Block]] = []
    for block in blocks:
        last = groups[-1][-1] if groups else None
        if last and block.old - (last.old + last.removed) <= 2 * CONTEXT_LINES:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _hunk(old_at: int, new_at: int, lines: Sequence[Signed]) -> list[str]:
    """Write one hunk; `old_at` and `new_at` lines stand before it."""
    added, removed = counts_of(lines)
    old, new = len(lines) - added, len(lines) - removed
    head = f"@@ -{_place(old_at, old)} +{_place(new_at, new)} @@\n"
    return [head, *map(_written, lines)]


def write_hunks(signed: Sequence[Signed], *, whole: bool) -> str | None:
    """Write what `git apply` takes. None when a changed line, or the line after one, was never seen.

    `whole`: the sequence ends where the file ends. git takes a hunk without lines after the change for one
    at the end of the file, so elsewhere at least one such line must be known.
    """
    parts: list[str] = []
    old_at = new_at = 0
    done = 0
    for start, stop in _ranges(signed):
        old_at += sum(line.sign != "+" for line in signed[done:start])
        new_at += sum(line.sign != "-" for line in signed[done:start])
        lines = signed[start:stop]
        ends = whole and stop == len(signed)
        if any(line.text is None for line in lines) or (lines[-1].sign != " " and not ends):
            return None
        parts += _hunk(old_at, new_at, lines)
        added, removed = counts_of(lines)
        old_at, new_at, done = old_at + len(lines) - added, new_at + len(lines) - removed, stop
    return "".join(parts)


def write_reported(hunks: Sequence[PatchHunk]) -> str:
    """Write hunks as they were reported."""
    parts: list[str] = []
    moved = 0
    for hunk in hunks:
        parts += _hunk(hunk.at, hunk.at + moved, hunk.lines)
        added, removed = counts_of(hunk.lines)
        moved += added - removed
    return "".join(parts)


def _place(at: int, size: int) -> str:
    start = at + 1 if size else at
    return f"{start}" if size == 1 else f"{start},{size}"


def _written(line: Signed) -> str:
    text = line.text or ""
    return line.sign + (text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n")


def _ranges(signed: Sequence[Signed]) -> list[tuple[int, int]]:
    """Find the stretches of the hunks: each change with the lines around it that are known."""
    ranges: list[tuple[int, int]] = []
    for at, line in enumerate(signed):
        if line.sign == " ":
            continue
        start = at
        while start > 0 and at - start < CONTEXT_LINES and _is_known(signed[start - 1]):
            start -= 1
        stop = at + 1
        while stop < len(signed) and stop - at <= CONTEXT_LINES and _is_known(signed[stop]):
            stop += 1
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], stop)
        else:
            ranges.append((start, stop))
    return ranges


def _is_known(line: Signed) -> bool:
    return line.sign != " " or line.text is not None


def counts_of(signed: Sequence[Signed]) -> tuple[int, int]:
    """Count (added, removed) lines."""
    return sum(line.sign == "+" for line in signed), sum(line.sign == "-" for line in signed)
