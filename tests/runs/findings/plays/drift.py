"""Runs of agents that forget what they saw or wrote, and runs that only look like it."""

from runs.kinds import StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    changed,
    compaction,
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

LONG = "".join(f"export const value{n} = compute({n});\n" for n in range(60))
OTHER = "".join(f"export const other{n} = compute({n});\n" for n in range(60))


@label("re-read")
def same_file_two_turns_later() -> Batch:
    return recording(
        prompt(), llm(), read("a.ts", LONG), llm(), grep("x"), llm(), read("a.ts", LONG), final()
    )


@label("re-read")
def same_part_again() -> Batch:
    part = read("a.ts", LONG, offset=10, limit=60)
    return recording(prompt(), llm(), part, llm(), edit("b.ts", "a\n", "b\n"), llm(), part, final())


@label("re-read")
def sub_agent_reads_again() -> Batch:
    look = read("docs/api.md", LONG).by("a1")
    return recording(prompt(), look, llm().by("a1"), read("b.md", OTHER).by("a1"), look, final())


@label("re-read")
def read_again_although_another_file_changed() -> Batch:
    sed = shell("sed -i s/1/2/ b.ts").with_changes(hidden("b.ts", "1\n", "2\n"))
    return recording(prompt(), read("a.ts", LONG), sed, llm(), read("a.ts", LONG), final())


@label("re-read", positive=False)
def read_again_after_an_edit() -> Batch:
    change = edit("a.ts", LONG, OTHER)
    return recording(prompt(), read("a.ts", LONG), llm(), change, llm(), read("a.ts", OTHER), final())


@label("re-read", positive=False)
def read_again_after_a_hidden_change_back_and_forth() -> Batch:
    """The content is the same in the end, but the agent could not know."""
    stash = shell("git stash && git stash pop").with_changes(hidden("a.ts", LONG, LONG + "// x\n"))
    return recording(prompt(), read("a.ts", LONG), stash, llm(), read("a.ts", LONG), final())


@label("re-read", positive=False)
def read_again_after_a_compaction() -> Batch:
    return recording(prompt(), read("a.ts", LONG), llm(), compaction(), llm(), read("a.ts", LONG), final())


@label("re-read", positive=False)
def next_part_of_the_file() -> Batch:
    first, second = read("a.ts", LONG, offset=1, limit=60), read("a.ts", OTHER, offset=61, limit=60)
    return recording(prompt(), first, llm(), second, final())


@label("re-read", positive=False)
def small_file_read_again() -> Batch:
    return recording(prompt(), read("a.ts"), llm(), read("a.ts"), final())


@label("re-read", positive=False)
def file_changed_by_nobody_known() -> Batch:
    """A formatter outside the recording: the second result differs."""
    return recording(prompt(), read("a.ts", LONG), llm(), shell("make fmt"), read("a.ts", OTHER), final())


@label("re-read", positive=False)
def two_agents_read_one_file() -> Batch:
    return recording(prompt(), read("a.ts", LONG).by("a1"), llm(), read("a.ts", LONG).by("a2"), final())


@label("repeated-search")
def same_grep_later() -> Batch:
    return recording(prompt(), grep("def total"), llm(), read("a.py"), llm(), grep("def total"), final())


@label("repeated-search")
def same_search_without_matches() -> Batch:
    look = grep("legacyMode", "No matches found", path="src")
    return recording(prompt(), look, llm(), read("src/a.ts"), look, final("There is none."))


@label("repeated-search")
def same_files_listed_again() -> Batch:
    look = tool("Glob", "src/a.ts\nsrc/b.ts", pattern="src/**/*.ts")
    return recording(prompt(), look, llm(), shell("git status", "clean"), llm(), look, final())


@label("repeated-search")
def same_page_searched_twice_on_the_web() -> Batch:
    look = tool("WebSearch", "1. Stripe API", query="stripe idempotency key header")
    return recording(
        prompt(), llm(), look, llm(), tool("WebFetch", "…", url="https://a.example"), look, final()
    )


