"""Which removed line became which added one, and the words changed in between. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby, pairwise, takewhile, zip_longest

from runs.difflines import Line, Mark, Side
from runs.limits import COMPARED_LINE

#: What comparing words may cost in one file: pairs of words and pairs of lines, 0.1 s at worst.
MARKED_WORK = 200_000

#: Pairs of lines of one block that are weighed against each other; in a larger block they pair by place.
ALIGNED_PAIRS = 2_500

#: Part of the words that two lines must share to be read as one line, changed.
ALIKE = 0.4

Pair = tuple[int | None, int | None]

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LETTERS = re.compile(r"\w+|[^\w\s]")


def blocks_of(lines: Sequence[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """Split lines into blocks of (removed, added); a line that stays is a block of its own, on both sides."""
    dels: list[Line] = []
    adds: list[Line] = []
    for side, run in groupby(lines, key=lambda line: line.side):
        if side is Side.DEL:
            if dels or adds:
                yield dels, adds
            dels, adds = list(run), []
        elif side is Side.ADD:
            adds += run
        else:
            if dels or adds:
                yield dels, adds
            dels, adds = [], []
            for line in run:
                yield [line], [line]
    if dels or adds:
        yield dels, adds


def aligned(dels: Sequence[Line], adds: Sequence[Line]) -> list[Pair]:
    """Pair removed with added lines, in order, so that the most words stay; what has no like stands alone."""
    if len(dels) == len(adds) == 1:
        return [(0, 0)]
    if not dels or not adds or len(dels) * len(adds) > ALIGNED_PAIRS:
        return list(zip_longest(range(len(dels)), range(len(adds))))
    old, new = (
        [frozenset(_LETTERS.findall(line.text[:COMPARED_LINE])) for line in side] for side in (dels, adds)
    )
    best = [[0.0] * (len(adds) + 1) for _ in range(len(dels) + 1)]
    for i in range(len(dels) - 1, -1, -1):
        for j in range(len(adds) - 1, -1, -1):
            alike = _alike(old[i], new[j])
            paired = alike + best[i + 1][j + 1] if alike >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return _walk(best, old, new)


def _walk(
    best: list[list[float]], old: Sequence[frozenset[str]], new: Sequence[frozenset[str]]
) -> list[Pair]:
    pairs: list[Pair] = []
    i = j = 0
    while i < len(old) and j < len(new):
        alike = _alike(old[i], new[j])
        if alike >= ALIKE and best[i][j] == alike + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(n, None) for n in range(i, len(old))]
    return pairs + [(None, n) for n in range(j, len(new))]


def _alike(old: frozenset[str], new: frozenset[str]) -> float:
    return 2 * len(old & new) / (len(old) + len(new)) if old and new else float(old == new)


def mark_words(lines: Sequence[Line], work: int | None = None) -> tuple[list[Line], int]:
    """Mark what changed in the lines that became others.

    `work` is what comparing may still cost; returns the lines and what is left of it.
    """
    left = MARKED_WORK if work is None else work
    marked: list[Line] = []
    for dels, adds in blocks_of(lines):
        if dels and dels[0].side is Side.SAME:
            marked += dels
            continue
        pairs = aligned(dels, adds) if left > 0 else []
        left -= min(len(dels) * len(adds), ALIGNED_PAIRS)
        for i, j in pairs:
            if i is not None and j is not None and left > 0:
                dels[i], adds[j], spent = mark_pair(dels[i], adds[j])
                left -= spent
        marked += dels + adds
    return marked, left


def mark_pair(old: Line, new: Line) -> tuple[Line, Line, int]:
    """Mark the changed words of two lines, unless they have too little in common; say what it cost."""
    if old.text == new.text:
        return replace(old, ending=True), replace(new, ending=True), 1
    if max(len(old.text), len(new.text)) > COMPARED_LINE:
        return old, new, 1
    before, after = _WORD.findall(old.text), _WORD.findall(new.text)
    head = _same(before, after)
    tail = _same(before[head:][::-1], after[head:][::-1])
    middle = before[head : len(before) - tail], after[head : len(after) - tail]
    parts: list[tuple[int, ...]] = [(0, len(middle[0]), 0, len(middle[1]))]
    if middle[0] and middle[1]:
        matcher = SequenceMatcher(None, *middle, autojunk=False)
        parts = [part[1:] for part in matcher.get_opcodes() if part[0] != "equal"]
    parts = _joined([tuple(n + head for n in part) for part in parts], before)
    cost = 1 + len(middle[0]) * len(middle[1])
    if not _readable(parts, before, after):
        return old, new, cost
    old_marks = _spans(before, [(start, stop) for start, stop, _, _ in parts])
    new_marks = _spans(after, [(start, stop) for _, _, start, stop in parts])
    return replace(old, marks=old_marks), replace(new, marks=new_marks), cost


def _same(old: list[str], new: list[str]) -> int:
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _joined(parts: list[tuple[int, ...]], words: list[str]) -> list[tuple[int, ...]]:
    """Join parts with nothing but a space or one sign between them: confetti is not read."""
    joined: list[tuple[int, ...]] = []
    for part in parts:
        between = words[joined[-1][1] : part[0]] if joined else []
        if len(between) == 1 and not re.match(r"\w", between[0]):
            joined[-1] = (joined[-1][0], part[1], joined[-1][2], part[3])
        else:
            joined.append(part)
    return joined


def _readable(parts: list[tuple[int, ...]], before: list[str], after: list[str]) -> bool:
    """Say whether enough of the letters stays; a change of spaces alone always is readable."""
    old, new = _letters(before), _letters(after)
    kept = old - sum(_letters(before[start:stop]) for start, stop, _, _ in parts)
    return kept >= ALIKE * min(old, new) and kept >= ALIKE / 2 * max(old, new)


def _letters(words: list[str]) -> int:
    return sum(len(word) for word in words if not word[0].isspace())


def _spans(words: list[str], ranges: list[Mark]) -> tuple[Mark, ...]:
    """Turn ranges of words into ranges of characters."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[start], ends[stop]) for start, stop in ranges if stop > start)


def side_by_side(lines: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Pair lines for two columns: what became what side by side, what stands alone beside what is left."""
    for dels, adds in blocks_of(lines):
        if dels and dels[0].side is Side.SAME:
            yield dels[0], adds[0]
            continue
        fixed = [(i, j) for i, j in aligned(dels, adds) if i is not None and j is not None]
        ends = [(-1, -1), *fixed, (len(dels), len(adds))]
        for (i, j), (next_i, next_j) in pairwise(ends):
            if i >= 0:
                yield dels[i], adds[j]
            yield from zip_longest(dels[i + 1 : next_i], adds[j + 1 : next_j])
