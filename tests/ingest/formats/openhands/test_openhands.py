"""OpenHands: small streams written here, and the real ones against the reference's counts."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.openhands import read
from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Kind, Op, Origin, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

PATCH = "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-a\n+b\n"


def at(n):
    return f"2025-04-30T16:45:{n:02}.5"


def acts(n, action, response="r1", *, call=None, **args):
    """An action of the agent; with `call` it came of a tool call."""
    event = {"id": n, "timestamp": at(n), "source": "agent", "action": action, "args": args}
    if call:
        name, arguments = call
        asked = {"id": f"c{n}", "function": {"name": name, "arguments": json.dumps(arguments)}}
        usage = {"prompt_tokens": 100, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 90}}
        choice = {"finish_reason": "tool_calls", "message": {"content": "Look.", "tool_calls": [asked]}}
        answer = {"id": response, "model": "m-1", "usage": usage, "choices": [choice]}
        event["tool_call_metadata"] = {
            "tool_call_id": f"c{n}",
            "function_name": name,
            "model_response": answer,
        }
    return event


def sees(n, cause, observation, content="", **extras):
    event = {"id": n, "timestamp": at(n), "source": "agent", "cause": cause, "observation": observation}
    return {**event, "content": content, "extras": extras}


APP, X = "/workspace/app/a.py", "x\n"
SHELL = {"exit_code": 1, "working_dir": "/workspace/app"}
V0 = [
    {"id": 0, "timestamp": at(0), "source": "agent", "action": "system", "args": {"content": "You are."}},
    {"id": 1, "timestamp": at(1), "source": "user", "action": "message", "args": {"content": "Fix it"}},
    acts(2, "run", call=("execute_bash", {"command": "ls"}), command="ls"),
    sees(3, 2, "run", "no such\n[The command completed]", metadata=SHELL),
    acts(4, "edit", "r2", call=("str_replace_editor", {"command": "create"}), path=APP),
    sees(5, 4, "edit", "done", path=APP, prev_exist=False, old_content=None, new_content=X),
    acts(6, "read", "r3", call=("str_replace_editor", {"command": "peek"})),
    sees(7, 6, "error", "Parameter 'command' is expected to be one of"),
    {"id": 8, "timestamp": at(8), "source": "agent", "action": "condensation",
     "args": {"forgotten_event_ids": [2, 3], "summary": "so far"}},
    acts(9, "finish", "r4", call=("finish", {"message": "All done."}), final_thought="All done."),
]  # fmt: skip
LINE = {
    "instance_id": "acme__shop-3",
    "history": V0,
    "test_result": {"git_patch": PATCH, "report": {"resolved": True}},
    "metadata": {"agent_class": "CodeActAgent", "llm_config": {"model": "lab/m"}},
    "metrics": {"accumulated_cost": 0.5},
    "error": None,
}


STATE = {"source": "environment", "kind": "ConversationStateUpdateEvent"}


def stat(n, prompt, completion, cached=0):
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "cache_read_tokens": cached}
    metrics = {
        "default": {"model_name": "lab/m", "accumulated_token_usage": usage, "accumulated_cost": n / 10}
    }
    event = {
        "id": f"s{n}",
        "timestamp": at(n),
        "source": "environment",
        "kind": "ConversationStateUpdateEvent",
    }
    return {**event, "key": "stats", "value": {"usage_to_metrics": metrics}}


def does(n, response, tool, **given):
    event = {"id": f"a{n}", "timestamp": at(n), "source": "agent", "kind": "ActionEvent", "tool_name": tool}
    event |= {
        "tool_call_id": f"c{n}",
        "llm_response_id": response,
        "thought": [{"type": "text", "text": "Hm."}],
    }
    return {**event, "tool_call": {"name": tool, "arguments": json.dumps(given)}, "action": given}


def gets(n, action, **told):
    event = {"id": f"o{n}", "timestamp": at(n), "source": "environment", "kind": "ObservationEvent"}
    told = {"content": [{"type": "text", "text": "out"}], "is_error": False, **told}
    return {**event, "action_id": action, "tool_call_id": f"c{action[1:]}", "observation": told}


V1 = [
    {"id": "p", "timestamp": at(1), "source": "agent", "kind": "SystemPromptEvent",
     "system_prompt": {"text": "S"}},
    {"id": "m", "timestamp": at(2), "source": "user", "kind": "MessageEvent",
     "llm_message": {"role": "user", "content": [{"type": "text", "text": "Fix it"}]}},
    stat(3, 100, 10),
    does(4, "r1", "terminal", command="make"),
    does(5, "r1", "file_editor", command="str_replace", path="/w/a.py"),
    gets(6, "a4", exit_code=2, metadata={"working_dir": "/w"}),
    gets(7, "a5", command="str_replace", path="/w/a.py", old_content="a\n", new_content="b\n"),
    stat(8, 250, 30, 90),
    does(9, "r2", "terminal", command="rm -rf /"),
    {"id": "u", "timestamp": at(10), "source": "user", "kind": "UserRejectObservation", "action_id": "a9",
     "rejection_reason": "Not that"},
    {"id": "e", "timestamp": at(11), "source": "environment", "kind": "ConversationStateUpdateEvent",
     "key": "execution_status", "value": "stuck"},
]  # fmt: skip


def read_one(value):
    return read([SourceFile("x.json", json.dumps(value).encode())], now=NOW)


def read_lines(values):
    return read([SourceFile("x", "\n".join(map(json.dumps, values)).encode())], now=NOW)


def test_v0_is_a_run_of_answers_and_calls():
    batch = read_one(V0)
    assert [(s.key, s.kind, s.status, s.error_kind) for s in batch.steps] == [
        ("prompt:1", Kind.PROMPT, StepStatus.OK, None),
        ("llm:r1", Kind.LLM, StepStatus.OK, None),
        ("c2", Kind.TOOL, StepStatus.FAILED, "command"),
        ("llm:r2", Kind.LLM, StepStatus.OK, None),
        ("c4", Kind.TOOL, StepStatus.OK, None),
        ("llm:r3", Kind.LLM, StepStatus.OK, None),
        ("c6", Kind.TOOL, StepStatus.FAILED, "validation"),
        ("condensation:8", Kind.COMPACTION, StepStatus.OK, None),
        ("llm:r4", Kind.LLM, StepStatus.OK, None),
        ("c9", Kind.TOOL, StepStatus.OK, None),
        ("final:9", Kind.FINAL, StepStatus.OK, None),
    ]
    assert (batch.steps[2].exit_code, batch.steps[2].error) == (1, "exit 1: no such")
    assert batch.steps[1].tokens == Tokens(input=10, cache_read=90, output=7)
    assert [s.context.size for s in batch.steps if s.kind is Kind.LLM] == [2, 4, 6, 1]
    assert [(c.path, c.op, c.before, c.after) for c in batch.changes] == [("a.py", Op.CREATE, None, "x\n")]
    assert (batch.runs[0].status, batch.runs[0].cwd) == (RunStatus.DONE, "/workspace/app")


def test_line_of_an_evaluation_has_its_outcome_and_net_change():
    batch = read_one(LINE)
    run = batch.runs[0]
    assert (run.name, run.repo, run.variant, run.outcome) == (
        "acme__shop-3",
        "acme/shop",
        "lab/m",
        "resolved",
    )
    assert (run.meta["agent_class"], run.meta["total_cost_usd"]) == ("CodeActAgent", 0.5)
    assert [(c.step, c.path) for c in batch.changes if c.origin is Origin.NET] == [("final:9", "app.py")]
    both = read_lines([LINE, {**LINE, "instance_id": "acme__shop-4", "error": "No space"}])
    assert [(r.name, r.status, r.error) for r in both.runs] == [
        ("acme__shop-3", RunStatus.DONE, None),
        ("acme__shop-4", RunStatus.FAILED, "No space"),
    ]


def test_pairs_of_early_versions_are_read():
    action = {"action": "run", "args": {"command": "ls", "thought": "Look."}}
    observation = {"observation": "run", "content": "a", "extras": {"exit_code": 0}}
    batch = read_one({**LINE, "history": [[action, observation]], "instruction": "Fix it"})
    assert [(s.kind, s.tool, s.output) for s in batch.steps] == [
        (Kind.PROMPT, None, None),
        (Kind.LLM, None, '[{"type":"text","text":"Look."}]'),
        (Kind.TOOL, "execute_bash", "a"),
    ]


def test_folder_of_events_is_one_run_and_the_same_as_the_list():
    files = [SourceFile(f"s/events/{event['id']}.json", json.dumps(event).encode()) for event in reversed(V0)]
    batch = read_files(files, now=NOW)
    assert batch.format == "openhands"
    assert [s.key for s in batch.steps] == [s.key for s in read_one(V0).steps]
    assert batch.runs[0].external_id == read_one(V0).runs[0].external_id


def test_v1_groups_actions_of_one_response_and_reads_growing_counters():
    batch = read_lines(V1)
    assert [(s.key, s.kind, s.status, s.error_kind) for s in batch.steps] == [
        ("prompt:m", Kind.PROMPT, StepStatus.OK, None),
        ("llm:r1", Kind.LLM, StepStatus.OK, None),
        ("c4", Kind.TOOL, StepStatus.FAILED, "command"),
        ("c5", Kind.TOOL, StepStatus.OK, None),
        ("llm:r2", Kind.LLM, StepStatus.OK, None),
        ("c9", Kind.TOOL, StepStatus.DENIED, "human"),
    ]
    calls = [s for s in batch.steps if s.kind is Kind.LLM]
    assert [c.tokens for c in calls] == [
        Tokens(input=100, output=10),
        Tokens(input=60, cache_read=90, output=20),
    ]
    assert [c.cost_usd for c in calls] == [pytest.approx(0.3), pytest.approx(0.5)]
    assert [b["name"] for b in json.loads(calls[0].output) if b["type"] == "tool_use"] == [
        "terminal",
        "file_editor",
    ]
    assert [(c.path, c.before, c.after) for c in batch.changes] == [("a.py", "a\n", "b\n")]
    assert (batch.runs[0].status, batch.runs[0].model) == (RunStatus.FAILED, "lab/m")


def test_longer_stream_is_the_same_run():
    assert read_lines(V1[:5]).runs[0].external_id == read_lines(V1).runs[0].external_id


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([V0, [LINE], V1]))
def test_any_mutation_is_read_or_refused(data, events):
    check(read, b"\n".join(as_bytes(event) for event in mutated(data, events)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3_000) | st.binary(max_size=60))
def test_any_cut_and_any_bytes(cut):
    check(read, cut if isinstance(cut, bytes) else json.dumps(V0).encode()[:-cut])


#: file → measure → what we count and the reference does not (docs/reference/openhands.md, "Counts").
MORE = {"v0_traj_basic.json": {}, "v1_sdk_goal_events.jsonl": {"tool_calls": 1, "errors": 1}}


@pytest.mark.parametrize("name", MORE)
def test_real_files_have_the_counts_of_the_reference(name, shared_data):
    path = shared_data / "openhands" / name
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"openhands/{name}"]
    batch = read([SourceFile(name, path.read_bytes())], now=NOW)
    ours = {
        "turns": sum(s.kind is Kind.PROMPT for s in batch.steps),
        "tool_calls": sum(s.kind is Kind.TOOL for s in batch.steps),
        "file_edits": len(batch.changes),
        "errors": sum(s.status in FAILED_STATES for s in batch.steps),
    }
    assert {measure: count - MORE[name].get(measure, 0) for measure, count in ours.items()} == {
        measure: truth[measure] for measure in ours
    }
    assert batch.quarantined == []
