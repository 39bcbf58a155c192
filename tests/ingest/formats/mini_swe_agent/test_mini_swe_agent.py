"""mini-swe-agent trajectories: small ones written here, and the real ones against the reference's counts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.mini_swe_agent import read
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Kind, Op, Origin, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import as_bytes, check, mutated

START = 1_780_000_000.0
NOW = datetime.fromtimestamp(START, UTC) + timedelta(days=1)
PATCH = "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-a\n+b\n"


def asks(n, *commands, **extra):
    """An answer of the n-th turn, with its commands as tool calls."""
    calls = [
        {
            "id": f"c{n}{i}",
            "type": "function",
            "function": {"name": "bash", "arguments": json.dumps({"command": c})},
        }
        for i, c in enumerate(commands)
    ]
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 60}}
    response = {"id": f"r{n}", "model": "m-2", "usage": usage, "choices": [{"finish_reason": "tool_calls"}]}
    told = {"actions": [], "response": response, "cost": 0.25, "timestamp": START + 10 * n, **extra}
    return {"role": "assistant", "content": f"step {n}", "tool_calls": calls, "extra": told}


def gives(n, i=0, *, code=0, output="", why=""):
    extra = {
        "raw_output": output,
        "returncode": code,
        "timestamp": START + 10 * n + 4 + i,
        "exception_info": why,
    }
    content = f"<returncode>{code}</returncode>\n<output>\n{output}</output>"
    return {"role": "tool", "content": content, "tool_call_id": f"c{n}{i}", "extra": extra}


def trajectory(*messages, exit_status="Submitted", **info):
    task = "<pr_description>\nConsider the following PR description:\nFix the sum\n</pr_description>\nGo."
    head = [{"role": "system", "content": "You help."}, {"role": "user", "content": task}]
    config = {"model": {"model_name": "lab/m"}, "environment": {"cwd": "/testbed", "image": "i:1"}}
    return {
        "info": {"config": config, "mini_version": "2.2.7", "exit_status": exit_status, **info},
        "messages": [*head, *messages],
        "trajectory_format": "mini-swe-agent-1.1",
        "instance_id": "acme__shop-12",
    }


FULL = trajectory(
    asks(1, "cat > test.py <<'EOF'\nassert 1\nEOF", "python test.py"),
    gives(1),
    gives(1, 1, code=1, output="Traceback\nAssertionError\n"),
    {"role": "user", "content": "Tool call error", "extra": {"interrupt_type": "FormatError"}},
    asks(2, "sleep 99"),
    gives(2, code=-1, why="timed out after 60 seconds"),
    asks(3, "rm test.py && rm -rf /tmp/x"),
    gives(3),
    asks(4, "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && cat patch.txt"),
    {"role": "exit", "content": PATCH, "extra": {"exit_status": "Submitted", "submission": PATCH}},
    submission=PATCH,
)


def read_one(whole):
    return read([SourceFile("x.json", json.dumps(whole).encode())], now=NOW)


def test_run_says_what_the_file_says():
    run = read_one(FULL).runs[0]
    assert (run.name, run.task, run.repo, run.cwd) == (
        "acme__shop-12",
        "Fix the sum",
        "acme/shop",
        "/testbed",
    )
    assert (run.agent, run.agent_version, run.model, run.variant) == (
        "mini-swe-agent",
        "2.2.7",
        "m-2",
        "lab/m",
    )
    assert (run.status, run.error) == (RunStatus.DONE, None)
    assert run.started_at == datetime.fromtimestamp(START + 10, UTC)
    assert run.meta["image"] == "i:1"


def test_steps_follow_the_messages():
    steps = read_one(FULL).steps
    assert [(s.key, s.kind, s.status, s.exit_code, s.error_kind) for s in steps] == [
        ("prompt:1", Kind.PROMPT, StepStatus.OK, None, None),
        ("llm:2", Kind.LLM, StepStatus.OK, None, None),
        ("c10", Kind.TOOL, StepStatus.OK, 0, None),
        ("c11", Kind.TOOL, StepStatus.FAILED, 1, "command"),
        ("error:5", Kind.ERROR, StepStatus.FAILED, None, "validation"),
        ("llm:6", Kind.LLM, StepStatus.OK, None, None),
        ("c20", Kind.TOOL, StepStatus.FAILED, -1, "timeout"),
        ("llm:8", Kind.LLM, StepStatus.OK, None, None),
        ("c30", Kind.TOOL, StepStatus.OK, 0, None),
        ("llm:10", Kind.LLM, StepStatus.OK, None, None),
        ("c40", Kind.TOOL, StepStatus.OK, None, None),
    ]
    assert steps[3].error == "exit 1: AssertionError"
    assert (steps[3].started_at, steps[3].ended_at) == (
        steps[2].ended_at,
        steps[2].ended_at + timedelta(seconds=1),
    )


def test_prompt_without_a_time_comes_before_the_first_answer():
    prompt, answer = read_one(FULL).steps[:2]
    assert prompt.started_at == answer.started_at == datetime.fromtimestamp(START + 10, UTC)


def test_a_call_knows_its_price_tokens_and_context():
    call = read_one(FULL).steps[1]
    assert (call.tokens, call.cost_usd, call.model) == (
        Tokens(input=40, cache_read=60, output=20),
        0.25,
        "m-2",
    )
    assert (call.call_id, call.stop_reason) == ("r1", "tool_calls")
    roles = [json.loads(node.message.data)["role"] for node in call.context.nodes()]
    assert roles == ["user", "system"]


def test_files_come_from_heredocs_removals_and_the_submission():
    told = [(c.step, c.path, c.op, c.origin, c.after) for c in read_one(FULL).changes]
    assert told == [
        ("c10", "test.py", Op.EDIT, Origin.DECLARED, "assert 1\n"),
        ("c30", "test.py", Op.DELETE, Origin.DECLARED, None),
        ("c40", "app.py", Op.EDIT, Origin.NET, None),
    ]


def test_text_mode_takes_commands_from_code_blocks():
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "Please solve this issue: It breaks\n\nYou can execute bash commands"},
        {"role": "assistant", "content": "THOUGHT: look\n\n```bash\nls\n```"},
        {"role": "user", "content": "<returncode>2</returncode>\n<output>\nno such\n</output>"},
        {"role": "assistant", "content": "```bash\na\n```\n```bash\nb\n```"},
        {"role": "user", "content": "Please always provide EXACTLY ONE action"},
    ]
    batch = read_one(messages)
    assert detect(SourceFile("x", json.dumps(messages).encode()))[0] == "mini-swe-agent"
    assert [(s.kind, s.exit_code, s.output) for s in batch.steps if s.kind is Kind.TOOL] == [
        (Kind.TOOL, 2, "no such")
    ]
    assert [s.kind for s in batch.steps][-1] is Kind.ERROR
    assert (batch.runs[0].task, batch.runs[0].status) == ("It breaks", RunStatus.UNFINISHED)


def test_longer_file_is_the_same_run_with_the_same_steps():
    whole, early = (
        read_one(FULL),
        read_one({**FULL, "messages": FULL["messages"][:4], "info": {**FULL["info"], "exit_status": ""}}),
    )
    assert early.runs[0].external_id == whole.runs[0].external_id
    assert early.runs[0].status is RunStatus.UNFINISHED
    assert [s.key for s in early.steps] == [s.key for s in whole.steps][: len(early.steps)]
    assert early.steps[-1].status is StepStatus.UNANSWERED


def test_a_cut_file_gives_what_it_had():
    data = json.dumps(FULL).encode()
    batch = read([SourceFile("x", data[: data.index(b'"sleep 99') - 200])], now=NOW)
    assert [s.key for s in batch.steps][:4] == ["prompt:1", "llm:2", "c10", "c11"]
    assert batch.quarantined[0].why == "The file is cut off or damaged; what stands before was read."


def test_repeated_ids_are_different_calls():
    messages = [asks(1, "ls"), gives(1, output="a\n"), asks(1, "pwd"), gives(1, output="b\n")]
    tools = [s for s in read_one(trajectory(*messages)).steps if s.kind is Kind.TOOL]
    assert [(s.key, s.output) for s in tools] == [("c10", "a\n"), ("c10:tool:4:0", "b\n")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_mutation_is_read_or_refused(data):
    check(read, as_bytes(mutated(data, FULL)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3_000) | st.binary(max_size=60))
def test_any_cut_and_any_bytes(cut):
    check(read, cut if isinstance(cut, bytes) else json.dumps(FULL).encode()[:-cut])


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("pvlib__pvlib-python-1154__deepseek-reasoner_Timeout", 0.0),
        ("sqlfluff__sqlfluff-2419__deepseek-chat_Submitted", 0.014207648),
        ("sqlfluff__sqlfluff-2419__deepseek-reasoner_Submitted", 0.02931628),
        ("testdata_local", 0.0),
    ],
)
def test_real_files_have_the_counts_of_the_reference(name, cost, shared_data):
    path = shared_data / "mini_swe_agent" / f"{name}.traj.json"
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"mini_swe_agent/{path.name}"]
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    assert {
        "turns": sum(s.kind is Kind.PROMPT for s in batch.steps),
        "tool_calls": sum(s.kind is Kind.TOOL for s in batch.steps),
        "errors": sum(s.status in FAILED_STATES for s in batch.steps),
    } == {measure: truth[measure] for measure in ("turns", "tool_calls", "errors")}
    assert sum(s.cost_usd or 0 for s in batch.steps) == pytest.approx(cost)
    assert batch.quarantined == []


def said_in_version_1(n, command):
    return {"role": "assistant", "content": f"Next.\n```bash\n{command}\n```", "timestamp": START + n}


def got_in_version_1(n, code):
    content = f"<returncode>{code}</returncode>\n<output>\nx\n</output>"
    return {"role": "user", "content": content, "timestamp": START + n}


def test_last_words_of_version_1_are_no_result_of_a_call():
    messages = [
        {"role": "user", "content": "Fix the sum", "timestamp": START},
        said_in_version_1(1, "ls"),
        got_in_version_1(2, 0),
        {"role": "user", "content": "Limits exceeded.", "timestamp": START + 3},
    ]
    info = {"mini_version": "1.17.0", "exit_status": "LimitsExceeded", "submission": ""}
    batch = read_one({"info": info, "messages": messages, "trajectory_format": "mini-swe-agent-1"})
    told = [(step.kind, step.tool, step.status) for step in batch.steps]
    assert told == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "bash", StepStatus.OK),
        (Kind.ERROR, None, StepStatus.FAILED),
    ]
    (run,) = batch.runs
    assert run.status == RunStatus.FAILED
    assert batch.steps[2].ended_at == datetime.fromtimestamp(START + 2, UTC)


def test_bare_list_ends_with_the_command_that_hands_in():
    messages = [
        {"role": "user", "content": "Fix the sum"},
        said_in_version_1(1, "ls"),
        got_in_version_1(2, 0),
        said_in_version_1(3, "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"),
    ]
    batch = read_one(messages)
    assert batch.runs[0].status == RunStatus.DONE
    assert [step.status for step in batch.steps if step.kind == Kind.TOOL] == [StepStatus.OK] * 2
