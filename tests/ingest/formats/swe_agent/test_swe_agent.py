"""SWE-agent trajectories: small ones written here, and the real ones against the reference's counts."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.swe_agent import read
from ingest.formats.swe_agent.actions import action_of
from ingest.formats.swe_agent.failures import failure_of
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Basis, Kind, Op, Origin, RunStatus, StepStatus
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

PATCH = "\r\ndiff --git a/app.py b/app.py\r\n--- a/app.py\r\n+++ b/app.py\r\n@@ -2 +2 @@\r\n-b\r\n+B\r\n"
WINDOW = "[File: /acme__shop/app.py (3 lines total)]\n1:a\n2:b\n3:c\n"
EDITED = (
    "[File: /acme__shop/app.py (3 lines total)]\n1:a\n2:B\n3:c\nFile updated. Please review the changes\n"
)
LINT = "Your proposed edit has introduced new syntax error(s).\n\nERRORS:\n- E999\n"


def step(action, observation, *, open_file="n/a"):
    state = json.dumps({"open_file": open_file, "working_dir": "/acme__shop"}) + "\n"
    response = f"Now {action.split()[0]}.\n```\n{action}\n```"
    return {
        "action": action,
        "observation": observation,
        "response": response,
        "state": state,
        "thought": "Now.",
    }


def trajectory(*steps, exit_status="submitted", **more):
    """Write a trajectory of version 0.x: text mode, the state as JSON text."""
    issue = "We're currently solving an issue.\nISSUE:\nThe sum is off\n\nINSTRUCTIONS:\nGo."
    history = [
        {"role": "system", "content": "SETTING", "agent": "primary"},
        {"role": "user", "content": "A demonstration", "agent": "primary", "is_demo": True},
        {"role": "user", "content": issue, "agent": "primary"},
    ]
    for one in steps:
        history += [
            {"role": "assistant", "content": one["response"], "action": one["action"], "agent": "primary"},
            {"role": "user", "content": one["observation"], "agent": "primary"},
        ]
    info = {
        "exit_status": exit_status,
        "submission": PATCH,
        "model_stats": {"total_cost": 142.0, "instance_cost": 0.5},
    }
    return {"environment": "swe_main", "trajectory": list(steps), "history": history, "info": info, **more}


APP = "/acme__shop/app.py"
FULL = trajectory(
    step("open app.py 2\n", WINDOW),
    step("edit 2:2\n B\nend_of_edit\n", LINT, open_file=APP),
    step("edit 2:2\nB\nend_of_edit\n", EDITED, open_file=APP),
    step("create test.py\n", "[File: /acme__shop/test.py (1 lines total)]\n1:\n", open_file=APP),
    step(
        "edit 1:1\nassert 1\nend_of_edit\n",
        EDITED.replace("app.py (3", "test.py (1"),
        open_file="/acme__shop/test.py",
    ),
    step("python test.py\n", "Traceback (most recent call last):\n  x\nAssertionError: no\n"),
    step("rm test.py\n", ""),
    step("submit\n", PATCH),
)


def read_one(whole, name="x.traj"):
    return read([SourceFile(name, json.dumps(whole).encode())], now=NOW)


def test_run_says_what_the_file_says():
    run = read_one(FULL, "acme__shop-7.traj").runs[0]
    assert (run.name, run.task, run.repo, run.cwd) == (
        "acme__shop-7",
        "The sum is off",
        "acme/shop",
        "/acme__shop",
    )
    assert (run.agent, run.status, run.meta["total_cost_usd"]) == ("swe-agent", RunStatus.DONE, 0.5)
    assert run.external_id == read_one(FULL, "other.traj").runs[0].external_id


def test_steps_are_answers_and_commands():
    steps = read_one(FULL).steps
    assert [(s.tool, s.status, s.error_kind) for s in steps if s.kind is Kind.TOOL] == [
        ("open", StepStatus.OK, None),
        ("edit", StepStatus.FAILED, "validation"),
        ("edit", StepStatus.OK, None),
        ("create", StepStatus.OK, None),
        ("edit", StepStatus.OK, None),
        ("bash", StepStatus.FAILED, "command"),
        ("bash", StepStatus.OK, None),
        ("submit", StepStatus.OK, None),
    ]
    assert [(s.kind, s.input_preview) for s in steps[:2]] == [
        (Kind.PROMPT, "The sum is off"),
        (Kind.LLM, None),
    ]
    assert steps[4].detail == {"path": "app.py"}
    assert [s.context.size for s in steps if s.kind is Kind.LLM] == [3, 5, 7, 9, 11, 13, 15, 17]


def test_edits_of_numbered_lines_are_patches_and_made_files_are_whole():
    batch = read_one(FULL)
    assert [(c.step, c.path, c.op, c.origin, c.basis) for c in batch.changes] == [
        ("tool:2:0", "app.py", Op.EDIT, Origin.DECLARED, Basis.PATCH),
        ("tool:3:0", "test.py", Op.CREATE, Origin.DECLARED, Basis.CONTENT),
        ("tool:4:0", "test.py", Op.EDIT, Origin.DECLARED, Basis.CONTENT),
        ("tool:6:0", "test.py", Op.DELETE, Origin.DECLARED, Basis.NAME),
        ("tool:7:0", "app.py", Op.EDIT, Origin.NET, Basis.PATCH),
    ]
    assert batch.changes[0].patch == "--- a/app.py\n+++ b/app.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
    assert (batch.changes[2].before, batch.changes[2].after) == ("\n", "assert 1\n")
    assert "\r" not in batch.changes[4].patch


@pytest.mark.parametrize(
    ("told", "status", "error"),
    [
        ("submitted", RunStatus.DONE, None),
        ("submitted (exit_cost)", RunStatus.FAILED, "The cost limit was reached"),
        ("exit_format", RunStatus.FAILED, "The answers could not be parsed, time and again"),
        (None, RunStatus.UNFINISHED, None),
    ],
)
def test_exit_status_is_how_the_run_ended(told, status, error):
    run = read_one(trajectory(step("ls", "a"), exit_status=told)).runs[0]
    assert (run.status, run.error) == (status, error)


@pytest.mark.parametrize(
    ("text", "tool", "given"),
    [
        ("open src/a.py 12", "open", {"path": "src/a.py", "line_number": "12"}),
        ('find_file "a b.py" src', "find_file", {"file_name": "a b.py", "dir": "src"}),
        ("insert 3\nx\nend_of_insert", "insert", {"line": 3, "text": "x"}),
        (
            "str_replace_editor str_replace /a.py --old_str 'x y' --new_str z",
            "str_replace_editor",
            {"command": "str_replace", "path": "/a.py", "old_str": "x y", "new_str": "z"},
        ),
        ("ls -F | head", "bash", {"command": "ls -F | head"}),
    ],
)
def test_action_in_words(text, tool, given):
    action = action_of(text)
    assert (action.tool, action.given) == (tool, given)


@pytest.mark.parametrize(
    ("tool", "observation", "kind", "status"),
    [
        (
            "bash",
            "\nEXECUTION TIMED OUT AND INTERRUPT FAILED. RESTARTING PROCESS.",
            "timeout",
            StepStatus.FAILED,
        ),
        (
            "bash",
            "Interactive operation 'vim a' is not supported by this environment.",
            "policy",
            StepStatus.DENIED,
        ),
        ("bash", "bash: foo: command not found", "command", StepStatus.FAILED),
        (
            "str_replace_editor",
            "No replacement was performed, old_str did not appear",
            "validation",
            StepStatus.FAILED,
        ),
    ],
)
def test_failures_are_told_from_words(tool, observation, kind, status):
    failure = failure_of(tool, observation)
    assert (failure.kind, failure.status) == (kind, status)


def test_output_that_mentions_an_error_is_no_failure():
    assert failure_of("bash", "2 passed\nTraceback (most recent call last): was printed") is None


def test_version_1_has_calls_by_name_queries_and_times():
    first = {
        "action": "str_replace_editor str_replace /testbed/a.py",
        "observation": "The file /testbed/a.py has been edited successfully.",
        "response": "Mend it.",
        "state": {"working_dir": "/testbed"},
        "execution_time": 0.25,
        "query": [{"role": "system", "content": "s"}, {"role": "user", "content": "cut"}],
    }
    arguments = {"command": "str_replace", "path": "/testbed/a.py", "old_str": "x", "new_str": "y"}
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "str_replace_editor", "arguments": json.dumps(arguments)},
    }
    history = [
        {"role": "system", "content": "s", "agent": "main"},
        {"role": "user", "content": "<pr_description>\nIt breaks\n</pr_description>", "agent": "main"},
        {"role": "assistant", "content": "Mend it.", "tool_calls": [call], "agent": "main"},
    ]
    config = {"agent": {"model": {"name": "gpt-x"}}, "problem_statement": {"id": "acme__shop-7"}}
    whole = {"trajectory": [first], "history": history, "info": {}, "replay_config": json.dumps(config)}
    batch = read_one(whole)
    run, tool, change = batch.runs[0], batch.steps[2], batch.changes[0]
    assert (run.model, run.variant, run.name, run.task) == ("gpt-x", "gpt-x", "acme__shop-7", "It breaks")
    assert (tool.key, tool.tool, tool.duration_ms, tool.detail) == (
        "call_1",
        "str_replace_editor",
        250,
        {"path": "a.py"},
    )
    assert (change.path, change.before, change.after, change.basis) == ("a.py", "x", "y", Basis.FRAGMENT)
    told = [json.loads(node.message.data)["content"] for node in batch.steps[1].context.nodes()]
    assert told == ["cut", "s"]


def test_longer_file_is_the_same_run_with_the_same_steps():
    early = read_one({**FULL, "trajectory": FULL["trajectory"][:2], "info": {}})
    whole = read_one(FULL)
    assert early.runs[0].external_id == whole.runs[0].external_id
    assert [s.key for s in early.steps] == [s.key for s in whole.steps][: len(early.steps)]


def test_history_alone_is_read_as_steps():
    whole = {"history": FULL["history"][:5]}
    assert detect(SourceFile("x", json.dumps(whole).encode()))[0] == "swe-agent"
    assert [(s.kind, s.tool) for s in read_one(whole).steps] == [
        (Kind.PROMPT, None), (Kind.LLM, None), (Kind.TOOL, "open"),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_mutation_is_read_or_refused(data):
    check(read, as_bytes(mutated(data, FULL)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3_000) | st.binary(max_size=60))
def test_any_cut_and_any_bytes(cut):
    check(read, cut if isinstance(cut, bytes) else json.dumps(FULL, indent=1).encode()[:-cut])


#: To the reference refused edits are edits, and no errors (docs/reference/swe-agent.md, "Counts").
REFUSED = {"marshmallow-1867_default": 1, "marshmallow-1867_function_calling": 1, "pydicom-1458_gpt4": 3}


@pytest.mark.parametrize("name", [*REFUSED, "test-repo-i1_gpt4"])
def test_real_files_have_the_counts_of_the_reference(name, shared_data):
    path = shared_data / "swe_agent" / f"{name}.traj"
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"swe_agent/{path.name}"]
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    edits = [c for c in batch.changes if c.origin is Origin.DECLARED and c.op is not Op.DELETE]
    refused = sum(s.error_kind == "validation" for s in batch.steps)
    assert refused == REFUSED.get(name, 0)
    assert {
        "turns": sum(s.kind is Kind.PROMPT for s in batch.steps),
        "tool_calls": sum(s.kind is Kind.TOOL for s in batch.steps),
        "file_edits": len(edits) + refused,
        "errors": sum(s.status in FAILED_STATES for s in batch.steps) - refused,
    } == {measure: truth[measure] for measure in ("turns", "tool_calls", "file_edits", "errors")}
    assert any(c.origin is Origin.NET for c in batch.changes)
    assert batch.quarantined == []
