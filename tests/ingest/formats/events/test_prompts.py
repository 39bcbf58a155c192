"""System prompts in native events."""

import json

from ingest.formats import events
from runs.kinds import Kind

USER = {"role": "user", "content": "Fix it"}


def read(*lines):
    body = "\n".join(json.dumps({"run": "r", **line}) for line in lines).encode()
    return events.read_events(events.split(body)).steps


def messages(step):
    return [json.loads(node.message.data) for node in step.context.nodes()][::-1]


def test_system_beside_messages_is_the_first_message():
    [step] = read({"kind": "llm_call", "id": "m", "messages": [USER], "system": "Be brief."})
    assert messages(step) == [{"role": "system", "content": "Be brief."}, USER]


def test_instructions_and_blocks_are_other_spellings():
    blocks = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    [step] = read({"kind": "llm_call", "id": "m", "messages": [USER], "instructions": blocks})
    assert messages(step) == [{"role": "system", "content": blocks}, USER]


def test_message_that_is_there_already_is_not_doubled():
    first = {"role": "system", "content": "Be brief."}
    line = {"kind": "llm_call", "id": "m", "messages": [first, USER], "system": "Be brief."}
    body = json.dumps({"run": "r", **line}, separators=(",", ":")).encode()
    [step] = events.read_events(events.split(body)).steps
    assert messages(step) == [first, USER]


def test_empty_system_is_none():
    for empty in (None, "", []):
        [step] = read({"kind": "llm_call", "id": "m", "messages": [USER], "system": empty})
        assert messages(step) == [USER]


def test_prompt_of_a_run_is_a_step_that_the_timeline_leaves_out():
    named = {"prompt_name": "fixer", "prompt_version": 2, "template": "You fix {{thing}}."}
    [step] = read({"kind": "run_start", "system": "You fix carts.", **named})
    assert (step.key, step.kind, step.input, step.output, step.detail) == (
        "system-prompt",
        Kind.EVENT,
        "You fix carts.",
        "You fix {{thing}}.",
        {"prompt_name": "fixer", "prompt_version": "2", "meta": True},
    )


def test_names_told_with_every_call_are_one_step():
    calls = [
        {
            "kind": "llm_call",
            "id": f"m{n}",
            "ts": n,
            "messages": [USER],
            "system": "S",
            "prompt_name": "fixer",
        }
        for n in (1, 2)
    ]
    told = [step for step in read(*calls) if step.kind is Kind.EVENT]
    assert [(step.key, step.input, step.raw) for step in told] == [("system-prompt", None, None)] * 2


def test_prompt_of_a_call_without_messages_is_kept():
    lane = {"kind": "llm_call", "id": "m", "agent": "x", "new_messages": [USER], "system": "Look."}
    told = [step for step in read(lane) if step.name == "system prompt"]
    assert [(step.key, step.agent, step.input) for step in told] == [("system-prompt:x", "x", "Look.")]


def test_tools_are_counted_and_not_repeated_in_the_raw_record():
    tools = [{"name": "Bash", "input_schema": {"description": "x" * 1_000}}, {"name": "Read"}]
    [step] = read({"kind": "llm_call", "id": "m", "messages": [USER], "tools": tools})
    assert step.detail["tools"]["count"] == 2
    assert len(step.detail["tools"]["digest"]) == 32
    assert len(step.raw) < 200