@label("repeated-search", positive=False)
def search_again_after_renaming() -> Batch:
    change = edit("a.py", "total\n", "sum\n")
    return recording(prompt(), grep("def total"), llm(), change, llm(), grep("def total"), final())


@label("repeated-search", positive=False)
def same_words_in_another_folder() -> Batch:
    first, second = grep("total", "a.py:1:x", path="src"), grep("total", "a.py:1:x", path="tests")
    return recording(prompt(), first, llm(), second, final())


@label("repeated-search", positive=False)
def first_names_then_lines() -> Batch:
    """The same words, but another question: first which files, then the lines."""
    files = tool("Grep", "a.py", pattern="total", output_mode="files_with_matches")
    lines = tool("Grep", "a.py:3:def total", pattern="total", output_mode="content")
    return recording(prompt(), files, llm(), lines, final())


@label("repeated-search", positive=False)
def search_again_after_a_compaction() -> Batch:
    return recording(prompt(), grep("total"), llm(), compaction(), llm(), grep("total"), final())


@label("repeated-search", positive=False)
def first_search_failed() -> Batch:
    broken = grep("total").but(status=StepStatus.FAILED, error="ripgrep timed out")
    return recording(prompt(), broken, llm(), grep("total"), final())


def versions(number: int) -> str:
    return f"  const offset = zone.offsetOf(start, {number});\n"


def rewrites(path: str, first: int, last: int) -> list:
    return [
        piece
        for number in range(first, last)
        for piece in (llm(), edit(path, versions(number), versions(number + 1)))
    ]


@label("edit-over-edit")
def one_line_guessed_again_and_again() -> Batch:
    return recording(prompt(), *rewrites("a.ts", 0, 5), final())


@label("edit-over-edit")
def red_checks_between_guesses() -> Batch:
    red = shell("npm test", "1 failed", code=1)
    rounds = [piece for n in range(5) for piece in (edit("a.ts", versions(n), versions(n + 1)), red)]
    return recording(prompt(), *rounds, final("I could not fix it."))


@label("edit-over-edit")
def written_file_rewritten() -> Batch:
    return recording(prompt("Write it."), write_lines("a.ts", 0), *rewrites("a.ts", 0, 3), final())


@label("edit-over-edit")
def sub_agents_undo_each_other() -> Batch:
    lanes = [edit("a.ts", versions(n), versions(n + 1)).by(f"a{n % 2}") for n in range(5)]
    return recording(prompt(), *lanes, final())


def write_lines(path: str, number: int):
    text = versions(number)
    call = tool("Write", "File created.", file_path=f"/work/shop/{path}", content=text)
    return call.with_changes(changed(path, None, text))


@label("edit-over-edit", positive=False)
def ten_edits_at_different_places() -> Batch:
    edits = [edit("a.ts", f"old line number {n}\n", f"new line number {n}\n") for n in range(10)]
    return recording(prompt("Rename it."), *edits, final())


@label("edit-over-edit", positive=False)
def human_asks_for_each_change() -> Batch:
    rounds = [(prompt(f"Make it {n}."), edit("a.ts", versions(n), versions(n + 1))) for n in range(6)]
    return recording(*[piece for pair in rounds for piece in pair], final())


@label("edit-over-edit", positive=False)
def green_between_steps() -> Batch:
    green = shell("npm test", "5 passed")
    rounds = [piece for n in range(5) for piece in (edit("a.ts", versions(n), versions(n + 1)), green)]
    return recording(prompt("Refactor in small steps."), *rounds, final())


@label("edit-over-edit", positive=False)
def corrected_twice() -> Batch:
    return recording(prompt(), *rewrites("a.ts", 0, 3), shell("npm test", "5 passed"), final())


@label("edit-over-edit", positive=False)
def braces_are_no_lines() -> Batch:
    edits = [edit("a.ts", f"}}\nold({n})\n", f"}}\nnew({n})\n") for n in range(6)]
    return recording(prompt(), *edits, final())
