"""Copilot CLI: small sessions written here, and the real one against the reference's counts."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.copilot import read
from ingest.sources import SourceFile
from runs.kinds import Basis, Kind, Op, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.copilot.script import LATER, MODEL, ROOT, SESSION, START, Script
from tests.ingest.formats.mutations import check, mutated

DIFF = """
diff --git a/work/shop/cart.py b/work/shop/cart.py
index 0000000..1111111 100644
--- a/work/shop/cart.py
+++ b/work/shop/cart.py
@@ -1,2 +1,2 @@
 total = 0
-tax = 1
+tax = 2
"""
NEW = """
diff --git a/work/shop/new.py b/work/shop/new.py
new file mode 100644
--- /dev/null
+++ b/work/shop/new.py
@@ -0,0 +1 @@
+x = 1
"""


def steps_of(batch, kind):
    return [step for step in batch.steps if step.kind == kind]


def test_a_session_becomes_a_run():
    script = Script()
    script.add("system.message", role="system", content="You are the CLI.")
    script.prompt("Fix the tax")
    script.runs("t1", "view", {"path": f"{ROOT}/cart.py"}, "1. total = 0")
    script.says("Done.", reasoningText="All well.")
    script.shutdown(requests=2, inputTokens=1_000, outputTokens=25, cacheReadTokens=600, reasoningTokens=5)
    batch = script.read()
    (run,) = batch.runs
    assert (run.external_id, run.agent, run.agent_version, run.model) == (SESSION, "copilot", "1.0.64", MODEL)
    assert (run.repo, run.branch, run.commit, run.cwd) == ("shop", "main", "c0ffee", ROOT)
    assert (run.name, run.task, run.status) == ("Fix the tax", "Fix the tax", RunStatus.DONE)
    assert run.meta["premium_requests"] == 2
    assert [(step.kind, step.tool, step.status) for step in batch.steps] == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "view", StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
    ]
    first, last = steps_of(batch, Kind.LLM)
    assert [json.loads(node.message.data)["role"] for node in last.context.nodes()] == [
        "tool",
        "assistant",
        "user",
        "system",
    ]
    assert first.context in list(last.context.nodes())
    assert json.loads(last.output)[0] == {"type": "thinking", "thinking": "All well."}
    assert (first.stop_reason, last.stop_reason) == ("tool_calls", "stop")
    assert (last.started_at, last.ended_at) == (START + timedelta(seconds=8), START + timedelta(seconds=9))


def test_the_sums_of_the_end_are_counted_once():
    script = Script()
    script.prompt("go")
    script.runs("t1", "bash", {"command": "ls"}, "a\n<exited with exit code 0>")
    script.says("Done.")
    script.shutdown(requests=2, inputTokens=1_000, outputTokens=25, cacheReadTokens=600, reasoningTokens=5)
    first, last = steps_of(script.read(), Kind.LLM)
    assert first.tokens == Tokens(output=10)
    assert last.tokens == Tokens(input=400, cache_read=600, output=15, reasoning=5)
    assert last.detail["usage_of"] == "session"
    assert (first.lower_bound, last.lower_bound) == (False, False)


def test_a_session_taken_up_again_adds_only_what_its_sums_grew_by():
    script = Script()
    script.says("One.")
    script.shutdown(inputTokens=100, outputTokens=10)
    script.add("session.resume", sessionId=SESSION)
    script.says("Two.")
    script.shutdown(inputTokens=250, outputTokens=20)
    script.add("session.resume", sessionId=SESSION)
    script.says("Three.")
    script.shutdown(inputTokens=30, outputTokens=10)
    batch = script.read()
    assert [step.tokens for step in steps_of(batch, Kind.LLM)] == [
        Tokens(input=100, output=10),
        Tokens(input=150, output=10),
        Tokens(input=30, output=10),
    ]


def test_the_lines_that_the_program_counted_are_kept_beside_ours():
    script = Script()
    script.says("One.")
    script.add("session.shutdown", codeChanges={"linesAdded": 3, "linesRemoved": 1}, modelMetrics={})
    assert script.read().runs[0].meta["reported"] == {"lines": {"added": 3, "removed": 1}}
    script.add("session.resume", sessionId=SESSION)
    script.add("session.shutdown", codeChanges={"linesAdded": 4, "linesRemoved": 1}, modelMetrics={})
    assert "reported" not in script.read().runs[0].meta


def test_without_an_end_only_the_output_is_known():
    script = Script()
    script.says("One.")
    (call,) = steps_of(script.read(), Kind.LLM)
    assert (call.tokens, call.lower_bound) == (Tokens(output=10), True)


def test_usage_that_was_told_by_itself_is_taken():
    script = Script()
    script.says("One.")
    script.add("assistant.usage", model=MODEL, inputTokens=90, outputTokens=10, cacheReadTokens=40)
    script.shutdown(inputTokens=90, outputTokens=10, cacheReadTokens=40)
    (call,) = steps_of(script.read(), Kind.LLM)
    assert (call.tokens, call.lower_bound) == (Tokens(input=50, cache_read=40, output=10), False)


def test_two_messages_of_one_call_of_the_model_are_one_step():
    script = Script()
    script.says("I look.", apiCallId="same", outputTokens=4)
    script.says("", ("t1", "view", {"path": "a"}), apiCallId="same", outputTokens=9)
    batch = script.read()
    (call,) = steps_of(batch, Kind.LLM)
    assert [block["type"] for block in json.loads(call.output)] == ["text", "tool_use"]
    assert (call.tokens, call.stop_reason) == (Tokens(output=9), "tool_calls")


def test_edits_become_file_changes_with_the_diff_that_was_made():
    script = Script()
    edit = {"path": f"{ROOT}/cart.py", "old_str": "tax = 1", "new_str": "tax = 2"}
    script.runs("t1", "edit", edit, "File updated.", diff=DIFF)
    script.runs("t2", "create", {"path": f"{ROOT}/new.py", "file_text": "x = 1\n"}, "Created.", diff=NEW)
    script.runs("t3", "edit", {**edit, "path": f"{ROOT}/b.py"}, "File updated.")
    script.runs("t4", "create", {"path": "/tmp/note.md", "file_text": "n"}, "Created.")
    script.runs("t5", "bash", {"command": "cat cart.py"}, "x", diff=DIFF)
    patch = "*** Begin Patch\n*** Update File: cart.py\n@@\n-tax = 2\n+tax = 3\n*** End Patch"
    script.runs("t6", "apply_patch", patch, "Done!")
    changes = script.read().changes
    assert [(c.step, c.path, c.op, c.basis, c.outside) for c in changes] == [
        ("t1", "cart.py", Op.EDIT, Basis.PATCH, False),
        ("t2", "new.py", Op.CREATE, Basis.CONTENT, False),
        ("t3", "b.py", Op.EDIT, Basis.FRAGMENT, False),
        ("t4", "/tmp/note.md", Op.CREATE, Basis.CONTENT, True),
        ("t6", "cart.py", Op.EDIT, Basis.FRAGMENT, False),
    ]
    assert changes[0].patch == (
        "--- a/cart.py\n+++ b/cart.py\n@@ -1,2 +1,2 @@\n total = 0\n-tax = 1\n+tax = 2\n"
    )
    assert changes[0].raw_path == f"{ROOT}/cart.py"
    assert (changes[1].after, changes[1].patch) == ("x = 1\n", None)


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        ("no such file", "failure", (StepStatus.FAILED, "command", "no such file")),
        (
            "The user rejected this tool call.",
            "rejected",
            (StepStatus.DENIED, "human", "Rejected by the user"),
        ),
        ("denied due to rules: shell", "denied", (StepStatus.DENIED, "policy", "denied due to rules: shell")),
        (
            "timed out after 30 seconds",
            "failure",
            (StepStatus.FAILED, "timeout", "timed out after 30 seconds"),
        ),
        ("stopped", "aborted", (StepStatus.CANCELLED, "human", "Interrupted by the user")),
    ],
)
def test_failures_are_told_apart(error, code, expected):
    script = Script()
    script.says("", ("t1", "bash", {"command": "x"}))
    script.fails("t1", error, code)
    (call,) = steps_of(script.read(), Kind.TOOL)
    assert (call.status, call.error_kind, call.error) == expected


@pytest.mark.parametrize(
    "line", ["<exited with exit code 2>", "<shellId: 0 completed with exit code 2>"], ids=["old", "new"]
)
def test_a_shell_fails_by_its_exit_code(line):
    script = Script()
    script.runs("t1", "bash", {"command": "make"}, f"No rule.\n{line}")
    (call,) = steps_of(script.read(), Kind.TOOL)
    assert (call.status, call.exit_code, call.error) == (StepStatus.FAILED, 2, "exit 2: No rule.")


def test_a_command_that_goes_on_is_told_of_when_it_is_looked_at():
    script = Script()
    going = "half\n<command with shellId: 22 is still running after 30 seconds. Use read_bash to wait.>"
    script.runs("t1", "bash", {"command": "make test"}, going)
    script.runs("t2", "read_bash", {"shellId": "22", "delay": 30}, "no\n<exited with exit code 1>")
    started, looked = steps_of(script.read(), Kind.TOOL)
    assert (started.status, started.exit_code, started.detail["shell_status"]) == (
        StepStatus.OK,
        None,
        "running",
    )
    assert (looked.status, looked.exit_code, looked.detail["command"]) == (StepStatus.FAILED, 1, "make test")


def test_a_permission_is_a_wait_and_a_refusal_denies_its_call():
    script = Script()
    script.says("", ("t1", "bash", {"command": "rm -rf x"}))
    request = {"kind": "shell", "toolCallId": "t1", "fullCommandText": "rm -rf x"}
    script.add("permission.requested", requestId="p1", permissionRequest=request)
    script.add("permission.completed", requestId="p1", result={"kind": "denied-interactively-by-user"})
    script.fails("t1", "denied")
    script.add(
        "permission.requested", requestId="p2", permissionRequest={"kind": "url", "url": "example.org"}
    )
    batch = script.read()
    first, second = steps_of(batch, Kind.PERMISSION)
    assert (first.input, first.status, first.error_kind) == ("rm -rf x", StepStatus.DENIED, "human")
    assert (first.started_at, first.ended_at) == (START + timedelta(seconds=4), START + timedelta(seconds=5))
    assert (second.input, second.status) == ("example.org", StepStatus.UNANSWERED)
    (call,) = steps_of(batch, Kind.TOOL)
    assert (call.status, call.error) == (StepStatus.DENIED, "Rejected by the user")


def test_a_sub_agent_is_a_lane_under_its_call():
    script = Script()
    script.prompt("go")
    script.says("", ("t1", "task", {"agent_type": "explore", "description": "Look around", "prompt": "Look"}))
    script.add("tool.execution_start", toolCallId="t1", toolName="task", arguments={})
    script.add("subagent.started", agent="t1", toolCallId="t1", agentName="explore")
    script.add("user.message", agent="t1", content="Look")
    script.runs("t2", "grep", {"pattern": "x"}, "a.py:1", agent="t1")
    script.says("Found.", agent="t1")
    script.add("subagent.completed", agent="t1", toolCallId="t1", agentName="explore", totalToolCalls=1)
    script.ends("t1", "Found.")
    script.says("Done.")
    batch = script.read()
    (agent,) = steps_of(batch, Kind.AGENT)
    assert (agent.name, agent.detail["agent_id"], agent.detail["transcript"]) == ("Look around", "t1", "here")
    assert [(s.kind, s.agent, s.parent) for s in batch.steps if s.agent] == [
        (Kind.EVENT, "t1", "t1"),
        (Kind.LLM, "t1", "t1"),
        (Kind.TOOL, "t1", "t1"),
        (Kind.LLM, "t1", "t1"),
    ]
    assert [step.context.size for step in steps_of(batch, Kind.LLM)] == [1, 1, 3, 3]
    assert [step.input for step in steps_of(batch, Kind.PROMPT)] == ["go"]


def test_an_older_sub_agent_names_only_its_call():
    script = Script()
    script.says("", ("t1", "task", {"prompt": "Look"}))
    script.add("assistant.message", content="Found.", parentToolCallId="t1", messageId="m", toolRequests=[])
    calls = steps_of(script.read(), Kind.LLM)
    assert [(step.agent, step.parent) for step in calls] == [("", None), ("t1", "t1")]


def test_a_compaction_begins_the_context_anew():
    script = Script()
    script.add("system.message", role="system", content="You are.")
    script.prompt("go")
    script.says("One.")
    script.add("session.compaction_start")
    tokens = {"preCompactionTokens": 900, "postCompactionTokens": 90}
    script.add("session.compaction_complete", success=True, summaryContent="So far.", **tokens)
    script.says("Two.")
    script.add("session.compaction_complete", success=False, error="Nothing to compact")
    script.says("Three.")
    batch = script.read()
    done, failed = steps_of(batch, Kind.COMPACTION)
    assert (done.output, done.detail["pre_tokens"], done.detail["post_tokens"]) == ("So far.", 900, 90)
    assert (failed.status, failed.error) == (StepStatus.FAILED, "Nothing to compact")
    assert [step.context.size for step in steps_of(batch, Kind.LLM)] == [2, 2, 3]


def test_going_back_forgets_what_came_after():
    script = Script()
    script.prompt("one")
    script.says("One.")
    second = script.prompt("two")
    script.says("Two.")
    script.add("session.snapshot_rewind", upToEventId=second, eventsRemoved=3)
    script.prompt("three")
    script.says("Three.")
    calls = steps_of(script.read(), Kind.LLM)
    assert [step.context.size for step in calls] == [1, 3, 3]


def test_only_a_human_prompt_is_one():
    script = Script()
    script.prompt("go")
    script.prompt("Skill text", source="skill-pdf")
    script.add("system.notification", content="A shell ended.")
    batch = script.read()
    assert [step.input for step in steps_of(batch, Kind.PROMPT)] == ["go"]
    assert [(step.name, step.detail.get("meta")) for step in steps_of(batch, Kind.EVENT)] == [
        ("Told by the program", True),
        ("Background task", None),
    ]


def ended(*events, now=LATER):
    script = Script()
    script.says("", ("t1", "bash", {"command": "sleep 9"}))
    for kind, data in events:
        script.add(kind, **data)
    batch = script.read(now)
    return batch.runs[0].status, batch.runs[0].error, steps_of(batch, Kind.TOOL)[0].status


def test_how_a_session_stands():
    error = ("session.error", {"errorType": "rate_limit", "message": "Slow down", "statusCode": 429})
    assert ended() == (RunStatus.UNFINISHED, None, StepStatus.UNANSWERED)
    assert ended(now=START) == (RunStatus.RUNNING, None, StepStatus.RUNNING)
    assert ended(error) == (RunStatus.FAILED, "429 Slow down", StepStatus.UNANSWERED)
    assert ended(("abort", {"reason": "user"})) == (RunStatus.INTERRUPTED, None, StepStatus.CANCELLED)
    assert ended(("session.shutdown", {"shutdownType": "error", "errorReason": "Out of memory"})) == (
        RunStatus.FAILED,
        "Out of memory",
        StepStatus.UNANSWERED,
    )
    assert ended(("result", {"exitCode": 1}))[0] == RunStatus.FAILED


def test_tools_of_servers_have_their_names():
    script = Script()
    script.says("", ("t1", "github-list_issues", {"state": "open"}))
    script.add(
        "tool.execution_start",
        toolCallId="t1",
        toolName="github-list_issues",
        mcpServerName="github",
        mcpToolName="list_issues",
    )
    (call,) = steps_of(script.read(), Kind.TOOL)
    assert call.tool == "mcp__github__list_issues"


def test_a_grown_file_beside_an_earlier_copy_is_one_run_with_the_same_keys():
    script = Script()
    script.prompt("go")
    script.says("One.")
    early = script.data
    script.runs("t1", "view", {"path": "a"}, "x")
    both = read([SourceFile("a", early), SourceFile("b", script.data)], now=LATER)
    assert [step.key for step in both.steps] == [step.key for step in script.read().steps]
    assert len(both.runs) == 1
    first = read([SourceFile("a", early)], now=LATER)
    assert [step.key for step in first.steps] == [step.key for step in both.steps[: len(first.steps)]]


def test_a_cut_line_is_kept_and_the_rest_read():
    script = Script()
    script.prompt("go")
    script.says("One.")
    batch = read([SourceFile("f", script.data[:-40])], now=LATER)
    assert [bad.where for bad in batch.quarantined] == ["f:4"]
    assert [step.kind for step in batch.steps] == [Kind.PROMPT]


def test_it_is_recognised_by_its_events_also_without_the_beginning():
    script = Script()
    script.prompt("go")
    script.says("One.")
    assert detect(SourceFile("full.jsonl", script.data))[0] == "copilot"
    tail = b"\n".join(script.data.splitlines()[1:])
    assert detect(SourceFile("full.jsonl", tail))[0] == "copilot"
    assert read([SourceFile("f", tail)], now=LATER).runs[0].external_id == "copilot-e2"


def full_script():
    """One of each."""
    script = Script()
    script.add("system.message", content="You are.")
    script.prompt("go", attachments=[{"type": "file"}])
    script.add("hook.start", hookInvocationId="h1", hookType="preToolUse", input={"a": 1})
    script.add("hook.end", hookInvocationId="h1", hookType="preToolUse", success=False, error="no")
    script.add("assistant.reasoning", content="hm")
    script.runs("t1", "edit", {"path": f"{ROOT}/cart.py", "old_str": "a", "new_str": "b"}, "ok", diff=DIFF)
    script.runs("t2", "bash", {"command": "x"}, "no\n<exited with exit code 3>")
    script.says("", ("t3", "task", {"prompt": "Look", "agent_type": "explore"}))
    script.add("subagent.started", agent="a1", toolCallId="t3", agentName="explore")
    script.runs("t4", "view", {"path": "a"}, "x", agent="a1")
    script.add("subagent.failed", agent="a1", toolCallId="t3", error="boom")
    script.add(
        "permission.requested", requestId="p1", permissionRequest={"kind": "shell", "toolCallId": "t1"}
    )
    script.add("permission.completed", requestId="p1", result={"kind": "denied-by-rules"})
    script.add("session.compaction_complete", success=True, summaryContent="So far.")
    script.add("session.error", message="x", statusCode=500)
    script.add("session.snapshot_rewind", upToEventId="e3")
    script.add("abort", reason="user")
    script.add("session.model_change", previousModel="a", newModel="b")
    script.says("Done.")
    script.shutdown(inputTokens=100, outputTokens=90)
    script.add("something.new", a=1)
    return script.events


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_read(data):
    events = mutated(data, full_script())
    check(read, "\n".join(json.dumps(event) for event in events).encode("utf-8", "surrogatepass"))


def test_the_real_session_has_the_counts_of_the_reference(shared_data):
    path = shared_data / "copilot_cli" / "events_small__agentv.jsonl"
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"copilot_cli/{path.name}"]
    batch = read([SourceFile("full.jsonl", path.read_bytes())], now=LATER)
    assert {
        "turns": len(steps_of(batch, Kind.PROMPT)),
        "tool_calls": len(steps_of(batch, Kind.TOOL)),
        "file_edits": len(batch.changes),
        "errors": sum(step.status == StepStatus.FAILED for step in batch.steps),
        "unparsable_lines": len(batch.quarantined),
    } == {name: truth[name] for name in ("turns", "tool_calls", "file_edits", "errors", "unparsable_lines")}
    (call,) = steps_of(batch, Kind.LLM)
    assert call.tokens == Tokens(input=12_847, output=101, reasoning=94)
