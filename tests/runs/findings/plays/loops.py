"""Runs that go round in circles, and runs that only look like it."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import edit, final, grep, hidden, llm, prompt, read, recording, shell, tool

RED = "FAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed in 0.2s"


@label("tool-loop")
def same_file_read_four_times() -> Batch:
    return recording(prompt(), *[llm(), read("src/cart.py")] * 4, final())


@label("tool-loop")
def same_failing_command_untouched() -> Batch:
    failed = shell("python seed.py", "ModuleNotFoundError: No module named 'shop'", code=1)
    return recording(prompt("Seed the database."), llm(), failed, llm(), failed, llm(), failed)


@label("tool-loop")
def same_search_between_other_reads() -> Batch:
    look = grep("def total", "No matches found")
    return recording(
        prompt(), look, read("a.py"), look, read("b.py"), look, read("c.py"), final("Not found.")
    )


@label("tool-loop")
def sub_agent_loops() -> Batch:
    return recording(
        prompt(), llm(), *[read("docs/api.md").by("a1")] * 3, edit("a.py", "x = 1\n", "x = 2\n"), final()
    )


@label("tool-loop", positive=False)
def test_again_after_each_edit() -> Batch:
    """The same command, but its answer may differ each time."""
    rounds = []
    for number in range(4):
        rounds += [llm(), shell("pytest tests/test_cart.py", RED, code=1)]
        rounds += [llm(), edit("src/cart.py", f"x = {number}\n", f"x = {number + 1}\n")]
    return recording(prompt(), *rounds, shell("pytest tests/test_cart.py", "1 passed in 0.1s"), final())


@label("tool-loop", positive=False)
def twice_is_no_loop() -> Batch:
    return recording(prompt(), read("a.py"), llm(), grep("x"), read("a.py"), llm(), final())


@label("tool-loop", positive=False)
def two_agents_read_the_same() -> Batch:
    return recording(
        prompt(), read("a.py"), read("a.py").by("a1"), read("a.py").by("a2"), read("a.py").by("a3"), final()
    )


@label("tool-loop", positive=False)
def background_command_watched() -> Batch:
    look = tool("BashOutput", "still building …", bash_id="b1")
    return recording(prompt("Build it."), shell("npm run build &"), *[look] * 6, final())


@label("tool-loop", positive=False)
def generator_run_again_changes_files_unseen() -> Batch:
    """Each call changes a file on disk: it does something, even if nobody declared it."""
    runs = [
        shell("make step").with_changes(hidden("state.txt", f"{number}\n", f"{number + 1}\n"))
        for number in range(4)
    ]
    return recording(prompt("Run four steps."), *runs, final())
