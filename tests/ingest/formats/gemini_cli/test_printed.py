"""What Gemini CLI prints with `--output-format stream-json`, alone and beside its chat."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.gemini_cli import read
from ingest.importing import read_files
from ingest.pipeline import take_files
from ingest.sources import SourceFile
from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Run, Step
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated


def event(n, type, **more):
    return {"type": type, "timestamp": f"2026-11-19T09:14:{n:02}.000Z", **more}


MAKE = {"command": "make"}
LINES = [
    event(0, "init", session_id="s-1", model="gemini-x"),
    event(1, "message", role="user", content="Fix it"),
    event(2, "message", role="assistant", content="I ", delta=True),
    event(3, "message", role="assistant", content="look.", delta=True),
    event(4, "tool_use", tool_name="run_shell_command", tool_id="c1", parameters=MAKE),
    event(4, "tool_use", tool_name="read_file", tool_id="c2", parameters={"file_path": "a.py"}),
    event(5, "tool_result", tool_id="c1", status="success", output="ok"),
    event(6, "tool_result", tool_id="c2", status="error", error={"type": "x", "message": "File not found"}),
    event(7, "tool_use", tool_name="glob", tool_id="c3", parameters={"pattern": "*"}),
    event(8, "tool_result", tool_id="c3", status="success", output="a"),
    event(9, "message", role="assistant", content="Done.", delta=True),
    event(9, "result", status="success", stats={"input_tokens": 100, "output_tokens": 20}),
]


def data_of(lines):
    return "\n".join(map(json.dumps, lines)).encode()


def test_printed_events_become_answers_and_calls():
    batch = read_files([SourceFile("out.jsonl", data_of(LINES))], now=NOW)
    assert (batch.format, batch.quarantined) == ("gemini-cli", [])
    assert [(step.kind, step.key, step.status) for step in batch.steps] == [
        (Kind.PROMPT, "prompt:n0", StepStatus.OK),
        (Kind.LLM, "llm:n1", StepStatus.OK),
        (Kind.TOOL, "c1", StepStatus.OK),
        (Kind.TOOL, "c2", StepStatus.FAILED),
        (Kind.LLM, "llm:n2", StepStatus.OK),
        (Kind.TOOL, "c3", StepStatus.OK),
        (Kind.LLM, "llm:n3", StepStatus.OK),
    ]
    first = next(step for step in batch.steps if step.key == "llm:n1")
    assert json.loads(first.output)[0] == {"type": "text", "text": "I look."}
    [run] = batch.runs
    assert (run.external_id, run.task, run.model, run.status) == ("s-1", "Fix it", "gemini-x", RunStatus.DONE)
    assert run.meta["stats"] == {"input_tokens": 100, "output_tokens": 20}


def test_a_result_that_failed_fails_the_run():
    failed = event(9, "result", status="error", error={"type": "X", "message": "quota exceeded"})
    [run] = read([SourceFile("out.jsonl", data_of([*LINES[:-2], failed]))], now=NOW).runs
    assert (run.status, run.error) == (RunStatus.FAILED, "quota exceeded")


def chat():
    """The chat of the same session."""
    ask = {"status": "success", "result": [{"functionResponse": {"response": {"output": "ok"}}}]}
    usage = {"input": 100, "output": 10, "cached": 0, "thoughts": 0, "total": 110}

    def says(n, at, text, *calls):
        message = {
            "id": f"g{n}",
            "timestamp": f"2026-11-19T09:14:{at:02}.000Z",
            "type": "gemini",
            "content": text,
        }
        return {
            **message,
            "tokens": {**usage, "input": 100 + n},
            "model": "gemini-x",
            "toolCalls": list(calls),
        }

    return data_of(
        [
            {"sessionId": "s-1", "projectHash": "x"},
            {"id": "u1", "timestamp": "2026-11-19T09:14:01Z", "type": "user", "content": "Fix it"},
            says(1, 3, "I look.", {"id": "c1", "name": "run_shell_command", "args": MAKE, **ask},
                 {"id": "c2", "name": "read_file", "args": {"file_path": "a.py"}, **ask}),
            says(2, 7, "", {"id": "c3", "name": "glob", "args": {"pattern": "*"}, **ask}),
            says(3, 9, "Done."),
        ]
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("order", [("printed", "chat"), ("chat", "printed"), ("both",)])
def test_printed_events_and_the_chat_are_one_run(order, project):
    files = {"printed": [SourceFile("out.jsonl", data_of(LINES))], "chat": [SourceFile("chat.jsonl", chat())]}
    files["both"] = files["printed"] + files["chat"]
    for name in order:
        take_files(project, files[name], now=NOW)
    run = Run.objects.get()
    assert (run.prompts, run.llm_calls, run.tool_calls, run.input_tokens) == (1, 3, 3, 306)
    assert Step.objects.count() == 7


@settings(max_examples=100)
@given(st.data())
def test_any_wild_value_anywhere_is_read(data):
    check(read, b"\n".join(map(as_bytes, mutated(data, LINES))))
