"""Intent beside effect: no verdict where it cannot be known, and every mismatch with its proof."""

import pytest

from runs.effects import Change, Off, effects_of
from runs.intents import intents_of
from runs.kinds import Basis, Origin
from runs.tools import Family

EDIT = {"file_path": "/w/a.py", "old_string": "x = 1\n", "new_string": "x = 2\n"}


def seen(**fields):
    return Change(n=1, path="a.py", origin=Origin.OBSERVED, **fields)


def told(**fields):
    return Change(n=0, path="a.py", **{"before": "x = 1\ny\n", "after": "x = 2\ny\n", **fields})


def verdict(changes, *, arguments=EDIT, status="ok", family=Family.EDIT, **more):
    intents = intents_of(family, arguments)
    effects = effects_of(intents, changes, status=status, cwd="/w", **more)
    return [(effect.path, effect.as_asked, [one.off for one in effect.mismatches]) for effect in effects]


@pytest.mark.parametrize(
    ("changes", "more", "expected"),
    [
        ([told()], {}, [("a.py", True, [])]),
        ([told(after="x = 2\nz\n")], {}, [("a.py", False, [Off.OTHER])]),
        ([told(after="x = 2\nz\n", user_modified=True)], {}, [("a.py", False, [Off.HUMAN])]),
        ([told(after="x = 1\ny\n")], {}, [("a.py", False, [Off.NOTHING])]),
        ([told(), seen(before="x = 1\ny\n", after="x = 2\n\ny\n")], {}, [("a.py", False, [Off.AFTER])]),
        ([told(), seen(before="x = 1\ny\n", after="x = 2\ny\n")], {}, [("a.py", True, [])]),
        ([told()], {"snapshots": True}, [("a.py", True, [Off.UNSEEN])]),
        ([told(basis=Basis.FRAGMENT)], {}, [("a.py", None, [])]),
        ([told(before=None, after=None, basis=Basis.PATCH)], {}, [("a.py", None, [])]),
        ([], {}, [("a.py", None, [Off.UNKNOWN])]),
        ([], {"status": "failed"}, [("a.py", None, [Off.FAILED])]),
        ([], {"status": "denied"}, [("a.py", None, [Off.FAILED])]),
        ([], {"status": "running"}, [("a.py", None, [])]),
        ([told()], {"status": "failed"}, [("a.py", True, [Off.PARTLY])]),
        ([told(), Change(n=2, path="b.py", origin=Origin.OBSERVED, before="1", after="2")], {},
         [("a.py", True, []), ("b.py", None, [Off.HIDDEN])]),
    ],
)  # fmt: skip
def test_verdicts(changes, more, expected):
    assert verdict(changes, **more) == expected


def test_difference_is_proved_line_by_line():
    intents = intents_of(Family.EDIT, EDIT)
    [effect] = effects_of(intents, [told(), seen(before="x = 1\ny\n", after="x = 2\ny\nz\n")], status="ok",
                          cwd="/w")  # fmt: skip
    [mismatch] = effect.mismatches
    assert mismatch.text == (
        "What is on disk is not what the call reported: a formatter or a hook changed it: 1 line differs."
    )
    assert (mismatch.diff.additions, mismatch.diff.deletions) == (1, 0)


def test_only_line_ends_differ_is_said():
    intents = intents_of(Family.WRITE, {"file_path": "a.py", "content": "a\nb\n"})
    [effect] = effects_of(intents, [told(before=None, after="a\r\nb\r\n")], status="ok")
    assert effect.mismatches[0].text == "The file is not what the call asked for: only line ends differ."


def test_lines_deleted_with_their_line_end_count_as_asked():
    arguments = {"file_path": "a.py", "old_string": "x = 1", "new_string": ""}
    assert verdict([told(after="y\n")], arguments=arguments) == [("a.py", True, [])]


def test_edits_in_one_call_add_up():
    edits = [
        {"old_string": "x = 1", "new_string": "x = 2"},
        {"old_string": "y", "new_string": "z"},
        7,
    ]
    arguments = {"file_path": "a.py", "edits": edits}
    assert verdict([told(after="x = 2\nz\n")], arguments=arguments) == [("a.py", True, [])]
    assert verdict([told(before="x = 1\nq\n", after="x = 2\nz\n")], arguments=arguments) == [
        ("a.py", None, [])
    ]


@pytest.mark.parametrize(
    ("family", "arguments", "titles"),
    [
        (Family.WRITE, {"path": "a", "content": ""}, ["Write the file"]),
        (Family.EDIT, {"command": "insert", "path": "a", "insert_line": 3, "new_str": "x"},
         ["Insert after line 3"]),
        (Family.EDIT, {"command": "undo_edit", "path": "a"}, ["Undo the last edit"]),
        (Family.EDIT, {"filePath": "a", "oldString": "x", "newString": "y", "replaceAll": True},
         ["Replace everywhere"]),
        (Family.NOTEBOOK,
         {"notebook_path": "n.ipynb", "cell_id": "c3", "edit_mode": "insert", "cell_type": "markdown"},
         ["Insert a markdown cell after c3"]),
        (Family.EDIT, {"file_path": "a"}, []),
        (Family.SHELL, {"command": "sed -i x a"}, []),
    ],
)  # fmt: skip
def test_what_calls_ask(family, arguments, titles):
    assert [intent.title for intent in intents_of(family, arguments)] == titles


PATCH = {
    "input": "*** Begin Patch\n*** Update File: a.py\n@@ x\n-x = 1\n+x = 2\n y\n@@\n-z\n+q\n*** End Patch"
}


@pytest.mark.parametrize(
    ("before", "after", "as_asked"),
    [
        ("x = 1\ny\nk\nz\n", "x = 2\ny\nk\nq\n", True),
        ("x = 1\ny\nk\nz\n", "x = 2\ny\nk\nq;\n", False),
        ("ax = 1\ny\nz\n", "ax = 2\ny\nq\n", None),
    ],
)
def test_patch_is_done_hunk_by_hunk(before, after, as_asked):
    found = verdict([told(before=before, after=after)], arguments=PATCH, family=Family.PATCH)
    assert found == [("a.py", as_asked, [Off.OTHER] if as_asked is False else [])]


def test_file_added_by_a_patch_is_compared():
    arguments = {"input": "*** Begin Patch\n*** Add File: a.py\n+x\n+y\n*** End Patch"}
    changes = [told(before=None, after="x\ny\n")]
    assert verdict(changes, arguments=arguments, family=Family.PATCH) == [("a.py", True, [])]
