"""Which line became which, and the words changed in between."""

import pytest

from runs.diffs import diff_of
from runs.marks import side_by_side


def marked(before, after):
    """Write the changed lines with brackets around what is marked."""
    lines = [line for hunk in diff_of(before, after, "x").hunks for line in hunk.lines]
    written = []
    for line in (line for line in lines if line.side.value != "same"):
        text = line.text
        for start, stop in reversed(line.marks):
            text = f"{text[:start]}[{text[start:stop]}]{text[stop:]}"
        written.append({"add": "+", "del": "-"}[line.side.value] + text)
    return written


def columns(before, after):
    lines = [line for hunk in diff_of(before, after, "x").hunks for line in hunk.lines]
    return [
        (left.text if left else None, right.text if right else None) for left, right in side_by_side(lines)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("if (a) {\n", "if (a)\n{\n", ["-if (a)[ {]", "+if (a)", "+{"]),
        ("x = getUser(id)\n", "x = get_user(id)\n", ["-x = [getUser](id)", "+x = [get_user](id)"]),
        ("  go()\n", "      go()\n", ["-[  ]go()", "+[      ]go()"]),
        ("\tgo()\n", "    go()\n", ["-[\t]go()", "+[    ]go()"]),
        ("a.b(x)\n", "c.d(x)\n", ["-[a.b](x)", "+[c.d](x)"]),
        ("f(a)\n", "f(a, b)\n", ["-f(a)", "+f(a[, b])"]),
        ("import os\n", "def walk(tree): return 1\n", ["-import os", "+def walk(tree): return 1"]),
    ],
    ids=["moved brace", "renamed", "indented", "tab to spaces", "joined", "argument", "unlike"],
)
def test_marks_of_real_edits(before, after, expected):
    assert marked(before, after) == expected


def test_a_changed_line_is_compared_with_the_one_it_became_not_with_its_neighbour():
    before = "def f(a):\n    c = load(a)\n"
    after = 'def f(a, b):\n    if a is None:\n        raise ValueError("no a")\n    c = load(a, b)\n'
    assert marked(before, after) == [
        "-def f(a):",
        "-    c = load(a)",
        "+def f(a[, b]):",
        "+    if a is None:",
        '+        raise ValueError("no a")',
        "+    c = load(a[, b])",
    ]
    assert columns(before, after) == [
        ("def f(a):", "def f(a, b):"),
        (None, "    if a is None:"),
        (None, '        raise ValueError("no a")'),
        ("    c = load(a)", "    c = load(a, b)"),
    ]


def test_columns_keep_what_stays_on_both_sides():
    assert columns("a\nb\nc\n", "a\nc\nd\n") == [("a", "a"), ("b", None), ("c", "c"), (None, "d")]


def test_columns_of_many_unlike_lines_stand_side_by_side():
    before, after = ("".join(f"{word}{n}\n" for n in range(60)) for word in ("old", "new"))
    assert columns(before, after) == [(f"old{n}", f"new{n}") for n in range(60)]
