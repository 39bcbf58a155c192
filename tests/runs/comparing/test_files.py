"""Files as two runs left them."""

from runs.comparing.files import Fate, pair_files
from runs.kinds import Op
from runs.netting import Net, NetFile


def file(path, end=b"x", *, ends=True, **fields):
    given = {"net": Net.CHANGED, "op": Op.EDIT, "body": "@@", **fields}
    return NetFile(path=path, ends=(b"start", end) if ends else None, **given)


def told(left, right):
    return [(pair.path, pair.fate) for pair in pair_files(left, right)]


def test_files_are_paired_by_path_those_that_differ_first():
    mine = [file("a"), file("both", b"1"), file("same", b"2")]
    theirs = [file("both", b"9"), file("same", b"2"), file("z")]
    assert told(mine, theirs) == [
        ("both", Fate.OTHER), ("a", Fate.LEFT), ("z", Fate.RIGHT), ("same", Fate.SAME),
    ]  # fmt: skip


def test_file_that_ended_as_it_began_was_not_changed():
    assert told([file("a", net=Net.REVERTED)], [file("a")]) == [("a", Fate.RIGHT)]


def test_same_end_by_other_ways_is_the_same():
    assert told([file("a", body="@@ 1")], [file("a", body="@@ 2")]) == [("a", Fate.SAME)]


def test_one_that_deletes_and_one_that_edits_leave_it_otherwise():
    assert told([file("a", None, op=Op.DELETE)], [file("a")]) == [("a", Fate.OTHER)]


def test_where_ends_are_not_known_changes_decide():
    assert told([file("a", ends=False)], [file("a", ends=False)]) == [("a", Fate.SAME)]
    assert told([file("a", ends=False)], [file("a", body="@@ 2")]) == [("a", Fate.OTHER)]
    assert told([file("a", ends=False, body=None, net=Net.PARTLY)], [file("a")]) == [("a", Fate.UNKNOWN)]
