"""Calls of `apply_patch` in native events make file changes by themselves."""

import pytest

from runs.kinds import Basis, Op
from tests.ingest.formats.events.test_events import read

PATCH = (
    "*** Begin Patch\n*** Add File: n.py\n+x\n*** Update File: a.py\n*** Move to: b.py\n@@ def f\n"
    "-old\n+new\n*** Delete File: gone.py\n*** End Patch"
)


@pytest.mark.parametrize("args", [PATCH, {"input": PATCH}, {"patch": f"apply_patch <<'EOF'\n{PATCH}\nEOF"}])
def test_a_patch_that_worked_changes_its_files(args):
    batch = read(
        {"kind": "tool_call", "id": "1", "name": "apply_patch", "args": args},
        {"kind": "tool_result", "id": "1", "output": "Success."},
    )
    assert [(c.path, c.old_path, c.op, c.basis, c.before, c.after) for c in batch.changes] == [
        ("n.py", None, Op.CREATE, Basis.CONTENT, None, "x\n"),
        ("b.py", "a.py", Op.RENAME, Basis.FRAGMENT, "old\n", "new\n"),
        ("gone.py", None, Op.DELETE, Basis.NAME, None, None),
    ]


def test_a_patch_that_failed_changes_nothing():
    batch = read(
        {"kind": "tool_call", "id": "1", "name": "apply_patch", "args": {"input": PATCH}},
        {"kind": "tool_result", "id": "1", "output": "verification failed", "is_error": True},
    )
    assert batch.changes == []


def test_a_change_that_the_client_tells_as_well_is_the_same_change():
    batch = read(
        {"kind": "tool_call", "id": "1", "name": "apply_patch", "args": {"input": PATCH}},
        {"kind": "tool_result", "id": "1", "output": "Success."},
        {"kind": "file_change", "step": "1", "path": "n.py", "op": "create", "after": "x\n"},
    )
    assert [change.key for change in batch.changes].count("1:n.py:0") == 2


def test_a_tool_of_that_name_with_other_arguments_is_guessed():
    batch = read(
        {
            "kind": "tool_call",
            "id": "1",
            "name": "apply_patch",
            "args": {"path": "a.py", "diff": "@@ -1 +1 @@"},
        },
        {"kind": "tool_result", "id": "1", "output": "ok"},
    )
    assert [(change.path, change.basis) for change in batch.changes] == [("a.py", Basis.PATCH)]
