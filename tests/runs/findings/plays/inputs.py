"""Runs of agents that ask for what is not there, and runs whose questions were fair."""

from runs.kinds import Op, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    changed,
    compaction,
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

GONE = "File does not exist."


def missing(path: str, name: str = "Read", error: str = GONE):
    return tool(name, error=error, file_path=f"/work/shop/{path}")


@label("missing-path")
@label("deleted-path", positive=False)
def invented_module() -> Batch:
    return recording(prompt("Fix the cart."), llm(), missing("src/cart/totals-engine.ts"), final())


@label("missing-path")
@label("deleted-path", positive=False)
def invented_script_in_a_shell() -> Batch:
    said = "cat: scripts/seed_orders.py: No such file or directory"
    return recording(prompt(), llm(), shell("cat scripts/seed_orders.py", said, code=1), final())


@label("missing-path")
@label("edit-no-match", positive=False)
def edit_of_an_invented_file() -> Batch:
    look = shell("ls src", "app.ts\ncart.ts")
    return recording(prompt(), look, missing("src/checkout-form.tsx", "Edit"), final())


@label("missing-path")
def search_in_an_invented_folder() -> Batch:
    said = "Path does not exist: /work/shop/src/domain/pricing"
    return recording(prompt(), tool("Grep", error=said, pattern="x", path="/work/shop/src/domain/pricing"))


@label("missing-path", positive=False)
@label("deleted-path", positive=False)
def file_named_by_the_human() -> Batch:
    return recording(
        prompt("Look into src/ledger-export.ts."), llm(), missing("src/ledger-export.ts"), final()
    )


@label("missing-path", positive=False)
def file_named_by_a_result() -> Batch:
    look = grep("import", "src/app.ts:1:import { pay } from './payment-flow'")
    return recording(prompt(), look, llm(), missing("src/payment-flow.ts"), final())


@label("missing-path", positive=False)
def customary_files_looked_for() -> Batch:
    return recording(prompt(), missing("README.md"), missing("package.json"), missing(".env.local"), final())


@label("missing-path", positive=False)
def pattern_without_matches() -> Batch:
    said = "ls: cannot access 'dist/*.wasm-bundle': No such file or directory"
    return recording(prompt(), shell("ls dist/*.wasm-bundle", said, code=2), final())


@label("missing-path", positive=False)
def file_moved_by_somebody_else() -> Batch:
    return recording(prompt(), read("src/session-store.ts"), llm(), missing("src/session-store.ts"), final())


@label("deleted-path")
@label("missing-path", positive=False)
def read_after_own_rm() -> Batch:
    look = shell("ls src", "legacy-cart.ts")
    rm = shell("rm src/legacy-cart.ts")
    return recording(prompt(), look, rm, llm(), grep("x"), llm(), missing("src/legacy-cart.ts"), final())


@label("deleted-path")
@label("missing-path", positive=False)
def read_after_own_git_mv() -> Batch:
    move = shell("cd src && git mv old-name.ts new-name.ts")
    return recording(prompt(), read("src/old-name.ts"), move, llm(), missing("src/old-name.ts"), final())


@label("deleted-path")
@label("missing-path", positive=False)
def edit_after_a_declared_delete() -> Batch:
    call = tool("Bash", "", command="./tidy.sh").with_changes(
        changed("src/unused-parts.ts", "x = 1\n", None, op=Op.DELETE)
    )
    return recording(prompt(), read("src/unused-parts.ts"), call, missing("src/unused-parts.ts", "Edit"))


@label("deleted-path")
@label("missing-path", positive=False)
def read_of_the_old_name_after_a_patch_renamed_it() -> Batch:
    renamed = changed("src/b-widget.ts", "x\n", "x\n", op=Op.RENAME, old_path="src/a-widget.ts")
    call = tool("apply_patch", "Done", input="*** Begin Patch").with_changes(renamed)
    return recording(prompt(), read("src/a-widget.ts"), call, llm(), missing("src/a-widget.ts"), final())


@label("deleted-path", positive=False)
def deleted_and_made_again() -> Batch:
    """The file stands again; that it is not found has another reason."""
    gone = shell("rm src/cart-view.ts").with_changes(hidden("src/cart-view.ts", "x\n", None))
    back = write("src/cart-view.ts", "y\n")
    return recording(prompt(), read("src/cart-view.ts"), gone, back, missing("src/cart-view.ts"), final())


@label("deleted-path", positive=False)
def moved_file_read_under_its_new_name() -> Batch:
    move = shell("git mv src/old-cart.ts src/new-cart.ts")
    return recording(prompt(), read("src/old-cart.ts"), move, read("src/new-cart.ts"), final())


@label("deleted-path", positive=False)
def other_file_of_another_name_deleted() -> Batch:
    return recording(prompt("See b-part.ts."), shell("rm src/a-part.ts"), missing("src/b-part.ts"), final())


@label("unknown-tool")
def tool_of_another_agent() -> Batch:
    said = "<tool_use_error>Error: No such tool available: ReadFiles</tool_use_error>"
    return recording(prompt(), tool("ReadFiles", error=said, paths=["a"]), final())


@label("unknown-tool")
def unknown_tool_by_another_name() -> Batch:
    return recording(prompt(), tool("search_web", error="Unknown tool: search_web", query="x"), final())


