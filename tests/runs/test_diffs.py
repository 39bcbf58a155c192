"""Line diffs of file contents."""

import subprocess
from time import perf_counter

import pytest

from runs.diffs import Side, counts, diff_of, diff_of_patch, unified


def shape(diff):
    return [(line.side.value, line.old, line.new, line.text) for hunk in diff.hunks for line in hunk.lines]


def test_counts_of_equal_texts():
    assert counts("a\n", "a\n") == (0, 0)


def test_counts_of_changed_texts():
    assert counts("a\nb\nc\n", "a\nB\nc\nd\n") == (2, 1)


def test_counts_of_text_with_nul():
    assert counts("a\0\n", "b\0\nc\n") == (2, 1)


def test_diff_numbers_both_sides():
    diff = diff_of("a\nb\nc\n", "a\nB\nc\n", "x.py")
    assert shape(diff) == [
        ("same", 1, 1, "a"),
        ("del", 2, None, "b"),
        ("add", None, 2, "B"),
        ("same", 3, 3, "c"),
    ]
    assert (diff.additions, diff.deletions) == (1, 1)


def test_diff_of_created_file():
    assert shape(diff_of(None, "a\nb\n", "x")) == [
        ("add", None, 1, "a"),
        ("add", None, 2, "b"),
    ]


def test_diff_marks_changed_words():
    diff = diff_of("  ttl: 3600,\n", "  ttl: 36OO,\n", "x.ts")
    old, new = diff.hunks[0].lines
    assert [old.text[start:stop] for start, stop in old.marks] == ["3600"]
    assert [new.text[start:stop] for start, stop in new.marks] == ["36OO"]


def test_diff_does_not_mark_unlike_lines():
    diff = diff_of("import os\n", "def walk(tree): return 1\n", "x.py")
    assert [line.marks for line in diff.hunks[0].lines] == [(), ()]


def test_diff_says_crlf_and_missing_newline():
    old, new = diff_of("a\r\n", "a", "x").hunks[0].lines
    assert (old.crlf, old.no_newline, new.crlf, new.no_newline) == (
        True,
        False,
        False,
        True,
    )


def test_diff_of_long_file_is_cut_and_says_so():
    diff = diff_of("", "x\n" * 5_000, "x")
    assert (len(diff.hunks[0].lines), diff.cut, diff.additions) == (2_000, 3_000, 5_000)


def test_diff_of_huge_file_is_not_made():
    assert diff_of("", "x" * 5_000_000, "x").huge


def test_patch_is_read_with_its_numbers():
    patch = "--- a/x\n+++ b/x\n@@ -10,2 +10,3 @@ def f\n a\n--- b\n+++ c\n+d\n\\ No newline at end of file\n"
    diff = diff_of_patch(patch, "x")
    assert shape(diff) == [
        ("same", 10, 10, "a"),
        ("del", 11, None, "-- b"),
        ("add", None, 11, "++ c"),
        ("add", None, 12, "d"),
    ]
    assert diff.hunks[0].header == "def f"
    assert diff.hunks[0].lines[-1].no_newline
    assert (diff.additions, diff.deletions) == (2, 1)


def test_patch_of_two_hunks():
    diff = diff_of_patch("@@ -1 +1 @@\n-a\n+b\n@@ -9,0 +9,1 @@\n+c\n", "x")
    assert shape(diff) == [
        ("del", 1, None, "a"),
        ("add", None, 1, "b"),
        ("add", None, 9, "c"),
    ]


def test_patch_that_is_none_has_no_hunks():
    assert diff_of_patch("not a patch\n", "x").hunks == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        (None, "new\n"),
        ("old\n", None),
        ("a\n", "a"),
        ("x\r\ny\r\n", "x\r\nz\r\n"),
    ],
)
def test_unified_is_what_git_applies(tmp_path, before, after):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    file = tmp_path / "f.txt"
    if before is not None:
        file.write_bytes(before.encode())
    patch = unified(before, after, "f.txt")
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert (file.read_bytes().decode() if file.exists() else None) == after


def test_unified_of_equal_texts_is_empty():
    assert unified("a", "a", "x") == ""


def test_sides_are_words():
    assert [side.value for side in Side] == ["same", "add", "del"]


def test_hundreds_of_thousands_of_lines_are_compared_in_linear_time():
    began = perf_counter()
    assert diff_of("", "x = 1\n" * 400_000, "a.py").cut > 390_000
    long = ["a b ," * 100 + f"{number}\n" for number in range(1_000)]
    assert diff_of("".join(long), "".join(reversed(long)), "a.py").hunks
    assert perf_counter() - began < 5
