"""What becomes of the records of a rollout, on small files of our own."""

import json

from ingest.formats.codex import read
from ingest.sources import SourceFile
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.codex.script import CWD, LATER, START, THREAD, Script, by_key, calls_of, kinds


def messages_of(step):
    return [json.loads(node.message.data) for node in reversed(list(step.context.nodes()))]


def fix() -> Script:
    """A prompt, a command, an answer."""
    script = Script(base_instructions={"text": "You are Codex."})
    script.turn(effort="high")
    script.item("message", role="user", content=[{"type": "input_text", "text": "<environment_context>…"}])
    script.prompt("Fix the total\nof the cart")
    script.item("reasoning", summary=[{"type": "summary_text", "text": "Read first."}])
    script.says("I look at it.")
    script.runs("call_1", "cat cart.py", "total = 1\n")
    script.counts(1000, 400, 50)
    script.says("Done.", phase="final_answer")
    script.counts(1200, 1000, 20)
    script.event("task_complete", turn_id="t", last_agent_message="Done.")
    return script


def test_a_run_says_who_where_and_how_it_ended():
    [run] = fix().read().runs
    assert (run.external_id, run.agent, run.agent_version, run.model) == (
        THREAD,
        "codex",
        "0.140.0",
        "gpt-5.5",
    )
    assert (run.repo, run.branch, run.commit, run.cwd) == ("shop", "main", "c0ffee", CWD)
    assert (run.name, run.task) == ("Fix the total", "Fix the total\nof the cart")
    assert (run.status, run.error, run.session, run.parent) == (RunStatus.DONE, None, THREAD, None)
    assert (run.started_at - START).seconds == 1
    assert run.meta["approval_policies"] == ["never"]


def test_a_prompt_stands_once_and_what_the_program_writes_is_none():
    batch = fix().read()
    assert [s.input for s in batch.steps if s.kind == Kind.PROMPT] == ["Fix the total\nof the cart"]
    assert kinds(batch) == ["prompt", "llm", "tool", "llm"]


def test_tokens_are_four_disjoint_buckets_and_a_repeated_count_counts_once():
    script = fix()
    script.event("token_count", info=None)
    script.counts(0, 0, 0)  # the same total again
    first, second = calls_of(script.read())
    assert first.tokens == Tokens(input=600, cache_read=400, output=50)
    assert second.tokens == Tokens(input=200, cache_read=1000, output=20)


def test_a_response_has_its_blocks_and_the_messages_it_was_given():
    first, second = calls_of(fix().read())
    assert json.loads(first.output) == [
        {"type": "thinking", "thinking": "Read first."},
        {"type": "text", "text": "I look at it."},
        {
            "type": "tool_use",
            "id": "call_1",
            "name": "exec_command",
            "input": {"cmd": "cat cart.py", "workdir": CWD},
        },
    ]
    assert (first.stop_reason, second.stop_reason, first.detail["effort"]) == ("tool_calls", "stop", "high")
    given = messages_of(first)
    assert given[0] == {"role": "system", "content": "You are Codex."}
    assert [message["role"] for message in given] == ["system", "user", "user"]
    assert [message["type"] for message in messages_of(second)[3:]] == [
        "reasoning",
        "message",
        "function_call",
        "function_call_output",
    ]


def test_a_command_has_its_exit_code_and_its_time():
    script = fix()
    script.runs("call_2", "make test", "E: broken\n", 2)
    step = by_key(script.read())["call_2"]
    assert (step.status, step.error_kind, step.error) == (StepStatus.FAILED, "command", "exit 2: E: broken")
    assert (step.exit_code, step.duration_ms) == (2, 250)


def test_a_growing_file_keeps_its_keys():
    whole = fix()
    keys = [step.key for step in whole.read().steps]
    for size in range(2, len(whole.records)):
        part = Script()
        part.records = whole.records[:size]
        assert [step.key for step in part.read().steps] == keys[: len(part.read().steps)]


def test_a_cut_line_is_kept_and_the_rest_read():
    data = fix().data
    batch = read([SourceFile("r.jsonl", data[:-20])], now=LATER)
    assert [bad.where for bad in batch.quarantined] == ["r.jsonl:16"]
    assert kinds(batch) == ["prompt", "llm", "tool", "llm"]


def test_a_file_without_a_thread_is_kept_aside():
    line = json.dumps(fix().records[2]).encode()
    batch = read([SourceFile("r.jsonl", line)], now=LATER)
    assert (batch.runs, len(batch.quarantined)) == ([], 1)
