"""What searches print, and what can be marked of a pattern."""

import pytest

from runs.matches import FileMatches, Match, Matches, matches_of, spans_of_words, words_of_pattern

CONTENT = (
    "cmd/a.go:84:func Root() {\n/w/cmd/a.go-85-\t// 2025-01-15-x\n--\n"
    "/w/cmd/a-1-b.go-7-y\nC:\\w\\z.go:3:q:4:r"
)


def test_lines_of_one_file_are_one_group_however_its_path_is_written():
    found = matches_of(CONTENT, cwd="/w", mode="content")
    assert found == Matches(files=[
        FileMatches(path="cmd/a.go", lines=[
            Match(number=84, text="func Root() {"), Match(number=85, text="\t// 2025-01-15-x", hit=False)]),
        FileMatches(path="cmd/a-1-b.go", lines=[Match(number=7, text="y", hit=False)]),
        FileMatches(path="C:/w/z.go", lines=[Match(number=3, text="q:4:r")]),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "given", "files"),
    [
        ("301:func\n302-\tx", {"path": "l.go", "mode": "content"},
         [FileMatches(path="l.go", lines=[Match(number=301, text="func"),
                                          Match(number=302, text="\tx", hit=False)])]),
        ("Found 2 files\na.py\nb/c.py", {"mode": "files_with_matches"},
         [FileMatches(path="a.py"), FileMatches(path="b/c.py")]),
        ("a.ts:3\nb.ts:1\n\nFound 4 total occurrences across 2 files.", {"mode": "count"},
         [FileMatches(path="a.ts", count=3), FileMatches(path="b.ts", count=1)]),
        ('Found 2 matches for pattern "x" in path ".":\n---\nFile: a.ts\nL12: x\nL13: xx\n---', {},
         [FileMatches(path="a.ts", lines=[Match(number=12, text="x"), Match(number=13, text="xx")])]),
        ("No matches found", {"mode": "content"}, []),
        ("", {}, []),
    ],
)  # fmt: skip
def test_every_output_mode_is_read(text, given, files):
    assert matches_of(text, **given).files == files


def test_matches_beyond_the_limit_are_counted():
    found = matches_of("\n".join(f"a.py:{n}:x" for n in range(1, 703)), mode="content")
    assert (len(found.files[0].lines), found.left) == (500, 202)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"func \(pt \*Path\) join|foo.*bar|[a-z]+x", ["func (pt *Path) join", "bar", "foo"]),
        (r"\bEdit\b", ["Edit"]),
        ("a", ["a"]),
        ("a|b", []),
        (r"(a+)+$", []),
        ("", []),
        ("[", []),
        ("\ue000" * 3, ["\ue000" * 3]),
    ],
)
def test_plain_words_of_a_pattern(pattern, words):
    assert words_of_pattern(pattern) == words


def test_words_are_found_without_overlap_and_in_any_case():
    assert spans_of_words("Foobar foo", ["foobar", "foo"], ignore_case=True) == [(0, 6), (7, 10)]
    assert spans_of_words("Foobar foo", ["foobar", "foo"], ignore_case=False) == [(7, 10)]
    assert len(spans_of_words("a" * 5_000, ["a"], ignore_case=False)) == 100
