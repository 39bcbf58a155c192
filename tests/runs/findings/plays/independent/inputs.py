"""Calls for what is not there or not so, and calls that fail for other reasons."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import changed, edit, final, llm, prompt, read, recording, shell, tool
from tests.runs.findings.voices import codex, own, patch, read_file, swe, view


@label("missing-path")
def codex_prints_a_made_up_module() -> Batch:
    said = "cat: src/services/billing/invoice_builder.ts: No such file or directory"
    return recording(
        prompt("Round the total."), codex("ls src", "cart.ts\nservices\n"),
        codex("cat src/services/billing/invoice_builder.ts", said, code=1), final(), agent="codex",
    )  # fmt: skip


@label("missing-path")
def own_loop_reads_a_made_up_helper() -> Batch:
    said = "Error: ENOENT: no such file or directory, open 'internal/auth/jwt_helper.go'"
    return recording(prompt(), tool("read_file", error=said, path="internal/auth/jwt_helper.go"), final())


@label("missing-path", positive=False)
def path_stood_in_a_traceback() -> Batch:
    trace = 'Traceback (most recent call last):\n  File "/work/shop/build/lib/shop/cart.py", line 3, in total'
    said = "File does not exist. Current working directory is /work/shop."
    return recording(
        prompt(), shell("python -m shop", trace, code=1),
        tool("Read", error=said, file_path="/work/shop/build/lib/shop/cart.py"), final(),
    )  # fmt: skip


@label("missing-path", positive=False)
def looks_for_what_projects_have() -> Batch:
    said = "cat: pyproject.toml: No such file or directory"
    return recording(prompt(), codex("cat pyproject.toml", said, code=1), final(), agent="codex")


@label("deleted-path")
def patched_away_then_printed() -> Batch:
    said = "cat: src/legacy.ts: No such file or directory"
    return recording(
        prompt(), codex("cat src/legacy.ts", "x"), llm(), patch("src/legacy.ts", "x\n", None), llm(),
        llm(), codex("cat src/legacy.ts", said, code=1, n=1), final(), agent="codex",
    )  # fmt: skip


@label("deleted-path")
def moved_by_git_then_read() -> Batch:
    gone = tool("Read", error="File does not exist.", file_path="/work/shop/src/util.py")
    return recording(
        prompt(), read("src/util.py"), llm(), shell("git mv src/util.py src/tools.py"), llm(), gone, final()
    )


@label("deleted-path", positive=False)
def makes_sure_that_it_is_gone() -> Batch:
    said = "ls: cannot access 'src/legacy.ts': No such file or directory"
    return recording(prompt(), own("rm src/legacy.ts"), own("ls src/legacy.ts", said, code=2), final())


@label("deleted-path", positive=False)
def gone_with_another_branch() -> Batch:
    gone = tool("Read", error="File does not exist.", file_path="/work/shop/src/flag.py")
    return recording(prompt(), read("src/flag.py"), shell("git switch main"), gone, final())


@label("unknown-tool")
def claude_calls_an_editor_it_lacks() -> Batch:
    said = "<tool_use_error>Error: No such tool available: str_replace_editor</tool_use_error>"
    return recording(prompt(), tool("str_replace_editor", error=said, command="view", path="a.py"), final())


@label("unknown-tool")
def own_loop_has_no_such_function() -> Batch:
    said = "Tool 'search_web' not found. Available tools: read_file, run_command"
    return recording(prompt(), tool("search_web", error=said, query="x"), llm(), final(), agent="own")


@label("unknown-tool", positive=False)
def ticket_not_found() -> Batch:
    return recording(
        prompt(), tool("mcp__jira__get_issue", error="Issue SHOP-81 not found", key="SHOP-81"), final()
    )


@label("unknown-tool", positive=False)
def no_such_cargo_command() -> Batch:
    said = "error: no such command: `nextest`\n\nhelp: view all installed commands with `cargo --list`"
    return recording(prompt(), codex("cargo nextest run", said, code=101), final(), agent="codex")


@label("unknown-command")
def no_ripgrep_here() -> Batch:
    said = "bash: line 1: rg: command not found"
    return recording(prompt(), codex("rg -n total src", said, code=127), final(), agent="codex")


@label("unknown-command")
def script_not_in_the_package() -> Batch:
    said = 'npm error Missing script: "typecheck"\nnpm error\nnpm error To see a list of scripts, run:'
    return recording(prompt(), own("npm run typecheck", said, code=1), final(), agent="own")


@label("unknown-command", positive=False)
def asks_whether_there_is_one() -> Batch:
    return recording(prompt(), own("which fd", "", code=1), own("command -v fd", "", code=1), final())


@label("unknown-command", positive=False)
def module_not_installed() -> Batch:
    said = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'requests'"
    return recording(prompt(), swe("python fetch.py", said), own("python fetch.py", said, code=1), final())


@label("edit-no-match")
def patch_does_not_apply() -> Batch:
    said = "apply_patch verification failed: Failed to find expected lines in src/parse.rs:\n    let x = 1;"
    text = (
        "*** Begin Patch\n*** Update File: src/parse.rs\n@@\n-    let x = 1;\n+    let x = 2;\n*** End Patch"
    )
    return recording(
        prompt(), codex("sed -n '1,80p' src/parse.rs", "let y = 1;"),
        tool("apply_patch", error=said, input=text), final(), agent="codex",
    )  # fmt: skip


@label("edit-no-match")
def editor_performs_no_replacement() -> Batch:
    said = "No replacement was performed, old_str `x = 1` did not appear verbatim in /work/shop/a.py."
    call = tool(
        "str_replace_editor", error=said, command="str_replace", path="/work/shop/a.py", old_str="x = 1"
    )
    return recording(prompt(), view("a.py", "y = 1\n"), call, final(), agent="swe-agent")


@label("edit-no-match", positive=False)
def found_more_than_once() -> Batch:
    said = "Found 3 matches of the string to replace, but replace_all is false. Provide more context."
    return recording(prompt(), read("a.py"), tool("Edit", error=said, file_path="/work/shop/a.py"), final())


@label("edit-no-match", positive=False)
def not_allowed_to_write() -> Batch:
    said = "EACCES: permission denied, open '/work/shop/a.py'"
    return recording(prompt(), read("a.py"), tool("Edit", error=said, file_path="/work/shop/a.py"), final())


@label("format-error")
def number_given_as_text() -> Batch:
    said = (
        "<tool_use_error>InputValidationError: Read failed due to the following issue:\n"
        "The parameter `offset` type is expected as `number` but provided as `string`</tool_use_error>"
    )
    return recording(prompt(), tool("Read", error=said, file_path="/work/shop/a.py", offset="ten"), final())


@label("format-error")
def codex_leaves_out_a_field() -> Batch:
    said = "failed to parse function arguments: missing field `cmd` at line 1 column 30"
    return recording(prompt(), tool("exec_command", error=said, workdir="/work/shop"), final(), agent="codex")


@label("format-error", positive=False)
def server_under_work_refuses_a_request() -> Batch:
    said = '{"detail":[{"loc":["body","sku"],"msg":"field required","type":"value_error.missing"}]}'
    return recording(prompt(), own("curl -sf -X POST localhost:8000/orders -d '{}'", said, code=22), final())


@label("format-error", positive=False)
def file_too_large_to_read() -> Batch:
    said = "File content (30512 tokens) exceeds maximum allowed tokens (25000). Use offset and limit."
    return recording(prompt(), tool("Read", error=said, file_path="/work/shop/big.json"), final())


@label("missing-path", positive=False)
@label("deleted-path", positive=False)
def renamed_and_read_under_its_new_name() -> Batch:
    moved = own("mv a.py b.py").with_changes(changed("b.py", "x = 1\n", "x = 1\n", old_path="a.py"))
    return recording(
        prompt(), read_file("a.py"), moved, read_file("b.py"), edit("b.py", "x\n", "y\n"), final()
    )
