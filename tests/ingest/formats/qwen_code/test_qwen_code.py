"""Qwen Code: small chats written here, after the words of its own records."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.qwen_code import read
from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.kinds import Basis, Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

SHOP = "/home/dev/shop"


def record(n, type, **more):
    told = {"uuid": f"r{n}", "parentUuid": f"r{n - 1}" if n > 1 else None, "sessionId": "s-1"}
    told |= {"timestamp": f"2026-11-19T09:14:{n:02}.000Z", "type": type, "cwd": SHOP, "version": "0.22.2"}
    return {**told, "gitBranch": "main", **more}


def user(n, text, **more):
    return record(n, "user", message={"role": "user", "parts": [{"text": text}]}, **more)


def says(n, *parts, usage=(100, 25, 90, 5, 125), **more):
    names = ("promptTokenCount", "candidatesTokenCount", "cachedContentTokenCount", "thoughtsTokenCount")
    told = dict(zip((*names, "totalTokenCount"), usage, strict=True))
    message = {"role": "model", "parts": list(parts)}
    return record(n, "assistant", model="qwen-x", message=message, usageMetadata=told, **more)


def asks(id, name, args):
    return {"functionCall": {"id": id, "name": name, "args": args}}


def result(n, id, response, status="success", **more):
    parts = [{"functionResponse": {"id": id, "name": "x", "response": response}}]
    told = {"callId": id, "status": status, **more}
    return record(n, "tool_result", message={"role": "user", "parts": parts}, toolCallResult=told)


def event(n, name, **more):
    payload = {"uiEvent": {"event.name": f"qwen-code.{name}", **more}}
    return record(n, "system", subtype="ui_telemetry", systemPayload=payload)


def batch_of(*records):
    data = "\n".join(map(json.dumps, records)).encode()
    batch = read_files([SourceFile("chat.jsonl", data)], now=NOW)
    assert (batch.format, batch.quarantined) == ("qwen-code", [])
    return batch


def steps_by_key(batch):
    return {step.key: step for step in batch.steps}


def heard(step):
    return [json.loads(node.message.data) for node in step.context.nodes()][::-1]


EDIT = {"file_path": f"{SHOP}/a.py", "old_string": "a", "new_string": "b"}
SHOWN = {
    "fileDiff": "--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n",
    "fileName": "a.py",
    "originalContent": "a\n",
    "newContent": "b\n",
}


def test_records_become_steps_with_their_results():
    thought = {"text": "Look first.", "thought": True}
    command = "Command: make\nOutput: no rule\nExit Code: 2\nSignal: 0"
    batch = batch_of(
        user(1, "Fix it", systemPayload={"displayText": "Fix it!"}),
        event(2, "api_response", duration_ms=1_500, response_id="chat-1"),
        says(
            3,
            thought,
            {"text": "I look."},
            asks("c1", "edit", EDIT),
            asks("c2", "run_shell_command", {"command": "make"}),
        ),
        result(4, "c1", {"output": "ok"}, resultDisplay=SHOWN),
        result(5, "c2", {"error": command}, "error", errorType="shell_execute_error"),
        says(6, {"text": "Done."}, usage=(200, 20, 0, 5, 225)),
    )
    assert [(step.kind, step.key) for step in batch.steps] == [
        (Kind.PROMPT, "prompt:r1"),
        (Kind.LLM, "llm:r3"),
        (Kind.TOOL, "c1"),
        (Kind.TOOL, "c2"),
        (Kind.LLM, "llm:r6"),
    ]
    steps = steps_by_key(batch)
    assert steps["prompt:r1"].input_preview == "Fix it!"
    first, last = steps["llm:r3"], steps["llm:r6"]
    assert first.tokens == Tokens(input=10, cache_read=90, output=25, reasoning=5)
    assert last.tokens == Tokens(input=200, output=25, reasoning=5)
    assert (first.ended_at - first.started_at).total_seconds() == 1.5
    assert [block["type"] for block in json.loads(first.output)] == [
        "thinking",
        "text",
        "tool_use",
        "tool_use",
    ]
    assert [message["role"] for message in heard(last)] == ["user", "assistant", "tool", "tool"]
    failed = steps["c2"]
    assert (failed.status, failed.error_kind, failed.exit_code, failed.error) == (
        StepStatus.FAILED,
        "command",
        2,
        "exit 2: no rule",
    )
    [change] = batch.changes
    assert (change.step, change.path, change.basis, change.before, change.after) == (
        "c1",
        "a.py",
        Basis.CONTENT,
        "a\n",
        "b\n",
    )
    [run] = batch.runs
    assert (run.external_id, run.agent, run.agent_version, run.branch, run.cwd, run.model, run.status) == (
        "s-1",
        "qwen-code",
        "0.22.2",
        "main",
        SHOP,
        "qwen-x",
        RunStatus.DONE,
    )


def test_what_was_cut_for_the_record_is_told_by_its_diff():
    cut = {**SHOWN, "truncatedForSession": True, "originalContentTruncated": True}
    batch = batch_of(
        user(1, "Go"), says(2, asks("c1", "edit", EDIT)), result(3, "c1", {"output": "ok"}, resultDisplay=cut)
    )
    assert [(change.basis, change.before) for change in batch.changes] == [(Basis.PATCH, None)]


def test_failed_requests_are_retries_when_an_answer_follows():
    error = {"error_message": "429 slow down", "status_code": 429}
    again = batch_of(user(1, "Go"), event(2, "api_error", **error), says(3, {"text": "Done."}))
    assert [(step.kind, step.error) for step in again.steps] == [
        (Kind.PROMPT, None),
        (Kind.RETRY, "429 slow down"),
        (Kind.LLM, None),
    ]
    dead = batch_of(user(1, "Go"), event(2, "api_error", **error))
    assert [step.kind for step in dead.steps] == [Kind.PROMPT, Kind.ERROR]
    assert (dead.runs[0].status, dead.runs[0].error) == (RunStatus.FAILED, "429 slow down")


def test_compressions_rewinds_and_the_programs_own_words():
    kept = [
        {"role": "user", "parts": [{"text": "All so far"}]},
        {"role": "model", "parts": [{"text": "Got it."}]},
    ]
    compressed = record(4, "system", subtype="chat_compression", systemPayload={"compressedHistory": kept})
    back = record(8, "system", subtype="rewind", systemPayload={"truncatedCount": 2}) | {"parentUuid": "r3"}
    batch = batch_of(
        user(1, "Go"),
        says(2, {"text": "One."}),
        user(3, "Note", subtype="notification"),
        back,
        user(9, "Else"),
        says(10, {"text": "Two."}),
        compressed | {"uuid": "r11"},
        user(12, "Now"),
        says(13, {"text": "Three."}),
    )
    steps = steps_by_key(batch)
    assert [step.key for step in batch.steps if step.kind is Kind.PROMPT] == [
        "prompt:r1",
        "prompt:r9",
        "prompt:r12",
    ]
    assert [step.name for step in batch.steps if step.kind is Kind.EVENT] == [
        "Note",
        "Went back to an earlier message",
    ]
    assert [message["content"] for message in heard(steps["llm:r10"])][::3] == ["Go", "Else"]
    assert steps["compaction:r11"].output == "All so far"
    assert [message["role"] for message in heard(steps["llm:r13"])] == ["user", "assistant", "user"]


def test_sub_agents_forks_and_titles():
    lane = {"agentId": "explore-7f", "isSidechain": True}
    title = record(2, "system", subtype="custom_title", systemPayload={"customTitle": "Cart"})
    fork = {"forkedFrom": {"sessionId": "s-0", "messageUuid": "r1"}}
    batch = batch_of(
        user(1, "Go", **fork),
        title,
        says(3, asks("c1", "agent", {"subagent_type": "explore", "prompt": "Look"})),
        user(4, "Look", **lane),
        says(5, {"text": "Here."}, **lane),
        result(6, "c1", {"output": "found"}),
    )
    assert [(step.key, step.kind, step.agent) for step in batch.steps] == [
        ("prompt:r1", Kind.PROMPT, ""),
        ("llm:r3", Kind.LLM, ""),
        ("c1", Kind.AGENT, ""),
        ("llm:r5", Kind.LLM, "explore-7f"),
    ]
    assert [step.parent for step in batch.steps if step.agent] == ["c1"]  # it began in that call's time
    assert (batch.runs[0].parent, batch.runs[0].name) == ("s-0", "Cart")


RICH = [
    user(1, "Go"),
    event(2, "api_error", error="no"),
    says(3, {"text": "I look."}, asks("c1", "edit", EDIT)),
    result(4, "c1", {"output": "ok"}, resultDisplay=SHOWN),
    record(
        5,
        "system",
        subtype="chat_compression",
        systemPayload={"compressedHistory": [{"role": "user", "parts": "x"}]},
    ),
    record(6, "system", subtype="rewind", systemPayload={}),
    says(7, {"text": "Done."}),
]


@settings(max_examples=150)
@given(st.data())
def test_any_wild_value_anywhere_is_read(data):
    check(read, b"\n".join(map(as_bytes, mutated(data, RICH))))


def test_chat_that_just_began_is_no_run_and_no_trouble():
    batch = read([SourceFile("x.jsonl", as_bytes([record(1, "system", subtype="ui_telemetry")]))], now=NOW)
    assert (batch.runs, batch.quarantined) == ([], [])
