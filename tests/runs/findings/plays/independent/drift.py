"""Reading, searching and editing again, and runs in which that is right."""

import itertools

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    edit,
    final,
    fragment,
    grep,
    hidden,
    llm,
    prompt,
    read,
    recording,
    shell,
    tool,
    write,
)
from tests.runs.findings.voices import codex, own, patch, replace, swe, view

RUST = "".join(f"pub fn part_{n}(input: &str) -> Part {{ parse(input, {n}) }}\n" for n in range(40))
MORE = "".join(f"pub fn more_{n}(input: &str) -> More {{ parse(input, {n}) }}\n" for n in range(40))


@label("re-read")
def viewed_again_after_other_views() -> Batch:
    return recording(
        prompt(), llm(), view("src/parse.rs", RUST), llm(), view("src/more.rs", MORE), llm(),
        view("src/parse.rs", RUST), final(), agent="swe-agent",
    )  # fmt: skip


@label("re-read")
def codex_prints_the_same_lines_again() -> Batch:
    return recording(
        prompt(), llm(), codex("sed -n '1,200p' src/parse.rs", RUST), llm(),
        codex("rg -n more src", "src/a.rs:1:m"), llm(),
        codex("sed -n '1,200p' src/parse.rs", RUST, n=1), final(), agent="codex",
    )  # fmt: skip


@label("re-read", positive=False)
def viewed_again_after_a_patch() -> Batch:
    return recording(
        prompt(), view("src/parse.rs", RUST), patch("src/parse.rs", RUST, RUST + "// x\n"), llm(),
        view("src/parse.rs", RUST + "// x\n"), final(), agent="own",
    )  # fmt: skip


@label("re-read", positive=False)
def two_ranges_of_a_file() -> Batch:
    first, second = view("a.rs", RUST, view_range=[1, 40]), view("a.rs", MORE, view_range=[41, 80])
    return recording(prompt(), first, llm(), second, final(), agent="swe-agent")


@label("repeated-search")
def own_loop_asks_again_for_a_word() -> Batch:
    look = tool("search_files", "src/queue.py:14: # TODO: retry", query="TODO: retry", path="src")
    return recording(prompt(), llm(), look, llm(), read("src/queue.py"), llm(), look, final(), agent="own")


@label("repeated-search")
def codex_greps_the_same_again() -> Batch:
    found = "src/session.ts:12:export function createSession() {"
    return recording(
        prompt(), llm(), codex('rg -n "createSession" src', found), llm(), codex("ls src", "session.ts"),
        llm(), codex('rg -n "createSession" src', found, n=1), final(), agent="codex",
    )  # fmt: skip


@label("repeated-search", positive=False)
def same_word_in_another_folder() -> Batch:
    return recording(
        prompt(), codex('rg -n "createSession" src', "src/a.ts:1"), llm(),
        codex('rg -n "createSession" tests', "tests/a.ts:1"), final(), agent="codex",
    )  # fmt: skip


@label("repeated-search", positive=False)
def searched_again_after_an_edit() -> Batch:
    return recording(
        prompt(), grep("oldName", "a.py:1:oldName"), edit("b.py", "oldName\n", "newName\n"), llm(),
        grep("oldName", "a.py:1:oldName"), final(),
    )  # fmt: skip


@label("edit-over-edit")
def timeout_guessed_again_and_again() -> Batch:
    sizes = ("5_000", "10_000", "20_000", "40_000", "80_000")
    red = shell("npx vitest run", "FAIL src/queue.test.ts > drains\nTests  1 failed | 8 passed (9)", code=1)
    rounds = [
        piece
        for old, new in itertools.pairwise(sizes)
        for piece in (fragment("src/queue.ts", f"  timeout: {old},", f"  timeout: {new},"), red)
    ]
    return recording(prompt(), *rounds, final())


@label("edit-over-edit")
def gemini_rewrites_one_function_four_times() -> Batch:
    bodies = [f"def total(items):\n    return {how}(items)\n" for how in ("sum", "len", "max", "min", "fsum")]
    rounds = [replace("cart.py", old, new) for old, new in itertools.pairwise(bodies)]
    return recording(prompt(), *[piece for each in rounds for piece in (llm(), each)], final())


@label("edit-over-edit", positive=False)
def five_places_of_one_file() -> Batch:
    rounds = [fragment("cart.py", f"def part{n}(): pass", f"def part{n}(): return {n}") for n in range(5)]
    return recording(prompt(), *rounds, final())


@label("edit-over-edit", positive=False)
def human_wants_another_colour_each_time() -> Batch:
    colours = ("red", "green", "blue", "gold", "grey")
    rounds = [
        piece
        for old, new in itertools.pairwise(colours)
        for piece in (
            prompt(f"Make it {new}."),
            fragment("a.css", f"color: {old};", f"color: {new};"),
            final(),
        )
    ]
    return recording(*rounds)


@label("edit-revert-edit")
def patched_there_and_back() -> Batch:
    a, b = "retries = 3\nwait = 1\n", "retries = 9\nwait = 1\n"
    red = codex("cargo test", "test result: FAILED. 3 passed; 1 failed", code=101)
    return recording(
        prompt(), patch("src/conf.rs", a, b), red, patch("src/conf.rs", b, a), final(), agent="codex"
    )


@label("edit-revert-edit")
def restored_by_git() -> Batch:
    back = own("git restore src/a.py").with_changes(hidden("src/a.py", "x = 2\n", "x = 1\n"))
    return recording(prompt(), edit("src/a.py", "x = 1\n", "x = 2\n"), llm(), back, final(), agent="own")


@label("edit-revert-edit", positive=False)
def grows_from_patch_to_patch() -> Batch:
    return recording(
        prompt(), patch("a.rs", "a\n", "a\nb\n"), patch("a.rs", "a\nb\n", "a\nb\nc\n"),
        patch("a.rs", "a\nb\nc\n", "a\nc\n"), final(), agent="codex",
    )  # fmt: skip


@label("edit-revert-edit", positive=False)
def new_file_written_afresh() -> Batch:
    gone = shell("rm plan.md").with_changes(hidden("plan.md", "# Plan\n", None))
    return recording(prompt(), write("plan.md", "# Plan\n"), gone, write("plan.md", "# Better\n"), final())


@label("hidden-change")
def formatter_over_everything() -> Batch:
    run = codex("npx prettier --write .", "src/a.ts 21ms").with_changes(
        hidden("src/a.ts", "a=1\n", "a = 1;\n"), hidden("src/b.ts", "b=1\n", "b = 1;\n")
    )
    return recording(prompt(), patch("src/a.ts", "a=0\n", "a=1\n"), run, final(), agent="codex")


@label("hidden-change")
def script_rewrites_a_file() -> Batch:
    script = "python - <<'PY'\nfrom pathlib import Path\nPath('a.py').write_text('x = 2')\nPY"
    return recording(prompt(), swe(script).with_changes(hidden("a.py", "x = 1\n", "x = 2")), final())


@label("hidden-change", positive=False)
def patch_seen_on_disk_too() -> Batch:
    call = patch("a.rs", "a\n", "b\n").with_changes(hidden("a.rs", "a\n", "b\n"))
    return recording(prompt(), call, codex("cargo build"), final(), agent="codex")


@label("hidden-change", positive=False)
def human_corrects_the_proposal() -> Batch:
    return recording(
        prompt(), edit("a.py", "x = 1\n", "x = 3\n", user_modified=True), shell("git diff"), final()
    )
