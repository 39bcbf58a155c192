"""Runs that put a file back to what it was, and runs that go on changing it."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import edit, final, fragment, hidden, llm, prompt, recording, shell, write

A, B, C = "x = 1\n", "x = 2\n", "x = 3\n"


@label("edit-revert-edit")
def changed_back_and_changed_again() -> Batch:
    return recording(
        prompt(), llm(), edit("a.py", A, B), llm(), edit("a.py", B, A), llm(), edit("a.py", A, B)
    )


@label("edit-revert-edit")
def back_by_way_of_a_third_content() -> Batch:
    return recording(prompt(), edit("a.py", A, B), edit("a.py", B, C), write("a.py", A, before=C), final())


@label("edit-revert-edit")
def same_fragment_swapped_back() -> Batch:
    old, new = "timeout = 30", "timeout = 60"
    return recording(prompt(), fragment("a.py", old, new), llm(), fragment("a.py", new, old), final())


@label("edit-revert-edit")
def checked_out_again_by_the_shell() -> Batch:
    back = shell("git checkout a.py").with_changes(hidden("a.py", B, A))
    return recording(prompt(), edit("a.py", A, B), shell("pytest", "1 failed", code=1), back, final())


@label("edit-revert-edit")
def sub_agent_undoes_the_main_agent() -> Batch:
    return recording(prompt(), edit("a.py", A, B), edit("a.py", B, A).by("a1"), final())


@label("edit-revert-edit", positive=False)
def three_contents_in_a_row() -> Batch:
    return recording(prompt(), edit("a.py", A, B), edit("a.py", B, C), edit("a.py", C, "x = 4\n"), final())


@label("edit-revert-edit", positive=False)
def same_swap_in_two_files() -> Batch:
    return recording(prompt(), edit("a.py", A, B), edit("b.py", B, A), final())


@label("edit-revert-edit", positive=False)
def human_put_it_back() -> Batch:
    return recording(prompt(), edit("a.py", A, B), edit("a.py", B, A, user_modified=True), final())


@label("edit-revert-edit", positive=False)
def fragments_that_only_meet() -> Batch:
    """The second edit brings a word back that the first took elsewhere: another swap."""
    return recording(prompt(), fragment("a.py", "foo", "bar"), fragment("a.py", "baz", "foo"), final())


@label("edit-revert-edit", positive=False)
def scratch_file_made_and_removed() -> Batch:
    return recording(
        prompt(), write("try.py", A), shell("python try.py"),
        shell("rm try.py").with_changes(hidden("try.py", A, None)), final(),
    )  # fmt: skip


@label("edit-revert-edit", positive=False)
def seen_on_disk_as_declared() -> Batch:
    return recording(prompt(), edit("a.py", A, B).with_changes(hidden("a.py", A, B)), final())
