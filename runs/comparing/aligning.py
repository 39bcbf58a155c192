"""Two sequences aligned as a diff aligns lines, but weighted: what is more alike is rather matched. Pure.

The best alignment by weight is found with Hirschberg's method, row by row in numpy: memory stays linear.
Longer sequences are first cut at what both have once, as in a patience diff, and what is too big even then
into equal shares: hostile input is aligned worse, not slower.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from runs.comparing.limits import ALIGNED_CELLS, BEST_CELLS, LEAF_CELLS

#: Weights of a match: by kind only, by what was done on what, with the same arguments.
_LOOSE, _ACT, _GIVEN = 1, 4, 6

Match = tuple[int, int]
_Row = Any  #: a numpy array of whole numbers


class Keys(NamedTuple):
    """What an element is matched by. `loose` 0 matches nothing; equal `given` implies equal `act`."""

    loose: int
    act: int
    given: int


def align(left: list[Keys], right: list[Keys]) -> list[Match]:
    """Match places of two sequences, in order, each at most once; either way round comes to the same."""
    if right < left:
        return [(a, b) for b, a in align(right, left)]
    first, last = _common_ends(left, right)
    inner = _Pair(left[first : len(left) - last], right[first : len(right) - last])
    found = [(place, place) for place in range(first)]
    found += [(a + first, b + first) for a, b in inner.matches()]
    return found + [(len(left) - n, len(right) - n) for n in range(last, 0, -1)]


def _common_ends(left: Sequence[Keys], right: Sequence[Keys]) -> tuple[int, int]:
    """Count what both begin with, and what of the rest both end with."""
    most = min(len(left), len(right))
    first = 0
    while first < most and left[first] == right[first]:
        first += 1
    last = 0
    while last < most - first and left[-1 - last] == right[-1 - last]:
        last += 1
    return first, last


class _Pair:
    """Two sequences as arrays of small numbers, one for what may be the same."""

    def __init__(self, left: Sequence[Keys], right: Sequence[Keys]) -> None:
        self.left, self.right = left, right
        numbers: dict[tuple[int, int], int] = {}

        def array(keys: Sequence[Keys], missing: int) -> _Row:
            told = [
                [numbers.setdefault((part, value), len(numbers)) for part, value in enumerate(each)]
                for each in keys
            ]
            made = np.array(told, dtype=np.int32).reshape(len(keys), 3).T.copy()
            made[0][[not each.loose for each in keys]] = missing
            return made

        self.a, self.b = array(left, -1), array(right, -2)

    def matches(self) -> Iterator[Match]:
        n, m = len(self.left), len(self.right)
        if n * m <= BEST_CELLS:
            yield from self.best(0, n, 0, m)
            return
        cuts = [*_anchors(self.left, self.right), (n, m)]
        gaps, at = [], (0, 0)
        for a, b in cuts:
            gaps.append((at[0], a, at[1], b))
            at = (a + 1, b + 1)
        parts = -(-sum(map(_cells, gaps)) // ALIGNED_CELLS)
        for gap, anchor in zip(gaps, cuts, strict=True):
            for share in _shares(gap, parts if _cells(gap) > LEAF_CELLS else 1):
                yield from self.best(*share)
            if anchor != (n, m):
                yield anchor

    def best(self, a0: int, a1: int, b0: int, b1: int) -> Iterator[Match]:
        """Find the heaviest alignment of two parts: halve the first, and find where the second is cut."""
        if a1 == a0 or b1 == b0:
            return
        if (a1 - a0) * (b1 - b0) <= LEAF_CELLS:
            yield from self.leaf(a0, a1, b0, b1)
            return
        if a1 - a0 == 1:  # a row too long for a leaf
            yield from self.one(a0, b0, b1)
            return
        middle = (a0 + a1) // 2
        before = self.scores(range(a0, middle), self.b[:, b0:b1])
        after = self.scores(range(a1 - 1, middle - 1, -1), self.b[:, b0:b1][:, ::-1])[::-1]
        cut = b0 + int(np.argmax(before + after))
        yield from self.best(a0, middle, b0, cut)
        yield from self.best(middle, a1, cut, b1)

    def one(self, place: int, b0: int, b1: int) -> Iterator[Match]:
        weights = self.weights(place, self.b[:, b0:b1])
        found = int(np.argmax(weights))
        if weights[found]:
            yield place, b0 + found

    def weights(self, place: int, b: _Row) -> _Row:
        loose, act, given = self.a[:, place]
        found = (b[1] == act) * np.int32(_ACT)
        found += (b[2] == given) * np.int32(_GIVEN - _ACT)
        return np.maximum(found, b[0] == loose)

    def scores(self, places: range, b: _Row) -> _Row:
        """Give the best weight of these elements with each beginning of the others."""
        row = np.zeros(b.shape[1] + 1, dtype=np.int32)
        for place in places:
            row[1:] = np.maximum.accumulate(np.maximum(row[1:], row[:-1] + self.weights(place, b)))
        return row

    def leaf(self, a0: int, a1: int, b0: int, b1: int) -> list[Match]:
        """Keep all rows of a small part, and walk back."""
        b = self.b[:, b0:b1]
        rows = np.zeros((a1 - a0 + 1, b1 - b0 + 1), dtype=np.int32)
        for n, place in enumerate(range(a0, a1)):
            best = np.maximum(rows[n][1:], rows[n][:-1] + self.weights(place, b))
            rows[n + 1][1:] = np.maximum.accumulate(best)
        table: list[list[int]] = rows.tolist()
        found, i, j = [], a1 - a0, b1 - b0
        while i and j:
            if table[i][j] == table[i - 1][j]:
                i -= 1
            elif table[i][j] == table[i][j - 1]:
                j -= 1
            else:
                i, j = i - 1, j - 1
                found.append((a0 + i, b0 + j))
        return found[::-1]


def _cells(gap: tuple[int, int, int, int]) -> int:
    return (gap[1] - gap[0]) * (gap[3] - gap[2])


def _shares(gap: tuple[int, int, int, int], parts: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut a part into equal shares of both sides."""
    a0, a1, b0, b1 = gap
    for n in range(parts):
        yield (
            a0 + (a1 - a0) * n // parts, a0 + (a1 - a0) * (n + 1) // parts,
            b0 + (b1 - b0) * n // parts, b0 + (b1 - b0) * (n + 1) // parts,
        )  # fmt: skip


def _anchors(left: Sequence[Keys], right: Sequence[Keys]) -> list[Match]:
    """Find what each side has once, as far as it stands in the same order on both."""
    once = {key for key, times in Counter(key.given for key in left).items() if times == 1}
    once &= {key for key, times in Counter(key.given for key in right).items() if times == 1}
    places = {key.given: place for place, key in enumerate(right) if key.given in once}
    pairs = [(a, places[key.given]) for a, key in enumerate(left) if key.given in once]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[Match]) -> list[Match]:
    """Choose the most pairs whose second places rise."""
    tails: list[int] = []
    heads: list[int] = []  #: number of the pair that ends the best chain of each length
    before: list[int] = []
    for n, (_, b) in enumerate(pairs):
        length = bisect_left(tails, b)
        before.append(heads[length - 1] if length else -1)
        tails[length : length + 1] = [b]
        heads[length : length + 1] = [n]
    chain, at = [], heads[-1] if heads else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
