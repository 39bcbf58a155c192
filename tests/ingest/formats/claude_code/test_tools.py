"""Tool calls: results, failures and their classes, and what has no result."""

import json
from datetime import timedelta

import pytest

from tests.ingest.formats.claude_code.script import START, Script, by_key


def one_call(tool, content, structured=None, *, given=None, **extra):
    script = Script()
    script.user("go")
    script.calls(tool, "t1", **(given or {}))
    script.result("t1", content, structured, **extra)
    return by_key(script.read())["t1"]


def test_shell_success_is_exit_0():
    step = one_call(
        "Bash", "84", {"stdout": "84", "stderr": "", "interrupted": False}, given={"command": "wc"}
    )
    assert (step.status, step.exit_code, step.output, step.detail["command"]) == ("ok", 0, "84", "wc")
    assert (step.ended_at - step.started_at).total_seconds() == 1


@pytest.mark.parametrize(
    ("tool", "text", "extra", "expected"),
    [
        ("Bash", "Exit code 2\nno such file", {}, ("failed", "command", "exit 2: no such file", 2)),
        ("Bash", "Exit code 1", {}, ("failed", "command", "exit 1", 1)),
        ("Bash", "boom", {}, ("failed", "command", "boom", None)),
        (
            "Bash",
            "Command timed out after 2m 0.0s",
            {},
            ("failed", "timeout", "Command timed out after 2m 0.0s", None),
        ),
        (
            "Edit",
            "<tool_use_error>String to replace not found</tool_use_error>",
            {},
            ("failed", "validation", "String to replace not found", None),
        ),
        (
            "Bash",
            "<tool_use_error>Sibling tool call errored</tool_use_error>",
            {},
            ("cancelled", "cascade", "Cancelled: a parallel call failed", None),
        ),
        (
            "Edit",
            "The user doesn't want to proceed with this tool use. The",
            {},
            ("denied", "human", "Rejected by the user", None),
        ),
        (
            "Bash",
            "[Request interrupted by user for tool use]",
            {},
            ("cancelled", "human", "Interrupted by the user", None),
        ),
        (
            "Bash",
            "This command requires approval",
            {},
            ("denied", "policy", "This command requires approval", None),
        ),
        (
            "Bash",
            "down, so auto mode",
            {"toolDenialKind": "automode-unavailable"},
            ("denied", "policy", "down, so auto mode", None),
        ),
        (
            "Bash",
            "PreToolUse:Bash hook error: [x]: no",
            {},
            ("denied", "hook", "PreToolUse:Bash hook error: [x]: no", None),
        ),
        ("mcp__db__query", "bad sql", {}, ("failed", "mcp", "bad sql", None)),
        (
            "WebFetch",
            "Request failed with status code 403",
            {},
            ("failed", "network", "Request failed with status code 403", None),
        ),
    ],
)
def test_failures_are_classified(tool, text, extra, expected):
    step = one_call(tool, text, f"Error: {text}", is_error=True, **extra)
    assert (step.status, step.error_kind, step.error, step.exit_code) == expected


def test_timeout_is_kept_in_milliseconds():
    assert one_call("Bash", "Command timed out after 2m 0.0s", is_error=True).detail["timeout_ms"] == 120_000


def test_meaningful_exit_code_is_not_0():
    step = one_call("Bash", "", {"stdout": "", "stderr": "", "returnCodeInterpretation": "No matches found"})
    assert (step.status, step.exit_code, step.detail["meaning"]) == ("ok", None, "No matches found")


def test_picture_result_is_named():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 46_000}}
    assert one_call("Read", [image]).output == "[image/png, 34 kB]"


def test_reminders_are_in_the_output_but_not_in_the_preview():
    step = one_call("Read", "text<system-reminder>x</system-reminder>")
    assert (step.output, step.output_preview) == ("text<system-reminder>x</system-reminder>", "text")


def test_read_facts():
    file = {"filePath": "/work/shop/a.py", "content": "a\nb", "numLines": 2, "startLine": 5, "totalLines": 9}
    step = one_call("Read", "…", {"type": "text", "file": file}, given={"file_path": "/work/shop/a.py"})
    assert step.detail == {"path": "a.py", "lines": 2, "start_line": 5, "total_lines": 9}


