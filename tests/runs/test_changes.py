"""Lines of file changes."""

import random
from uuid import UUID

import pytest

from runs.changes import COUNTED_LINES, apply_change, counted_texts, new_change
from runs.kinds import Basis, Op
from runs.records import ChangeRecord


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


@pytest.mark.parametrize(
    "told",
    [{"basis": Basis.PATCH, "patch": "@@ -9 +9 @@\n-a\n+b\n"}, {"before": "a\nz\n", "after": "b\nz\n"}],
)
def test_a_fragment_says_less_than_a_numbered_patch_or_whole_texts(told):
    record = ChangeRecord(run="r", step="s", key="s:a.py:0", path="a.py", op=Op.EDIT, source="x", **told)
    row = new_change(UUID(int=1), record)
    kept = {}
    for basis, given in ((record.basis, told), (Basis.FRAGMENT, {"before": "a\n", "after": "b\n"})):
        texts = {name: text for name, text in given.items() if name != "basis"}
        again = ChangeRecord(
            run="r", step="s", key=record.key, path="a.py", op=Op.EDIT, source="x", basis=basis, **texts
        )
        apply_change(row, again, kept.__setitem__)
    assert row.basis == record.basis
    assert len(kept) == len(told) - ("basis" in told)
