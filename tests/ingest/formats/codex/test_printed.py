"""What `codex exec --json` prints becomes a run, as far as it says."""

import json

from ingest.detect import detect
from ingest.formats.codex import read
from ingest.sources import SourceFile
from runs.kinds import Basis, Op, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.codex.script import LATER, THREAD, by_key, calls_of, fixture, kinds


def item(state: str, id: str, type: str, **given):
    return {"type": f"item.{state}", "item": {"id": id, "type": type, **given}}


def lines(*middle, usage=(300, 100, 20)) -> list[dict]:
    names = ("input_tokens", "cached_input_tokens", "output_tokens")
    return [
        {"type": "thread.started", "thread_id": THREAD},
        {"type": "turn.started"},
        *middle,
        {"type": "turn.completed", "usage": dict(zip(names, usage, strict=True))},
    ]


def command(id: str, text: str, code: int, state: str = "completed"):
    return item(
        state, id, "command_execution", command=text, aggregated_output="boom\n", exit_code=code, status=state
    )


FIX = (
    item("completed", "item_0", "reasoning", text="Look first."),
    command("item_1", "bash -lc 'make test'", 2, "started"),
    command("item_1", "bash -lc 'make test'", 2),
    item("completed", "item_2", "file_change", changes=[{"path": "a.py", "kind": "update"}]),
    item("completed", "item_3", "mcp_tool_call", server="docs", tool="ask", error={"message": "no such page"},
         status="failed"),
    item("completed", "item_4", "todo_list", items=[{"text": "Fix", "completed": True}]),
    item("completed", "item_5", "agent_message", text="Done."),
)  # fmt: skip


def read_lines(records):
    return read([SourceFile("out.txt", b"\n".join(json.dumps(r).encode() for r in records))], now=LATER)


def test_it_is_told_by_its_lines():
    data = b"\n".join(json.dumps(record).encode() for record in lines(*FIX))
    assert detect(SourceFile("x", data)) == ("codex", "the output of `codex exec --json`")


def test_items_become_responses_and_calls():
    batch = read_lines(lines(*FIX))
    assert kinds(batch) == ["llm", "tool"] * 4 + ["llm"]
    assert {step.context for step in batch.steps} == {None}
    [run] = batch.runs
    assert (run.external_id, run.session, run.status) == (THREAD, THREAD, RunStatus.DONE)
    assert (run.name, run.task) == ("Done.", None)
    tools = [step for step in batch.steps if step.tool]
    assert json.loads(tools[0].input) == {"cmd": "make test"}
    assert [step.tool for step in tools] == ["exec_command", "apply_patch", "mcp__docs__ask", "update_plan"]
    assert (tools[0].status, tools[0].exit_code, tools[0].error) == (StepStatus.FAILED, 2, "exit 2: boom")
    assert (tools[2].status, tools[2].error_kind, tools[2].error) == (
        StepStatus.FAILED,
        "mcp",
        "no such page",
    )
    assert json.loads(tools[3].input) == {"plan": [{"step": "Fix", "status": "completed"}]}
    [change] = batch.changes
    assert (change.path, change.op, change.basis) == ("a.py", Op.EDIT, Basis.NAME)


def test_the_usage_of_a_turn_stands_on_its_last_response():
    second = lines(item("completed", "item_6", "agent_message", text="More."), usage=(700, 300, 50))[1:]
    *others, last, more = calls_of(read_lines(lines(*FIX) + second))
    assert [call.tokens for call in others] == [None] * 4
    assert (last.tokens, last.detail["usage_of"]) == (Tokens(input=200, cache_read=100, output=20), "turn")
    assert more.tokens == Tokens(input=200, cache_read=200, output=30)


def test_a_failed_turn_fails_the_run():
    records = [*lines(*FIX)[:-1], {"type": "turn.failed", "error": {"message": "usage limit reached"}}]
    batch = read_lines(records)
    assert (batch.runs[0].status, batch.runs[0].error) == (RunStatus.FAILED, "usage limit reached")
    assert kinds(batch)[-1] == "error"


def test_a_command_that_never_ended_is_unanswered():
    batch = read_lines(lines(command("item_0", "sleep 99", 0, "started"))[:-1])
    assert batch.steps[-1].status == StepStatus.UNANSWERED


def test_a_growing_output_keeps_its_keys_and_another_output_of_the_thread_has_its_own():
    whole = read_lines(lines(*FIX))
    part = read_lines(lines(*FIX)[:5])
    assert [step.key for step in part.steps] == [step.key for step in whole.steps][: len(part.steps)]
    other = read_lines(lines(item("completed", "item_0", "agent_message", text="Resumed.")))
    assert by_key(other).keys().isdisjoint(by_key(whole))


def test_the_rollout_of_the_same_thread_says_more():
    printed = SourceFile("out", b"\n".join(json.dumps(record).encode() for record in lines(*FIX)))
    batch = read([printed, fixture()], now=LATER)
    assert [run.external_id for run in batch.runs] == [THREAD]
