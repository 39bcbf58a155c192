"""File changes: from events, from patches, and what a failed patch changed."""

from runs.kinds import Basis, Op, StepStatus
from tests.ingest.formats.codex.script import CWD, Script, by_key

ADD = "*** Begin Patch\n*** Add File: a.py\n+one\n+two\n*** End Patch\n"
EDIT = "*** Begin Patch\n*** Update File: a.py\n@@\n one\n-two\n+TWO\n*** End Patch\n"
DIFF = "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n"


def texts(change):
    return change.path, change.op, change.basis, change.before, change.after


def patched(*patches) -> Script:
    script = Script()
    script.turn()
    for number, (patch, output, changes) in enumerate(patches):
        script.patches(f"p{number}", patch, output, changes)
    script.counts(10, 0, 1)
    return script


def test_an_event_tells_new_and_deleted_files_whole():
    changes = {f"{CWD}/a.py": {"type": "add", "content": "one\n"}, "b": {"type": "delete", "content": "x\n"}}
    batch = patched((ADD, "Success.\nA a.py\nD b\n", changes)).read()
    assert [texts(change) for change in batch.changes] == [
        ("a.py", Op.CREATE, Basis.CONTENT, None, "one\n"),
        ("b", Op.DELETE, Basis.CONTENT, "x\n", None),
    ]
    assert [change.key for change in batch.changes] == ["p0:0", "p0:1"]


def test_a_numbered_diff_alone_is_a_patch():
    changes = {f"{CWD}/a.py": {"type": "update", "unified_diff": DIFF, "move_path": None}}
    [change] = patched((EDIT, "Success.\nM a.py\n", changes)).read().changes
    assert (change.basis, change.before, change.patch) == (
        *(Basis.PATCH, None),
        f"--- a/a.py\n+++ b/a.py\n{DIFF}",
    )


def test_a_diff_of_a_file_that_the_run_made_is_rebuilt():
    new = {f"{CWD}/a.py": {"type": "add", "content": "one\ntwo\n"}}
    moved = {f"{CWD}/a.py": {"type": "update", "unified_diff": DIFF, "move_path": f"{CWD}/b.py"}}
    change = patched((ADD, "", new), (EDIT, "", moved)).read().changes[1]
    assert texts(change) == ("b.py", Op.RENAME, Basis.RECONSTRUCTED, "one\ntwo\n", "one\nTWO\n")
    assert change.old_path == "a.py"


def test_without_an_event_the_patch_itself_is_read():
    made, edited = (
        patched((ADD, "Success.\nA a.py\n", None), (EDIT, "Success.\nM a.py\n", None)).read().changes
    )
    assert texts(made) == ("a.py", Op.CREATE, Basis.CONTENT, None, "one\ntwo\n")
    assert texts(edited) == ("a.py", Op.EDIT, Basis.RECONSTRUCTED, "one\ntwo\n", "one\nTWO\n")
    [fragment] = patched((EDIT, "Success.\nM a.py\n", None)).read().changes
    assert texts(fragment) == ("a.py", Op.EDIT, Basis.FRAGMENT, "one\ntwo\n", "one\nTWO\n")


def test_a_patch_that_did_not_verify_changes_nothing():
    text = "apply_patch verification failed: Failed to find expected lines in /work/shop/a.py:\ntwo"
    batch = patched((EDIT, text, None)).read()
    step = by_key(batch)["p0"]
    assert batch.changes == []
    assert (step.status, step.error_kind) == (StepStatus.FAILED, "validation")
    assert step.error == "apply_patch verification failed: Failed to find expected lines in /work/shop/a.py:"


def test_a_patch_that_failed_while_applied_wrote_what_its_output_names():
    script = Script()
    script.turn()
    changes = {f"{CWD}/{name}": {"type": "add", "content": "x\n"} for name in ("a.py", "b.py")}
    script.patches("p0", ADD, "A a.py\ndisk full", changes, success=False, stderr="disk full")
    batch = script.read()
    assert [change.path for change in batch.changes] == ["a.py"]
    assert (by_key(batch)["p0"].status, by_key(batch)["p0"].error) == (StepStatus.FAILED, "disk full")


def test_a_patch_given_to_a_shell_is_read():
    script = Script()
    script.turn()
    script.calls(
        "shell", "s1", command=["bash", "-lc", f"apply_patch <<'EOF'\n{ADD}EOF"], workdir=f"{CWD}/sub"
    )
    script.answers("s1", '{"output":"Success.\\n","metadata":{"exit_code":0,"duration_seconds":0.1}}')
    [change] = script.read().changes
    assert texts(change) == ("sub/a.py", Op.CREATE, Basis.CONTENT, None, "one\ntwo\n")


def test_files_beside_the_repository_are_outside():
    changes = {"/tmp/x": {"type": "add", "content": "x"}, "/work/other/y": {"type": "add", "content": "y"}}
    batch = patched((ADD, "", changes)).read()
    assert [(change.path, change.outside) for change in batch.changes] == [
        ("/tmp/x", True),
        ("/work/other/y", True),
    ]
