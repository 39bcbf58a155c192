"""Runs that go round in circles, and runs that only look like it."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import edit, final, hidden, llm, prompt, read, recording, shell, tool
from tests.runs.findings.voices import codex, own, patch, read_file, swe

TRACE = "Traceback (most recent call last):\ndjango.db.utils.OperationalError: no such table: shop_cart\n"


@label("tool-loop")
def codex_migrates_three_times() -> Batch:
    tries = [piece for n in range(3) for piece in (llm(), codex("python manage.py seed", TRACE, code=1, n=n))]
    return recording(prompt("Seed the shop."), *tries, final("I could not."), agent="codex")


@label("tool-loop")
def own_loop_searches_the_same_between_reads() -> Batch:
    look = tool("search_files", "No matches found.", query="applyDiscount", path="src")
    return recording(
        prompt(), look, read_file("src/a.py"), look, read_file("src/b.py"), look, final(), agent="own"
    )


@label("tool-loop", positive=False)
def diff_looked_at_after_each_patch() -> Batch:
    rounds = [
        piece
        for n in range(4)
        for piece in (
            patch("src/a.py", f"x = {n}\n", f"x = {n + 1}\n"),
            codex("git diff --stat", " 1 file", n=n),
        )
    ]
    return recording(prompt(), *rounds, final(), agent="codex")


@label("tool-loop", positive=False)
def sed_between_equal_reds_without_a_recorded_change() -> Batch:
    red = swe("python -m pytest tests/test_fields.py -q", "1 failed, 30 passed in 0.52s")
    rounds = [piece for n in range(4) for piece in (swe(f"sed -i '{n + 1}s/a/b/' src/fields.py"), red)]
    return recording(prompt(), *rounds, agent="swe-agent")


@label("near-loop")
def gemini_replaces_what_is_not_there() -> Batch:
    said = "Failed to edit, 0 occurrences found for old_string in /work/shop/src/cart.py."
    tries = [
        tool("replace", error=said, file_path="/work/shop/src/cart.py", old_string=old, new_string="x")
        for old in ("def total(self):", "def total( self ):", "    def total(self) -> int:")
    ]
    return recording(prompt(), read("src/cart.py"), *tries, final(), agent="gemini-cli")


@label("near-loop")
def pages_that_are_all_forbidden() -> Batch:
    tries = [
        tool("http_get", error="HTTP 403: Forbidden", url=f"https://api.example/v1/orders?page={n}")
        for n in range(4)
    ]
    return recording(prompt("Fetch all orders."), *tries, final(), agent="own")


@label("near-loop", positive=False)
def three_other_files_are_missing() -> Batch:
    tries = [
        tool("read_file", error="ENOENT: no such file or directory", path=path)
        for path in ("src/invoice.ts", "lib/billing/pdf.ts", "app/models/order.rb")
    ]
    return recording(prompt(), *tries, final(), agent="own")


@label("near-loop", positive=False)
def another_error_at_each_size() -> Batch:
    said = (
        "KeyError: 'sku'",
        "TypeError: can't compare datetime to str",
        "ZeroDivisionError: division by zero",
    )
    tries = [own(f"python load.py --limit {10 * n}", error, code=1) for n, error in enumerate(said, 1)]
    return recording(prompt("Load it."), *tries, final(), agent="own")


@label("cycle")
def build_red_both_ways() -> Batch:
    one, two = "use std::rc::Rc;\n", "use std::sync::Arc;\n"
    red = shell("cargo build", "error[E0277]: `Rc<Node>` cannot be sent between threads", code=101)
    rounds = [edit("src/node.rs", one, two), red, edit("src/node.rs", two, one), red]
    return recording(prompt(), *rounds * 3, final("It does not build."))


@label("cycle")
def clicks_and_looks_at_the_same_page() -> Batch:
    click = tool("browser_click", "Clicked.", selector="#next")
    look = tool("browser_snapshot", "Page: Checkout, step 1 of 3", depth=2)
    return recording(prompt("Go through the checkout."), *[click, look] * 4, final(), agent="own")


@label("cycle", positive=False)
def test_first_round_by_round() -> Batch:
    rounds = []
    for n in range(4):
        rounds += [edit("tests/test_a.py", f"n = {n}\n", f"n = {n + 1}\n")]
        rounds += [shell("pytest -q", "1 failed", code=1), edit("a.py", f"x = {n}\n", f"x = {n + 1}\n")]
        rounds += [shell("pytest -q", "9 passed")]
    return recording(prompt(), *rounds, final())


@label("cycle", positive=False)
def waits_for_ci() -> Batch:
    looks = [shell("sleep 30"), shell("gh run view 4711", "in progress: build")]
    return recording(prompt("Wait for CI."), *looks * 5, final())


@label("narrow-window")
def counts_jobs_between_runs_of_the_worker() -> Batch:
    words = ("forty", "thirty", "twenty")
    counts = [own("psql -tc 'select word from jobs_left'", word) for word in words]
    works = [own("./bin/worker --once", f"done: {name}") for name in ("mail", "invoice")]
    return recording(
        prompt(), counts[0], works[0], counts[1], works[1], counts[2], final(), agent="own"
    )  # fmt: skip


@label("narrow-window")
def flaky_test_green_and_red_in_turns() -> Batch:
    green, red = "ok  shop/sync  0.2s", "--- FAIL: TestSync (0.00s)\nFAIL"
    rounds = [shell("go test ./sync -run TestSync -count=1", green)]
    rounds += [shell("go test ./sync -run TestSync -count=1", red, code=1)]
    return recording(prompt("Is it flaky?"), *rounds * 3, final("It is flaky."))


@label("narrow-window", positive=False)
@label("tool-loop", positive=False)
def three_things_in_turns() -> Batch:
    looks = [read("a.py"), tool("Grep", "a.py:1:x", pattern="x"), read("b.py"), read("a.py", "x = 2\n")]
    return recording(prompt(), *looks, read("c.py"), read("d.py"), final())


@label("narrow-window", positive=False)
def two_agents_side_by_side() -> Batch:
    looks = [(read(f"{name}.py").by("a1"), read(f"{name}.py").by("a2")) for name in "abc"]
    return recording(prompt(), *[piece for pair in looks for piece in pair], final())


@label("tool-loop", positive=False)
@label("cycle", positive=False)
def generator_and_its_result_change_each_time() -> Batch:
    rounds = [
        piece
        for n in range(4)
        for piece in (
            own("make next").with_changes(hidden("state.json", f"{n}\n", f"{n + 1}\n")),
            read_file("state.json", f"{n + 1}\n"),
        )
    ]
    return recording(prompt("Four rounds."), *rounds, final(), agent="own")
