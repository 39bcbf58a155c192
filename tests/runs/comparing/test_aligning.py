"""Aligning two sequences: order, weights, symmetry, and bounds of work."""

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.comparing import aligning
from runs.comparing.aligning import Keys, align

#: Few different keys, so that many fit each other; a `given` belongs to one `act`.
KEYS = st.builds(
    lambda loose, act, more: Keys(loose, act, act * 10 + more),
    st.integers(0, 1), st.integers(1, 4), st.integers(0, 2),
)  # fmt: skip
SEQUENCES = st.lists(KEYS, max_size=30)


def keys_of(text):
    """A letter is what was done, its case the arguments."""
    return [Keys(0, ord(letter.lower()), ord(letter)) for letter in text]


def weight(left, right, matches):
    return sum(weight_of(left[a], right[b]) for a, b in matches)


def weight_of(mine, theirs):
    if mine.given == theirs.given:
        return 6
    return 4 if mine.act == theirs.act else int(bool(mine.loose) and mine.loose == theirs.loose)


def best_weight(left, right):
    """The plain quadratic table."""
    row = [0] * (len(right) + 1)
    for mine in left:
        before, row = row, [0]
        for n, theirs in enumerate(right):
            row.append(max(row[-1], before[n + 1], before[n] + weight_of(mine, theirs)))
    return row[-1]


@given(SEQUENCES, SEQUENCES)
def test_matches_are_in_order_each_place_once_and_weigh_the_most(left, right):
    matches = align(left, right)
    assert [a for a, _ in matches] == sorted({a for a, _ in matches})
    assert [b for _, b in matches] == sorted({b for _, b in matches})
    assert all(weight_of(left[a], right[b]) for a, b in matches)
    assert weight(left, right, matches) == best_weight(left, right)


@given(SEQUENCES, SEQUENCES)
def test_small_leaves_find_as_much_as_one_table(left, right):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aligning, "LEAF_CELLS", 6)
        matches = align(left, right)
    assert weight(left, right, matches) == best_weight(left, right)
    assert [a for a, _ in matches] == sorted({a for a, _ in matches})
    assert [b for _, b in matches] == sorted({b for _, b in matches})


@given(SEQUENCES, SEQUENCES)
def test_sequences_that_are_cut_keep_order(left, right):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aligning, "LEAF_CELLS", 6)
        patch.setattr(aligning, "BEST_CELLS", 15)
        patch.setattr(aligning, "ALIGNED_CELLS", 20)
        matches = align(left, right)
    assert [a for a, _ in matches] == sorted({a for a, _ in matches})
    assert [b for _, b in matches] == sorted({b for _, b in matches})
    assert all(weight_of(left[a], right[b]) for a, b in matches)


@given(SEQUENCES)
def test_sequence_with_itself_is_all_the_same(keys):
    assert align(keys, keys) == [(n, n) for n in range(len(keys))]


@given(SEQUENCES, SEQUENCES)
def test_other_way_round_is_the_same(left, right):
    assert align(right, left) == [(b, a) for a, b in align(left, right)]


def test_same_arguments_win_over_the_same_act():
    # The second `a` of the right has the arguments of the left one.
    assert align(keys_of("xa"), keys_of("xAa")) == [(0, 0), (1, 2)]
    assert align(keys_of("aBc"), keys_of("Abc")) == [(0, 0), (1, 1), (2, 2)]


def test_what_does_not_fit_is_left_alone():
    assert align(keys_of("abqrc"), keys_of("abxyzc")) == [(0, 0), (1, 1), (4, 5)]
    assert align(keys_of("ab"), []) == []


def test_anchors_are_kept_where_sequences_are_cut(monkeypatch):
    monkeypatch.setattr(aligning, "LEAF_CELLS", 4)
    monkeypatch.setattr(aligning, "BEST_CELLS", 16)
    left, right = keys_of("pabqcdres"), keys_of("tabucdves")
    assert align(left, right) == [(1, 1), (2, 2), (4, 4), (5, 5), (7, 7), (8, 8)]


def all_alike(steps):
    """Nothing but the same act with other arguments each time: no anchor, every pair fits."""
    return [Keys(1, 7, n) for n in range(steps)], [Keys(1, 7, -n - 1) for n in range(steps)]


def test_memory_does_not_grow_with_the_product():
    left, right = all_alike(5_000)
    tracemalloc.start()
    matches = align(left, right)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(matches) == 5_000
    assert most < 10_000_000  # a byte a cell would be 25 MB


def test_work_does_not_grow_with_the_product():
    """20,000 by 20,000 would take 7 s of processor."""
    left, right = all_alike(20_000)
    began = time.process_time()
    matches = align(left, right)
    assert len(matches) == 20_000
    assert time.process_time() - began < 4
