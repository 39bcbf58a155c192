"""Lines of file changes."""

import random

from runs.changes import COUNTED_LINES, counted_texts


def test_small_texts_are_compared():
    assert counted_texts("a\nb\nc\n", "a\nx\ny\nc\n") == (2, 1)


def test_an_edit_in_a_huge_file_is_counted_exactly():
    lines = [str(number) for number in range(COUNTED_LINES)]
    edited = [*lines[:100], "new", *lines[100:20_000], *lines[20_001:]]
    assert counted_texts("\n".join(lines), "\n".join(edited)) == (1, 1)


def test_much_that_differs_counts_from_first_to_last_difference():
    rng = random.Random(1)
    old = [str(rng.randrange(10)) for _ in range(COUNTED_LINES)]
    new = [str(rng.randrange(10)) for _ in range(COUNTED_LINES)]
    added, removed = counted_texts("same\n" + "\n".join(["a", *old]), "same\n" + "\n".join(["b", *new, "c"]))
    assert (added, removed) == (COUNTED_LINES + 2, COUNTED_LINES + 1)
