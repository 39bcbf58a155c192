"""Runs that change files without saying so, and runs that do say."""

from runs.kinds import Origin
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import changed, edit, final, hidden, prompt, recording, shell, write


@label("hidden-change")
def sed_changes_config() -> Batch:
    call = shell("sed -i 's/30/60/' config.ts").with_changes(hidden("config.ts", "ttl: 30\n", "ttl: 60\n"))
    return recording(prompt(), call, final())


@label("hidden-change")
def formatter_changes_two_files() -> Batch:
    call = shell("npx prettier -w src").with_changes(
        hidden("src/a.ts", "a=1\n", "a = 1;\n"), hidden("src/b.ts", "b=1\n", "b = 1;\n")
    )
    return recording(prompt("Format."), call, final())


@label("hidden-change")
def edit_that_touches_another_file() -> Batch:
    call = edit("src/a.ts", "a\n", "b\n").with_changes(hidden("src/generated.ts", "1\n", "2\n"))
    return recording(prompt(), call, final())


@label("hidden-change")
def build_deletes_a_source() -> Batch:
    call = shell("make clean").with_changes(hidden("src/schema.sql", "create table a();\n", None))
    return recording(prompt(), call, final())


@label("hidden-change", positive=False)
def edit_seen_and_declared() -> Batch:
    call = edit("a.py", "x\n", "y\n").with_changes(hidden("a.py", "x\n", "y\n"))
    return recording(prompt(), call, final())


@label("hidden-change", positive=False)
def only_declared_edits() -> Batch:
    return recording(prompt(), edit("a.py", "x\n", "y\n"), write("b.py", "new\n"), final())


@label("hidden-change", positive=False)
def shell_that_only_looks() -> Batch:
    return recording(prompt(), shell("sed -n 1,20p config.ts", "ttl: 30"), shell("git diff"), final())


@label("hidden-change", positive=False)
def net_change_of_the_run() -> Batch:
    """Start against end of the whole run accuses no step."""
    net = changed("a.py", "x\n", "y\n", origin=Origin.NET)
    return recording(prompt(), edit("a.py", "x\n", "y\n"), shell("git status").with_changes(net), final())