@label("unknown-tool")
def tool_not_found() -> Batch:
    return recording(prompt(), tool("db_query", error="Tool 'db_query' not found. Available: read", sql="x"))


@label("unknown-tool")
def unknown_function_twice() -> Batch:
    call = tool("functions.exec", error="unknown function functions.exec", command="ls")
    return recording(prompt(), call, llm(), call, final())


@label("unknown-tool", positive=False)
@label("unknown-command")
def shell_program_not_found() -> Batch:
    return recording(prompt(), shell("rg total", "/bin/bash: rg: command not found", code=127), final())


@label("unknown-tool", positive=False)
def tool_that_found_nothing() -> Batch:
    return recording(prompt(), tool("Grep", "No matches found", pattern="no such tool"), final())


@label("unknown-tool", positive=False)
def file_about_tools_not_found() -> Batch:
    return recording(prompt("Read docs/tools.md."), missing("docs/tools.md"), final())


@label("unknown-tool", positive=False)
def tool_denied() -> Batch:
    call = tool("WebSearch", error="Tool WebSearch is not available in this mode", query="x")
    return recording(prompt(), call.but(status=StepStatus.DENIED, error_kind="policy"), final())


@label("unknown-command")
def program_not_installed() -> Batch:
    return recording(prompt(), shell("redis-server --port 6379", "", code=127), final())


@label("unknown-command")
def unknown_option() -> Batch:
    said = "error: unknown option `dry-run'\nusage: git gc [<options>]"
    return recording(prompt(), shell("git gc --auto --dry-run", said, code=129), final())


@label("unknown-command")
def unknown_script_of_npm() -> Batch:
    said = 'npm error Missing script: "typecheck"'
    return recording(prompt(), shell("npm run typecheck", said, code=1), final())


@label("unknown-command")
def unknown_subcommand() -> Batch:
    said = "git: 'undo' is not a git command. See 'git --help'."
    return recording(prompt(), shell("git undo HEAD", said, code=1), final())


@label("unknown-command", positive=False)
def asks_whether_a_program_is_there() -> Batch:
    said = "/bin/bash: poetry: command not found"
    looks = shell("poetry --version", said, code=127), shell("which poetry", "", code=1)
    return recording(prompt(), *looks, final())


@label("unknown-command", positive=False)
def red_test_about_options() -> Batch:
    said = "FAILED test_cli.py::test_flags - assert 'unknown option verbose-mode' in ''\n1 failed"
    return recording(prompt(), shell("pytest -q", said, code=1), final())


@label("unknown-command", positive=False)
def output_that_tells_of_a_missing_command() -> Batch:
    return recording(prompt(), shell("cat build.log", "make: nvcc: command not found"), final())


@label("unknown-command", positive=False)
def http_not_found() -> Batch:
    said = "curl: (22) The requested URL returned error: 404 Not Found"
    return recording(prompt(), shell("curl -f https://a.example/x", said, code=22), final())


NO_MATCH = "<tool_use_error>String to replace not found in file.\nString: total</tool_use_error>"


def mismatch(path: str, old: str = "const wrong = 1;\n", error: str = NO_MATCH):
    return tool("Edit", error=error, file_path=f"/work/shop/{path}", old_string=old, new_string="x")


@label("edit-no-match")
def text_made_up() -> Batch:
    return recording(prompt(), read("a.ts"), llm(), mismatch("a.ts"), final())


@label("edit-no-match")
def file_changed_by_a_formatter() -> Batch:
    fmt = shell("npm run fmt").with_changes(hidden("a.ts", "x = 1\n", "x=1\n"))
    return recording(prompt(), read("a.ts"), fmt, mismatch("a.ts", "x = 1\n"), final())


@label("edit-no-match")
def file_never_read() -> Batch:
    said = "apply_patch verification failed: Failed to find expected lines in b.ts:\nexport"
    call = tool("apply_patch", error=said, input="*** Begin Patch\n*** Update File: b.ts\n-x\n+y\n")
    return recording(prompt(), call, final())


@label("edit-no-match")
def text_compacted_away() -> Batch:
    return recording(prompt(), read("a.ts"), compaction(), llm(), mismatch("a.ts"), final())


@label("edit-no-match")
def text_replaced_by_itself_before() -> Batch:
    own = fragment("a.ts", "const wrong = 1;\n", "const right = 1;\n")
    return recording(prompt(), read("a.ts"), own, llm(), mismatch("a.ts"), final())


@label("edit-no-match", positive=False)
def text_stands_twice() -> Batch:
    said = "Found 3 matches of the string to replace, but replace_all is false."
    return recording(prompt(), read("a.ts"), mismatch("a.ts", error=said), final())


@label("edit-no-match", positive=False)
def edit_refused_by_the_human() -> Batch:
    call = edit("a.ts", "x\n", "y\n").but(status=StepStatus.DENIED, error_kind="human", error="Rejected")
    return recording(prompt(), read("a.ts"), call, final())


@label("edit-no-match", positive=False)
def edit_before_reading() -> Batch:
    said = "<tool_use_error>File has not been read yet. Read it first before writing to it.</tool_use_error>"
    return recording(
        prompt(), mismatch("a.ts", error=said), read("a.ts"), edit("a.ts", "x\n", "y\n"), final()
    )


@label("edit-no-match", positive=False)
def search_without_matches() -> Batch:
    return recording(prompt(), grep("total", "No matches found"), edit("a.ts", "x\n", "y\n"), final())
