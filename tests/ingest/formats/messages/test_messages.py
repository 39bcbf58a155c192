"""Message lists: the same conversation in the shapes of three APIs gives the same run."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.messages import read
from ingest.sources import SourceFile
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

EDIT = {"file_path": "a.py", "old_string": "x", "new_string": "y"}
CHAT = [
    {"role": "system", "content": "Be good."},
    {"role": "user", "content": "Fix it"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "Edit", "arguments": json.dumps(EDIT)}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "edited"},
    {"role": "assistant", "content": "Done.", "usage": {"prompt_tokens": 50, "completion_tokens": 3}},
]
ANTHROPIC = {
    "system": "Be good.",
    "model": "m-1",
    "messages": [
        {"role": "user", "content": "Fix it"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "Edit", "input": EDIT}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "edited"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Done."}]},
    ],
}
GEMINI = {
    "contents": [
        {"role": "user", "parts": [{"text": "Fix it"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "Edit", "args": EDIT}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "Edit", "response": {"output": "edited"}}}]},
        {"role": "model", "parts": [{"text": "Done."}]},
    ]
}
RESPONSES = {
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Fix it"}]},
        {"type": "function_call", "call_id": "c1", "name": "Edit", "arguments": json.dumps(EDIT)},
        {"type": "function_call_output", "call_id": "c1", "output": "edited"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ]
}


def read_one(value):
    return read([SourceFile("x", json.dumps(value).encode())], now=NOW)


@pytest.mark.parametrize(
    "value", [CHAT, ANTHROPIC, GEMINI, RESPONSES], ids=["chat", "anthropic", "gemini", "items"]
)
def test_each_shape_is_told_and_gives_the_same_steps(value):
    assert detect(SourceFile("x", json.dumps(value).encode()))[0] == "messages"
    batch = read_one(value)
    assert [(s.kind, s.tool, s.status) for s in batch.steps] == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "Edit", StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
    ]
    assert [(c.path, c.before, c.after) for c in batch.changes] == [("a.py", "x", "y")]
    assert json.loads(batch.steps[3].output) == [{"type": "text", "text": "Done."}]
    assert (batch.runs[0].task, batch.runs[0].status) == ("Fix it", RunStatus.DONE)


def test_usage_model_system_prompt_and_errors_are_kept():
    assert read_one(CHAT).steps[3].tokens == Tokens(input=50, output=3)
    assert [s.context.size for s in read_one(ANTHROPIC).steps if s.kind is Kind.LLM] == [2, 4]
    assert read_one(ANTHROPIC).runs[0].model == "m-1"
    failed = json.loads(json.dumps(ANTHROPIC).replace('"edited"', '"no such text", "is_error": true'))
    tool = read_one(failed).steps[2]
    assert (tool.status, tool.error, read_one(failed).changes) == (StepStatus.FAILED, "no such text", [])


def test_lines_of_messages_are_one_run_and_lines_of_lists_are_many():
    lines = "\n".join(map(json.dumps, CHAT)).encode()
    assert len(read([SourceFile("x", lines)], now=NOW).runs) == 1
    other = {"messages": [{"role": "user", "content": "Another"}, *CHAT[2:]]}
    lines = "\n".join(map(json.dumps, [{"messages": CHAT}, other])).encode()
    assert [run.task for run in read([SourceFile("x", lines)], now=NOW).runs] == ["Fix it", "Another"]


def test_longer_list_is_the_same_run():
    assert read_one(CHAT[:4]).runs[0].external_id == read_one(CHAT).runs[0].external_id
    assert read_one(CHAT[:4]).runs[0].status is RunStatus.UNFINISHED


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([CHAT, ANTHROPIC, GEMINI, RESPONSES]))
def test_any_mutation_is_read_or_refused(data, value):
    check(read, as_bytes(mutated(data, value)))