def test_call_without_result_is_running_then_unanswered():
    script = Script()
    script.user("go")
    script.calls("Bash", "t1", command="sleep 9")
    soon = START + timedelta(minutes=2)
    running, over = script.read(now=soon), script.read()
    assert (running.runs[0].status, by_key(running)["t1"].status) == ("running", "running")
    assert (over.runs[0].status, by_key(over)["t1"].status) == ("unfinished", "unanswered")


def test_result_before_its_call_answers_it():
    script = Script()
    script.user("go")
    script.edit("t1", "/work/shop/a.py", "1", "2", originalFile="1\n")
    script.records[1:] = script.records[:0:-1]
    batch = script.read()
    step = by_key(batch)["t1"]
    assert (step.tool, step.status, step.detail["path"]) == ("Edit", "ok", "a.py")
    assert json.loads(step.input)["new_string"] == "2"
    assert [change.after for change in batch.changes] == ["2\n"]


@pytest.mark.parametrize("masked", ["REDACTED", None])
def test_calls_without_ids_are_answered_in_order(masked):
    script = Script()
    script.user("go")
    for number in (1, 2):
        script.calls("Bash", masked, id=f"m{number}", command=f"command {number}")
    for number in (1, 2):
        script.result(masked, f"output {number}")
    tools = [step for step in script.read().steps if step.kind == "tool"]
    assert [(json.loads(step.input)["command"], step.output) for step in tools] == [
        ("command 1", "output 1"),
        ("command 2", "output 2"),
    ]


def test_interrupt_cancels_open_calls():
    script = Script()
    script.user("go")
    script.calls("Bash", "t1", command="sleep 9")
    script.user("[Request interrupted by user]")
    batch = script.read()
    assert (batch.runs[0].status, by_key(batch)["t1"].status) == ("interrupted", "cancelled")


def test_several_results_in_one_record_do_not_share_the_structured_one():
    script = Script()
    script.user("go")
    script.calls("Bash", "a")
    script.calls("Bash", "b")
    blocks = [{"type": "tool_result", "tool_use_id": key, "content": key} for key in ("a", "b")]
    script.user(blocks, toolUseResult={"interrupted": True})
    steps = by_key(script.read())
    assert [(steps[key].status, steps[key].output) for key in ("a", "b")] == [("ok", "a"), ("ok", "b")]


def test_server_tool_is_answered_inside_the_message():
    script = Script()
    script.user("go")
    script.says(
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s1",
            "content": [{"type": "web_search_result", "title": "T"}],
        },
        stop="end_turn",
    )
    step = by_key(script.read())["s1"]
    assert (step.kind, step.status, step.detail["query"]) == ("tool", "ok", "q")


def test_retry_and_final_error_name_the_cause_and_hide_the_organisation():
    script = Script()
    script.user("go")
    script.add(
        "system",
        subtype="api_error",
        error={
            "status": 529,
            "headers": {"anthropic-organization-id": "secret-org"},
            "error": {"error": {"type": "overloaded_error", "message": "Overloaded"}},
        },
        retryInMs=545.2,
        retryAttempt=1,
        maxRetries=10,
    )
    script.add("system", subtype="api_error", error={}, retryAttempt=2)
    script.says(
        "You've hit your limit",
        model="<synthetic>",
        isApiErrorMessage=True,
        error="rate_limit",
        apiErrorStatus=429,
    )
    batch = script.read()
    first, second, last = batch.steps[1:]
    assert (first.kind, first.error, first.attempt) == ("retry", "529 overloaded", 1)
    assert (first.detail["max_attempts"], first.detail["wait_ms"]) == (10, 545)
    assert b"secret-org" not in first.raw
    assert (second.kind, second.error, second.attempt) == ("retry", "the reason was not recorded", 2)
    assert (last.kind, last.status, last.error) == (
        "error",
        "failed",
        "429 rate limited: You've hit your limit",
    )
    assert (batch.runs[0].status, batch.runs[0].error) == (
        "failed",
        "429 rate limited: You've hit your limit",
    )


def test_commits_are_linked():
    script = Script()
    script.user("go")
    script.calls("Bash", "t1", command="git commit")
    script.result(
        "t1",
        "x",
        {
            "stdout": "[main 1a2b3c4] Fix it\n 1 file changed",
            "stderr": "",
            "gitOperation": {"commit": {"sha": "1a2b3c4", "kind": "committed"}},
        },
    )
    assert script.read().runs[0].meta["commits"] == [
        {"sha": "1a2b3c4", "branch": "main", "subject": "Fix it"}
    ]
