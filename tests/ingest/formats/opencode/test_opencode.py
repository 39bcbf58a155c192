"""opencode: small sessions written here, and the real ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.opencode import read
from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Basis, Kind, Op, Origin, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

T = 1_795_080_000_000  # 2026-11-19, in milliseconds
SHOP = "/home/dev/shop"
INFO = {
    "id": "ses_1",
    "projectID": "b347",
    "directory": SHOP,
    "title": "New session - 2026",
    "version": "1.18.33",
    "cost": 0.5,
    "time": {"created": T, "updated": T},
}
BOTH = "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n class A:\n-    a\n+    b\n"


def user(n, text="Fix it", *parts, **more):
    asked = [{"id": f"prt_{n:02}a", "type": "text", "text": text}] if text else []
    info = {"id": f"msg_{n:02}", "role": "user", "sessionID": "ses_1", "time": {"created": T + n * 1000}}
    return {"info": {**info, **more}, "parts": [*asked, *parts]}


def tool(n, name, given, output=None, *, error=None, **metadata):
    time = {"start": T + n * 1000, "end": T + n * 1000 + 500}
    state = {"status": "error" if error else "completed", "input": given, "metadata": metadata, "time": time}
    state |= {"error": error} if error else {"output": output}
    return {"id": f"prt_{n:02}t", "type": "tool", "callID": f"c{n}", "tool": name, "state": state}


def finish(n, *, total=None, **more):
    tokens = {"input": 10, "output": 20, "reasoning": 5, "cache": {"read": 70, "write": 3}}
    tokens |= {"total": total} if total else {}
    return {
        "id": f"prt_{n:02}z",
        "type": "step-finish",
        "reason": "stop",
        "cost": 0.25,
        "tokens": tokens,
        **more,
    }


def says(n, *parts, finish="stop", **more):
    info = {
        "id": f"msg_{n:02}",
        "role": "assistant",
        "sessionID": "ses_1",
        "modelID": "m-1",
        "providerID": "p",
        "path": {"cwd": SHOP, "root": SHOP},
        "time": {"created": T + n * 1000, "completed": T + n * 1000 + 900},
        "finish": finish,
    }
    return {"info": {**info, **more}, "parts": list(parts)}


def text(n, words):
    return {
        "id": f"prt_{n:02}b",
        "type": "text",
        "text": words,
        "time": {"start": T, "end": T + n * 1000 + 300},
    }


def export(*messages, **more):
    return json.dumps({"info": {**INFO, **more}, "messages": messages}).encode()


def batch_of(*files):
    named = [one if isinstance(one, tuple) else ("export.json", one) for one in files]
    batch = read_files([SourceFile(path, data) for path, data in named], now=NOW)
    assert batch.format == "opencode"
    return batch


def steps_by_key(batch):
    return {step.key: step for step in batch.steps}


def heard(step):
    return [json.loads(node.message.data) for node in step.context.nodes()][::-1]


EDIT = {"filePath": f"{SHOP}/a.py", "oldString": "    a", "newString": "    b"}
READ = {"filePath": f"{SHOP}/a.py"}
ADDED = {"id": "prt_01s", "type": "text", "text": "Called the Read tool", "synthetic": True}


def test_a_session_is_a_run_of_prompts_answers_and_calls():
    thought = {"id": "prt_02a", "type": "reasoning", "text": "Look first."}
    shown = {"lineStart": 1, "lineEnd": 2, "totalLines": 9}
    looks = says(
        2,
        thought,
        text(2, "I look."),
        tool(3, "read", READ, "a", display=shown),
        finish(3),
        finish="tool-calls",
    )
    batch = batch_of(
        export(user(1, '"Fix \\"it\\" now"', ADDED), looks, says(4, text(4, "Done."), finish(4)))
    )
    assert [(step.kind, step.key) for step in batch.steps] == [
        (Kind.PROMPT, "prompt:msg_01"),
        (Kind.LLM, "llm:msg_02"),
        (Kind.TOOL, "c3"),
        (Kind.LLM, "llm:msg_04"),
    ]
    steps = steps_by_key(batch)
    assert steps["prompt:msg_01"].input_preview == 'Fix "it" now'
    assert json.loads(steps["llm:msg_02"].output) == [
        {"type": "thinking", "thinking": "Look first."},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "c3", "name": "read", "input": READ},
    ]
    assert [message["role"] for message in heard(steps["llm:msg_04"])] == ["user", "assistant", "tool"]
    assert heard(steps["llm:msg_04"])[0]["content"].endswith("\nCalled the Read tool")
    assert steps["c3"].detail == {"start_line": 1, "lines": 2, "total_lines": 9}
    answer = steps["llm:msg_02"]
    assert (answer.cost_usd, answer.model, answer.ended_at) == (0.25, "m-1", steps["c3"].started_at)
    [run] = batch.runs
    assert (run.external_id, run.name, run.agent_version, run.cwd, run.repo, run.status) == (
        "ses_1",
        'Fix "it" now',
        "1.18.33",
        SHOP,
        "shop",
        RunStatus.DONE,
    )


@pytest.mark.parametrize(("total", "output"), [(108, 25), (103, 20), (None, 20)])
def test_the_total_says_whether_reasoning_lies_beside_the_output(total, output):
    batch = batch_of(export(user(1), says(2, text(2, "Done."), finish(2, total=total))))
    found = steps_by_key(batch)["llm:msg_02"].tokens
    assert found == Tokens(input=10, cache_read=70, cache_write_5m=3, output=output, reasoning=5)


def test_a_message_of_several_steps_is_several_calls():
    parts = [tool(2, "read", READ, "a"), finish(2), tool(3, "read", READ, "a"), finish(3)]
    parts[1] |= {"id": "prt_02u"}
    batch = batch_of(export(user(1), says(2, *parts, cost=0.5, tokens={"input": 20})))
    calls = [step for step in batch.steps if step.kind is Kind.LLM]
    assert [(step.key, step.cost_usd, step.tokens.input) for step in calls] == [
        ("llm:msg_02", 0.25, 10),
        ("llm:msg_02:1", 0.25, 10),
    ]
    assert len(heard(calls[1])) == 3


def test_calls_end_as_their_words_say():
    metadata = "<bash_metadata>\nbash tool terminated command after exceeding timeout 5 ms\n</bash_metadata>"
    running = {"status": "running", "input": {}, "time": {"start": T}}
    asked = [
        tool(3, "bash", {"command": "make"}, "no rule\n", exit=2),
        tool(4, "edit", EDIT, error="Could not find oldString in the file."),
        tool(5, "bash", {}, error="The user rejected permission to use this specific tool call."),
        tool(
            6, "bash", {}, error="The user has specified a rule which prevents you from using this tool call."
        ),
        tool(7, "read", {}, error="Tool execution aborted"),
        tool(8, "read", {}, error="The read tool was called with invalid arguments: …"),
        tool(9, "bash", {"command": "sleep 9"}, metadata, exit=143),
        {"id": "prt_10t", "type": "tool", "callID": "c10", "tool": "bash", "state": running},
    ]
    steps = steps_by_key(batch_of(export(user(1), says(2, *asked, finish="tool-calls"))))
    ended = [
        (steps[f"c{n}"].status, steps[f"c{n}"].error_kind, steps[f"c{n}"].exit_code) for n in range(3, 11)
    ]
    assert ended == [
        (StepStatus.FAILED, "command", 2),
        (StepStatus.FAILED, "tool", None),
        (StepStatus.DENIED, "human", None),
        (StepStatus.DENIED, "policy", None),
        (StepStatus.CANCELLED, "cancelled", None),
        (StepStatus.FAILED, "validation", None),
        (StepStatus.FAILED, "timeout", 143),
        (StepStatus.UNANSWERED, None, None),
    ]
    assert steps["c3"].error == "exit 2: no rule"


def test_changes_are_told_by_tools_and_by_the_disk():
    diffs = [{"file": "a.py", "patch": f"Index: a.py\n====\n{BOTH}", "status": "modified"},
             {"file": "s.py", "patch": BOTH.replace("a.py", "s.py"), "status": "modified"}]  # fmt: skip
    disk = {
        "id": "prt_05p",
        "type": "patch",
        "hash": "h",
        "files": [f"{SHOP}/a.py", f"{SHOP}/s.py", f"{SHOP}/t.py"],
    }
    touched = {"id": "prt_06p", "type": "patch", "hash": "h", "files": [f"{SHOP}/t.py"]}
    known = {"file": f"{SHOP}/k.py", "before": "a", "after": "b", "patch": BOTH}
    files = [
        {"filePath": f"{SHOP}/d.py", "type": "delete", "before": "x", "after": ""},
        {"filePath": f"{SHOP}/o.py", "movePath": f"{SHOP}/n.py", "type": "move", "before": "x", "after": "y"},
    ]
    first = [
        tool(3, "edit", EDIT, "ok", filediff={"patch": "cut"}),
        tool(4, "bash", {"command": "x"}, "", exit=0),
        disk,
    ]
    second = [
        tool(5, "write", {"filePath": f"{SHOP}/w.py", "content": "w"}, "ok", exists=False),
        tool(6, "edit", {**EDIT, "filePath": f"{SHOP}/k.py"}, "ok", filediff=known),
        touched,
        tool(7, "apply_patch", {"patchText": "*** Begin Patch"}, "ok", files=files),
        tool(8, "edit", EDIT, error="no"),
    ]
    batch = batch_of(export(user(1, summary={"diffs": diffs}), says(2, *first), says(5, *second)))
    told = [(c.step, c.path, c.op, c.basis, c.origin) for c in batch.changes]
    assert told == [
        ("c3", "a.py", Op.EDIT, Basis.PATCH, Origin.DECLARED),
        ("c4", "s.py", Op.EDIT, Basis.PATCH, Origin.OBSERVED),
        ("c4", "t.py", Op.EDIT, Basis.NAME, Origin.OBSERVED),
        ("c5", "w.py", Op.CREATE, Basis.CONTENT, Origin.DECLARED),
        ("c6", "k.py", Op.EDIT, Basis.CONTENT, Origin.DECLARED),
        ("c7", "d.py", Op.DELETE, Basis.CONTENT, Origin.DECLARED),
        ("c7", "n.py", Op.RENAME, Basis.CONTENT, Origin.DECLARED),
        ("c7", "t.py", Op.EDIT, Basis.NAME, Origin.OBSERVED),
    ]
    assert batch.changes[0].patch == BOTH
    assert (batch.changes[0].before, batch.changes[6].old_path) == (None, "o.py")


def test_sub_agents_are_lanes_and_their_changes_are_told_once():
    task = tool(
        3,
        "task",
        {"description": "Look", "subagent_type": "explore", "prompt": "p"},
        "found",
        sessionId="ses_2",
    )
    disk = {"id": "prt_03p", "type": "patch", "hash": "h", "files": [f"{SHOP}/a.py"]}
    main = export(user(1), says(2, task, disk, finish="tool-calls"), says(8, text(8, "Done."), finish(8)))
    sub = export(user(4, "p"), says(5, tool(3, "edit", EDIT, "ok"), finish(5)), id="ses_2", parentID="ses_1")
    batch = batch_of(main, ("sub.json", sub))
    assert [run.external_id for run in batch.runs] == ["ses_1"]
    assert [(s.key, s.agent, s.parent) for s in batch.steps if s.agent or s.kind is Kind.AGENT] == [
        ("c3", "", None),
        ("llm:msg_05", "ses_2", "c3"),
        ("ses_2:c3", "ses_2", "c3"),
    ]
    assert steps_by_key(batch)["c3"].detail == {
        "agent_id": "ses_2",
        "agent_type": "explore",
        "description": "Look",
        "transcript": "here",
    }
    assert [(c.step, c.origin) for c in batch.changes] == [("ses_2:c3", Origin.DECLARED)]
    assert [(c.step, c.origin) for c in batch_of(main).changes] == [("c3", Origin.OBSERVED)]
    alone = batch_of(sub)
    assert [(run.external_id, run.status, run.name) for run in alone.runs] == [("ses_1", None, None)]


def test_compactions_retries_and_errors():
    asks = user(3, "", {"id": "prt_03c", "type": "compaction", "auto": True})
    error = {"name": "APIError", "data": {"message": "overloaded\nagain", "statusCode": 529}}
    retry = {"id": "prt_05r", "type": "retry", "attempt": 1, "error": error, "time": {"created": T + 5000}}
    batch = batch_of(
        export(
            user(1),
            says(2, text(2, "One."), finish(2)),
            asks,
            says(4, text(4, "All so far."), finish(4), summary=True),
            user(5, "Go on"),
            says(6, retry, text(6, "Two."), finish(6)),
            user(7, "And?"),
            says(8, finish=None, error=error),
        )
    )
    steps = steps_by_key(batch)
    assert [step.key for step in batch.steps if step.kind is Kind.PROMPT] == [
        f"prompt:msg_0{n}" for n in (1, 5, 7)
    ]
    assert steps["compaction:msg_04"].output == "All so far."
    assert [message["role"] for message in heard(steps["llm:msg_06"])] == ["user", "assistant", "user"]
    again = steps["retry:msg_06:1"]
    assert (again.kind, again.attempt, again.error, again.error_kind) == (Kind.RETRY, 1, "overloaded", "api")
    assert (steps["llm:msg_08"].status, steps["llm:msg_08"].error) == (StepStatus.FAILED, "overloaded")
    assert (batch.runs[0].status, batch.runs[0].error) == (RunStatus.FAILED, "overloaded")
    stopped = says(2, text(2, "On"), finish=None, error={"name": "MessageAbortedError", "data": {}})
    assert batch_of(export(user(1), stopped)).runs[0].status is RunStatus.INTERRUPTED
    assert batch_of(export(user(1), says(2, finish="tool-calls"))).runs[0].status is RunStatus.UNFINISHED


def test_files_of_the_storage_are_the_same_session_as_its_export():
    messages = [
        user(1),
        says(2, text(2, "I look."), tool(3, "read", READ, "a"), finish(3)),
        says(4, text(4, "Done.")),
    ]
    files = [("session/b347/ses_1.json", json.dumps(INFO, indent=2).encode())]
    for message in messages:
        id = message["info"]["id"]
        files.append((f"message/ses_1/{id}.json", json.dumps(message["info"], indent=2).encode()))
        files += [
            (f"part/{id}/{p['id']}.json", json.dumps({**p, "messageID": id, "sessionID": "ses_1"}).encode())
            for p in message["parts"]
        ]
    stored, exported = batch_of(*reversed(files)), batch_of(export(*messages))
    assert [step.key for step in stored.steps] == ["prompt:msg_01", "llm:msg_02", "c3", "llm:msg_04"]
    assert [(s.key, s.input, s.output, s.tokens) for s in stored.steps] == [
        (s.key, s.input, s.output, s.tokens) for s in exported.steps
    ]
    assert len(stored.runs) == 1
    parts = batch_of(*(file for file in files if file[0].startswith("part/")))
    assert (parts.steps, [bad.why[:17] for bad in parts.quarantined]) == (
        [],
        ["Parts of messages", "No messages are i"],
    )


def test_what_run_prints_is_the_session_without_its_prompt():
    call = {**tool(3, "read", READ, "a"), "messageID": "msg_02", "sessionID": "ses_1"}
    said = {**text(4, "Done."), "messageID": "msg_04", "sessionID": "ses_1"}
    lines = [
        {"type": "tool_use", "timestamp": T + 3000, "sessionID": "ses_1", "part": call},
        {"type": "step_finish", "timestamp": T + 3100, "sessionID": "ses_1",
         "part": {**finish(3), "messageID": "msg_02", "sessionID": "ses_1"}},
        {"type": "text", "timestamp": T + 4000, "sessionID": "ses_1", "part": said},
    ]  # fmt: skip
    batch = batch_of("\n".join(map(json.dumps, lines)).encode())
    assert [step.key for step in batch.steps] == ["llm:msg_02", "c3", "llm:msg_04"]
    failed = {
        "type": "error",
        "timestamp": T,
        "sessionID": "ses_1",
        "error": {"name": "UnknownError", "data": {"message": "no key"}},
    }
    assert batch_of(json.dumps(failed).encode()).runs[0].error == "no key"


def test_masked_ids_and_cut_exports():
    reads = [tool(3, "read", READ, "a"), finish(3)]
    messages = [user(1), says(2, *reads), says(3, *reads), says(4, text(4, "Done."))]
    masked = json.loads(export(*messages))
    masked["info"]["id"] = "REDACTED"
    for message in masked["messages"]:
        message["info"]["id"] = "REDACTED"
        for part in message["parts"]:
            part["id"] = part["callID"] = "REDACTED"
    batch = batch_of(json.dumps(masked).encode())
    keys = ["prompt:n0", "llm:n1", "tool:n1:p0", "llm:n2", "tool:n2:p0", "llm:n3"]
    assert [step.key for step in batch.steps] == keys
    assert batch.runs[0].external_id.startswith("opencode-")
    whole = export(*messages[:2], messages[-1])
    cut = batch_of(whole[:-40])
    assert [step.key for step in cut.steps] == ["prompt:msg_01", "llm:msg_02", "c3", "llm:msg_04"]
    assert [bad.where for bad in cut.quarantined] == ["export.json"]


RICH = json.loads(
    export(
        user(1, summary={"diffs": [{"file": "a.py", "patch": BOTH, "status": "modified"}]}),
        says(2, text(2, "I look."), tool(3, "edit", EDIT, "ok", filediff={"before": "a", "after": "b"}),
             {"id": "prt_03p", "type": "patch", "files": [f"{SHOP}/b.py"]}, finish(3, total=108)),
        says(4, tool(5, "apply_patch", {"patchText": "*** Begin Patch\n*** Add File: n\n+x"}, "ok"),
             tool(6, "task", {"prompt": "p"}, "ok", sessionId="ses_2"), summary=True),
        says(7, {"id": "prt_07r", "type": "retry", "attempt": 1, "error": {"name": "E"}, "time": {}},
             error={"name": "APIError", "data": {"message": "no"}}),
    )
)  # fmt: skip


@settings(max_examples=150)
@given(st.data())
def test_any_wild_value_anywhere_is_read(data):
    text = as_bytes(mutated(data, RICH))
    check(read, text[: data.draw(st.integers(0, len(text)))] if data.draw(st.booleans()) else text)


@pytest.mark.parametrize(
    ("name", "calls", "tools", "failed", "changes", "tokens", "cost"),
    [
        ("bugfix", 5, 5, 0, 1, Tokens(input=8_693, cache_read=33_138, output=221, reasoning=15), 0.0393354),
        (
            "sideways",
            25,
            24,
            10,
            6,
            Tokens(input=12_847, cache_read=252_246, output=766, reasoning=16),
            0.1257048,
        ),
    ],
)
def test_real_exports(name, calls, tools, failed, changes, tokens, cost, shared_data):
    path = shared_data.parent / "agents" / "opencode" / name / "export.json"
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    kinds = [step.kind for step in batch.steps]
    assert (kinds.count(Kind.PROMPT), kinds.count(Kind.LLM), kinds.count(Kind.TOOL)) == (1, calls, tools)
    assert sum(step.status in FAILED_STATES for step in batch.steps) == failed
    assert len(batch.changes) == changes
    assert sum((step.tokens for step in batch.steps if step.tokens), Tokens()) == tokens
    assert sum(step.cost_usd for step in batch.steps if step.cost_usd) == pytest.approx(cost)
    assert batch.quarantined == []


def test_the_silent_change_of_a_shell_is_seen(shared_data):
    path = shared_data.parent / "agents" / "opencode" / "sideways" / "export.json"
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    [silent, revert] = [change for change in batch.changes if change.origin is Origin.OBSERVED]
    assert (silent.path, silent.basis, silent.step) == ("shop/__init__.py", Basis.PATCH, "call_z012xmainz0")
    assert "+from .money import round_half_upp\n" in silent.patch
    assert (revert.path, revert.basis) == ("shop/cart.py", Basis.NAME)
