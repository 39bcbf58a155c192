"""Line diffs of file contents."""

import subprocess
from time import process_time

import pytest

from runs.difflines import How, Side
from runs.diffs import counts, diff_of, diff_of_patch, gaps_of, lines_between, text_of, unified


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
    assert (len(diff.hunks[0].lines), diff.cut, diff.additions) == (300, 4_700, 5_000)


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
    began = process_time()
    assert diff_of("", "x = 1\n" * 400_000, "a.py").cut > 390_000
    long = ["a b ," * 100 + f"{number}\n" for number in range(1_000)]
    assert diff_of("".join(long), "".join(reversed(long)), "a.py").hunks
    wide = [" ".join(f"{side}{n}{word}" for word in range(8_000)) for side in "ab" for n in range(50)]
    assert diff_of("\n".join(wide[:50]), "\n".join(wide[50:]), "a.py").hunks
    assert process_time() - began < 5


LONG = [f"line {number}" for number in range(1, 101)]


def edited(*numbers):
    return "".join(f"{line}!\n" if n in numbers else f"{line}\n" for n, line in enumerate(LONG, 1))


def test_unchanged_lines_between_hunks_are_counted():
    diff = diff_of(edited(), edited(1, 50), "x")
    assert [(hunk.old_start, hunk.new_start, hunk.gap) for hunk in diff.hunks] == [(1, 1, 0), (47, 47, 42)]
    assert (diff.gap, diff.lines) == (47, (100, 100))
    assert gaps_of(edited(), edited(1, 50)) == [(5, 5, 42), (54, 54, 47)]


def test_lines_of_a_gap_have_the_numbers_of_both_sides():
    before, after = "a\nb\nc\nd\n", "new\na\nb\nc\nd"
    assert [
        (line.old, line.new, line.text, line.no_newline)
        for line in lines_between(before, after, old=3, new=4, number=9)
    ] == [(3, 4, "c", False), (4, 5, "d", True)]


def test_a_patch_knows_nothing_of_what_lies_between_its_hunks():
    diff = diff_of_patch("@@ -1 +1 @@\n-a\n+b\n@@ -9,0 +9,1 @@\n+c\n", "x")
    assert [hunk.gap for hunk in diff.hunks] == [None, None]
    assert (diff.gap, diff.lines) == (None, None)


def test_a_long_diff_comes_in_parts():
    after = "".join(f"{number}\n" for number in range(5_000))
    parts = [diff_of("", after, "x", How(part=part, size=2_000)) for part in range(4)]
    assert [(len(part.hunks), part.cut) for part in parts] == [(1, 3_000), (1, 1_000), (1, 0), (0, 0)]
    assert [part.hunks[0].continued for part in parts[:3]] == [False, True, True]
    assert [line.new for part in parts for hunk in part.hunks for line in hunk.lines] == [*range(1, 5_001)]


IGNORE = How(ignore_space=True)


def test_changes_of_spaces_alone_can_be_ignored():
    assert diff_of("a\n b\n", "a\n\tb\r\n", "x", IGNORE).hunks == ()


def test_ignored_spaces_are_shown_as_they_were_on_each_side():
    diff = diff_of("if x:\ny\n", "if x:\n  y\nz\n", "x", IGNORE)
    assert [(line.side.value, line.text, line.was) for line in diff.hunks[0].lines] == [
        ("same", "if x:", None),
        ("same", "  y", "y"),
        ("add", "z", None),
    ]


def test_spaces_of_a_reported_patch_can_be_ignored():
    patch = "@@ -10,3 +10,4 @@ def f\n a\n-b\n-c\n+  b\n+d\n+e\n"
    assert shape(diff_of_patch(patch, "x", IGNORE)) == [
        ("same", 10, 10, "a"),
        ("same", 11, 11, "  b"),
        ("del", 12, None, "c"),
        ("add", None, 12, "d"),
        ("add", None, 13, "e"),
    ]


def test_spaces_of_a_patch_of_spaces_alone():
    assert shape(diff_of_patch("@@ -7 +7 @@\n-b\n+  b\n", "x", IGNORE)) == [("same", 7, 7, "  b")]


def test_patch_without_line_numbers_gets_none():
    patch = "*** Update File: a.py\n@@ def walk\n a\n-b\n+c\n@@\n+d\n*** End Patch\n"
    diff = diff_of_patch(patch, "a.py")
    assert not diff.numbered
    assert [hunk.header for hunk in diff.hunks] == ["def walk", ""]
    assert shape(diff) == [
        ("same", None, None, "a"),
        ("del", None, None, "b"),
        ("add", None, None, "c"),
        ("add", None, None, "d"),
    ]


def test_patch_says_mode_and_likeness():
    head = "diff --git a/x b/y\nold mode 100644\nnew mode 100755\nsimilarity index 97%\nrename from x\n"
    diff = diff_of_patch(f"{head}@@ -1 +1 @@\n-a\n+b\n", "y")
    assert (diff.mode, diff.similarity) == ("100644 → 100755", 97)


def test_a_text_whose_other_side_is_unknown_has_no_new_lines():
    diff = text_of("a\nb", "x", after=True)
    assert shape(diff) == [("same", None, 1, "a"), ("same", None, 2, "b")]
    assert diff.hunks[0].lines[-1].no_newline
    assert shape(text_of("a\n", "x", after=False)) == [("same", 1, None, "a")]


def test_a_change_of_line_endings_is_known_as_such():
    lines = diff_of("a\nb\n", "a\r\nb\n", "x").hunks[0].lines
    assert [(line.text, line.crlf, line.ending) for line in lines] == [
        ("a", False, True),
        ("a", True, True),
        ("b", False, False),
    ]
