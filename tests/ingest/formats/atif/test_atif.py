"""ATIF: a small trajectory written here, and the real one against the reference's counts."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.atif import read
from ingest.sources import SourceFile
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

EDIT = {"path": "a.py", "old_str": "x", "new_str": "y", "command": "str_replace"}
WHOLE = {
    "schema_version": "ATIF-v1.4",
    "session_id": "s1",
    "trajectory_id": "t1",
    "agent": {"name": "terminus-2", "version": "1.0", "model_name": "lab/m"},
    "steps": [
        {"step_id": 1, "timestamp": "2026-01-02T03:04:05Z", "source": "system", "message": "Be good."},
        {"step_id": 2, "timestamp": "2026-01-02T03:04:06Z", "source": "user", "message": "Fix it"},
        {
            "step_id": 3,
            "timestamp": "2026-01-02T03:04:09Z",
            "source": "agent",
            "message": "I edit.",
            "reasoning_content": "Hm.",
            "tool_calls": [
                {"tool_call_id": "c1", "function_name": "str_replace_editor", "arguments": EDIT},
                {"tool_call_id": "c2", "function_name": "bash", "arguments": {"command": "make"}},
            ],
            "observation": {
                "results": [
                    {"source_call_id": "c2", "content": "Error: no rule"},
                    {"source_call_id": "c1", "content": "edited"},
                ]
            },
            "metrics": {"prompt_tokens": 100, "completion_tokens": 9, "cached_tokens": 60, "cost_usd": 0.5},
        },
        {"step_id": 4, "source": "agent", "message": "Old.", "is_copied_context": True,
         "metrics": {"prompt_tokens": 7}},
    ],
    "final_metrics": {"total_prompt_tokens": 100, "total_cost_usd": 0.5},
}  # fmt: skip


def read_one(whole):
    return read([SourceFile("x", json.dumps(whole).encode())], now=NOW)


def test_steps_are_prompts_answers_and_calls():
    batch = read_one(WHOLE)
    assert [(s.key, s.kind, s.status, s.output) for s in batch.steps if s.kind is not Kind.LLM] == [
        ("step:2", Kind.PROMPT, StepStatus.OK, None),
        ("c1", Kind.TOOL, StepStatus.OK, "edited"),
        ("c2", Kind.TOOL, StepStatus.FAILED, "Error: no rule"),
    ]
    call, copied = [s for s in batch.steps if s.kind is Kind.LLM]
    assert (call.tokens, call.cost_usd) == (Tokens(input=40, cache_read=60, output=9), 0.5)
    assert (call.context.size, copied.context.size, copied.tokens) == (2, 5, None)
    assert [(c.step, c.path, c.before, c.after) for c in batch.changes] == [("c1", "a.py", "x", "y")]
    run = batch.runs[0]
    assert (run.external_id, run.session, run.task, run.status) == ("t1", "s1", "Fix it", RunStatus.DONE)
    assert (run.agent, run.model, run.meta["total_cost_usd"]) == ("terminus-2", "lab/m", 0.5)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_mutation_is_read_or_refused(data):
    check(read, as_bytes(mutated(data, WHOLE)))


def test_real_file_has_the_counts_of_the_reference(shared_data):
    path = next((shared_data / "atif").iterdir())
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"atif/{path.name}"]
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    assert sum(s.kind is Kind.TOOL for s in batch.steps) == truth["tool_calls"]
    assert sum(s.kind is not Kind.TOOL for s in batch.steps) == truth["records"]
    assert sum((s.tokens.input for s in batch.steps if s.tokens), start=0) == 8983
