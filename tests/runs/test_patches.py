"""Patches of every grammar."""

import pytest

from runs.kinds import Op
from runs.patches import files_of_patch, outcomes_of_patch, paths_of_patch

CODEX = """*** Begin Patch
*** Add File: a/n.py
+x = 1
*** Update File: b.py
@@ def f():
 a
-b
+c

*** Update File: old.py
*** Move to: new.py
@@
-q
+r
*** Delete File: z.py
*** End Patch"""
UNIFIED = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
BLOCKS = "<<<<<<< SEARCH\nb\n=======\nc\n>>>>>>> REPLACE\n"


def shape(files):
    return [(file.path, file.op, file.old_path, file.diff.additions, file.diff.deletions) for file in files]


@pytest.mark.parametrize("arguments", [
    {"input": CODEX},
    {"patchText": CODEX},
    {"input": CODEX.replace("\n", "\r\n")},
    {"command": ["bash", "-lc", f"apply_patch <<'EOF'\n{CODEX}\nEOF\n"]},
])  # fmt: skip
def test_files_of_a_codex_patch(arguments):
    assert shape(files_of_patch(arguments)) == [
        ("a/n.py", Op.CREATE, "", 1, 0),
        ("b.py", Op.EDIT, "", 1, 1),
        ("new.py", Op.RENAME, "old.py", 1, 1),
        ("z.py", Op.DELETE, "", 0, 0),
    ]
    assert paths_of_patch(arguments) == ["a/n.py", "b.py", "old.py", "z.py"]


def test_hunk_keeps_its_context_and_claims_no_line_numbers():
    diff = files_of_patch({"input": CODEX})[1].diff
    assert (diff.numbered, diff.hunks[0].header) == (False, "def f():")
    assert [(line.side, line.text) for line in diff.hunks[0].lines] == [
        ("same", "a"), ("del", "b"), ("add", "c"),
    ]  # fmt: skip


def test_other_grammars_are_read():
    assert shape(files_of_patch({"diff": UNIFIED})) == [("m.py", Op.EDIT, "", 1, 1)]
    assert shape(files_of_patch({"diff": BLOCKS}, path="f.py")) == [("f.py", Op.EDIT, "", 1, 1)]


@pytest.mark.parametrize(
    "text",
    ["", "x", "*** Begin Patch", "*** Begin Patch\n*** Update File: \n@@", "<<<<<<< SEARCH\n" * 50_000,
     "*** Begin Patch\n" + "*** Add File: a\n" * 5_000, "@@ " * 10_000],
)  # fmt: skip
def test_odd_patches_are_bounded_and_raise_nothing(text):
    assert len(files_of_patch({"input": text})) <= 50


@pytest.mark.parametrize(
    ("output", "failed", "words"),
    [
        ("Success. Updated the following files:\nA a/n.py\nM b.py\n", False, ["applied", "applied", "", ""]),
        ("apply_patch verification failed: Failed to find expected lines in /w/b.py:\n b", True,
         ["not applied", "failed", "not applied", "not applied"]),
        ("", False, ["", "", "", ""]),
    ],
)  # fmt: skip
def test_outcome_of_each_file(output, failed, words):
    assert outcomes_of_patch(files_of_patch({"input": CODEX}), output, failed=failed) == words
