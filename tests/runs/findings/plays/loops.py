"""Runs that go round in circles, and runs that only look like it."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    Piece,
    edit,
    final,
    grep,
    hidden,
    llm,
    prompt,
    read,
    recording,
    shell,
    tool,
)

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


@label("tool-loop", positive=False)
@label("narrow-window", positive=False)
def server_polled_until_it_answers() -> Batch:
    wait = shell("sleep 2 && curl -s localhost:3000/health", "curl: (7) Failed to connect", code=7)
    return recording(prompt("Start it."), shell("npm run dev &"), *[llm(), wait] * 6, final())


@label("tool-loop", positive=False)
def check_repeated_to_see_whether_it_is_flaky() -> Batch:
    test = shell("npm test -- checkout", "Tests  12 passed (12)")
    return recording(prompt("Is the checkout test flaky?"), *[test] * 4, final("It is not."))


@label("tool-loop", positive=False)
def asked_again_by_the_human() -> Batch:
    rounds = [prompt("And now?"), shell("git log -1 --format=%s", "Fix totals."), final("Still the same.")]
    return recording(*rounds * 4)


@label("tool-loop", positive=False)
def status_between_commits() -> Batch:
    rounds = []
    for number in range(3):
        rounds += [
            shell("git status --short", " M src/cart.py"),
            shell(f"git add -p src/part{number}.py"),
        ]
    return recording(prompt("Commit in parts."), *rounds, final())


NO_MATCH = "String to replace not found in file.\nString: def total(self):"


def miss(text: str, path: str = "src/cart.py") -> Piece:
    return tool("Edit", error=NO_MATCH, file_path=f"/work/shop/{path}", old_string=text, new_string="x")


@label("near-loop")
def edit_guessed_four_times() -> Batch:
    texts = ("def total(self):", "def total(self) :", "  def total(self):", "def total( self ):")
    return recording(prompt(), *[piece for text in texts for piece in (llm(), miss(text))], final())


@label("near-loop")
def sleep_with_other_numbers() -> Batch:
    calls = [
        shell(f"python load.py --rows {rows}", "ConnectionError: no such host db", code=1)
        for rows in (100, 50, 10)
    ]
    return recording(prompt("Load the rows."), *calls, final("I could not."))


@label("near-loop")
def api_called_with_other_ids() -> Batch:
    calls = [
        tool("get_order", error="Error: unknown field order_id", order_id=number) for number in (1, 2, 3, 4)
    ]
    return recording(prompt("Refund the order."), *calls, final())


@label("near-loop")
def fixes_between_that_change_nothing() -> Batch:
    rounds = []
    for number in range(3):
        rounds += [
            shell(f"python seed.py --try {number}", "KeyError: 'DATABASE_URL' error", code=1),
            edit("seed.py", f"x = {number}\n", f"x = {number + 1}\n"),
        ]
    return recording(prompt("Seed it."), *rounds)


@label("near-loop", positive=False)
def other_errors_each_time() -> Batch:
    calls = [
        shell("python seed.py -v 1", "KeyError: 'DATABASE_URL'", code=1),
        shell("python seed.py -v 2", "ConnectionError: no such host db", code=1),
        shell("python seed.py -v 3", "ProgrammingError: relation orders does not exist", code=1),
    ]
    return recording(prompt("Seed it."), *calls, final())


@label("near-loop", positive=False)
def edits_missed_in_three_files() -> Batch:
    calls = [miss("import shop", path) for path in ("a.py", "b.py", "c.py")]
    return recording(prompt(), *calls, final())


@label("near-loop", positive=False)
def pages_read_one_after_another() -> Batch:
    calls = [read("big.py", "x\n", offset=start, limit=200) for start in (0, 200, 400, 600)]
    return recording(prompt(), *calls, final())


@label("near-loop", positive=False)
def tests_of_several_files_red() -> Batch:
    calls = [shell(f"pytest tests/test_{number}.py", RED, code=1) for number in range(4)]
    return recording(prompt(), *calls, final("Four tests fail."))


@label("near-loop", positive=False)
def failed_twice_then_worked() -> Batch:
    return recording(prompt(), miss("a (b)"), miss("a  (b)"), edit("src/cart.py", "a(b)\n", "x\n"), final())


def toggled(old: str, new: str) -> list[Piece]:
    return [edit("src/config.ts", old, new), shell("npm run build", "error TS2304: no name", code=2)]


@label("cycle")
@label("tool-loop", "narrow-window", positive=False)
def edit_build_edit_back_build() -> Batch:
    return recording(prompt(), *[*toggled("a\n", "b\n"), *toggled("b\n", "a\n")] * 3)


@label("cycle")
def two_files_read_in_turns() -> Batch:
    return recording(prompt(), *[llm(), read("a.py"), llm(), read("b.py")] * 4, final())


@label("cycle")
def list_read_search_three_rounds() -> Batch:
    calls = [shell("ls src", "cart.py"), read("src/cart.py"), grep("total", "No matches found")]
    return recording(prompt(), shell("pwd", "/work/shop"), *calls * 3, final())


@label("cycle")
def sub_agent_goes_round() -> Batch:
    calls = [read("a.py").by("a1"), grep("x", path="src").by("a1")]
    return recording(prompt(), *[calls[0], llm(), calls[1]] * 3, shell("ls", "a"), final())


@label("cycle", positive=False)
def different_edit_before_each_test() -> Batch:
    rounds = []
    for number in range(5):
        rounds += [
            edit("a.py", f"x = {number}\n", f"x = {number + 1}\n"),
            shell("pytest tests", RED, code=1),
        ]
    return recording(prompt(), *rounds)


@label("cycle", positive=False)
def two_rounds_only() -> Batch:
    return recording(prompt(), *[read("a.py"), read("b.py"), grep("x")] * 2, final())


@label("cycle", positive=False)
def waits_and_looks_at_the_job() -> Batch:
    rounds = [shell("sleep 30"), shell("gh run view 81 --json status", "in_progress")] * 4
    return recording(prompt("Wait for CI."), *rounds, final())


@label("cycle", positive=False)
def same_file_again_and_again() -> Batch:
    """A loop of one call is no cycle."""
    return recording(prompt(), *[read("a.py")] * 8, final())


@label("cycle", positive=False)
def round_for_each_order_of_the_human() -> Batch:
    return recording(*[prompt("Again."), read("a.py"), read("b.py"), final()] * 4)


@label("narrow-window")
def green_tests_again_and_again() -> Batch:
    return recording(prompt("Is it flaky?"), *[shell("pytest -q", "4 passed in 0.1s")] * 5, final())


@label("narrow-window")
def lint_and_test_in_turns_both_green() -> Batch:
    calls = [shell("ruff check .", "All checks passed!"), shell("pytest -q", "4 passed in 0.1s")]
    return recording(prompt("Is it flaky?"), *calls * 3, final())


@label("cycle")
def install_and_list_in_turns() -> Batch:
    return recording(prompt(), *[shell("pip install -e ."), shell("pip list", "shop 1.0")] * 3, final())


@label("narrow-window")
def same_two_calls_whatever_the_human_says() -> Batch:
    rounds = [prompt("Go on."), read("a.py"), grep("x")]
    return recording(*rounds * 3, final())


@label("narrow-window")
def migrated_up_and_down() -> Batch:
    up, down = shell("alembic upgrade head", "done"), shell("alembic downgrade -1", "done")
    return recording(prompt("Test the migration."), up, down, up, down, up, final())


@label("narrow-window", positive=False)
def two_tools_on_many_files() -> Batch:
    """Two tools, but each call brings something new."""
    calls = [piece for name in "abcdef" for piece in (read(f"{name}.py"), grep(f"class {name}"))]
    return recording(prompt(), *calls, final())


@label("narrow-window", positive=False)
def four_calls_are_no_window() -> Batch:
    return recording(prompt("Is it flaky?"), *[shell("pytest -q", "4 passed in 0.1s")] * 4, final())


@label("narrow-window", positive=False)
def loop_is_told_as_loop() -> Batch:
    return recording(prompt(), *[read("src/cart.py")] * 7, final())
