"""Runs: sub-agents in all layouts, copies of history, re-imports, stream-json."""

import json

import pytest

from ingest.formats.claude_code import SourceFile, looks_like, read
from tests.ingest.formats.claude_code.script import LATER, SESSION, Script, by_key, kinds

AGENT = "a1b2c3d4"


def main_script(*, result=True):
    script = Script()
    script.user("delegate")
    script.calls("Agent", "task1", description="Look around", prompt="Find the bug", subagent_type="general")
    script.seconds += 20
    if result:
        script.result(
            "task1",
            "found",
            {"status": "completed", "agentId": AGENT, "agentType": "general", "totalTokens": 9},
        )
    return script


def agent_script():
    script = Script()
    script.base |= {"agentId": AGENT, "isSidechain": True}
    script.seconds = 3
    script.user("Find the bug")
    script.calls("Bash", "t-in-agent", id="msg_agent", command="ls")
    script.result("t-in-agent", "a")
    script.says("found", id="msg_agent2", stop="end_turn")
    for record in script.records:
        record["uuid"] = "agent-" + record["uuid"]
    return script


def read_all(*files):
    return read([SourceFile(path, data) for path, data in files], now=LATER)


def assert_linked(batch):
    steps = by_key(batch)
    assert [run.external_id for run in batch.runs] == [SESSION]
    assert (steps["task1"].kind, steps["task1"].tool, steps["task1"].agent) == ("agent", "Agent", "")
    assert (steps["t-in-agent"].agent, steps["t-in-agent"].parent) == (AGENT, "task1")
    assert [s.input for s in batch.steps if s.kind == "prompt"] == ["delegate"]
    assert steps["task1"].detail["agent_id"] == AGENT


def test_agent_file_of_its_own():
    batch = read_all(
        (f"p/{SESSION}.jsonl", main_script().data),
        (f"p/{SESSION}/subagents/agent-{AGENT}.jsonl", agent_script().data),
        (f"p/{SESSION}/subagents/agent-{AGENT}.meta.json", b'{"agentType":"general","description":"Look"}'),
    )
    assert_linked(batch)
    assert batch.quarantined == []
    assert by_key(batch)["task1"].detail["transcript"] == "here"
    order = [s.key for s in batch.steps]
    assert order.index("task1") < order.index("t-in-agent")


def test_agent_file_under_any_name_and_first():
    assert_linked(read_all(("x.txt", agent_script().data), ("y.txt", main_script().data)))


def test_agent_without_result_is_linked_by_its_prompt():
    assert_linked(read_all(("m", main_script(result=False).data), ("a", agent_script().data)))


def test_agent_progress_in_the_main_file():
    main, agent = main_script(), agent_script()
    for record in agent.records:
        inner = {k: record[k] for k in ("type", "message", "uuid", "timestamp") if k in record}
        if "requestId" in record:
            inner["requestId"] = record["requestId"]
        main.add(
            "progress",
            parentToolUseID="task1",
            data={"type": "agent_progress", "agentId": AGENT, "message": inner},
        )
    alone = read_all(("m", main.data))
    both = read_all(("m", main.data), ("a", agent.data))
    assert_linked(alone)
    assert_linked(both)
    assert sorted(by_key(alone)) == sorted(by_key(both))
    assert len(alone.steps) == len(both.steps)


def test_inline_sidechain_is_linked_by_its_prompt():
    main, agent = main_script(), agent_script()
    main.records[-1]["toolUseResult"].pop("agentId")
    for number, record in enumerate(agent.records):
        record.pop("agentId")
        record["parentUuid"] = agent.records[number - 1]["uuid"] if number else None
    main.records[2:2] = agent.records
    steps = by_key(read_all(("m", main.data)))
    assert steps["t-in-agent"].parent == "task1"
    assert steps["t-in-agent"].agent.startswith("side-")


def test_inline_sidechains_with_alike_ids_are_lanes_of_their_own():
    script = Script()
    script.user("go")
    for key in ("a", "b"):
        script.calls("Task", key, id=f"msg_{key}", prompt="Find the bug")
    for number in (1, 2):
        script.user("Find the bug", uuid=f"sidechain-{number}", parentUuid=None, isSidechain=True)
    for number in (1, 2):
        script.says(
            "done", id=f"msg_{number}", stop="end_turn", parentUuid=f"sidechain-{number}", isSidechain=True
        )
    steps = by_key(script.read())
    assert [steps[f"msg_{n}:req_msg_{n}"].parent for n in (1, 2)] == ["a", "b"]
    assert [steps[key].detail["transcript"] for key in ("a", "b")] == ["here", "here"]


def test_agent_file_alone_is_a_run_that_gives_way():
    batch = read_all(("a", agent_script().data))
    (run,) = batch.runs
    assert (run.external_id, run.name, run.at) == (SESSION, "Find the bug", run.started_at)
    assert [s.kind.value for s in batch.steps] == ["event", "llm", "tool", "llm"]


def test_missing_agent_file_is_noted():
    assert by_key(main_script().read())["task1"].detail["transcript"] == "missing"


def test_warmup_agent_is_hidden():
    script = Script()
    script.base |= {"agentId": "warm", "isSidechain": True}
    script.user("Warmup")
    script.says("Ready", stop="end_turn")
    assert all(step.detail.get("meta") for step in script.read().steps)


def test_background_agent_ends_with_its_notice():
    script = Script()
    script.user("go")
    script.calls("Agent", "bg", description="x", prompt="p")
    script.result("bg", "launched", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
    waiting = by_key(script.read())["bg"]
    told = "<tool-use-id>bg</tool-use-id><status>completed</status><result>all good</result>"
    text = f"<task-notification>{told}</task-notification>"
    script.user(text, origin={"kind": "task-notification"})
    done = by_key(script.read())["bg"]
    assert (waiting.status, waiting.ended_at) == ("unanswered", None)
    assert (done.status, done.output) == ("ok", "all good")
    assert done.ended_at is not None


@pytest.mark.parametrize("how", ["message", "queue", "both"])
@pytest.mark.parametrize("named_by", ["<tool-use-id>bg</tool-use-id>", f"<task-id>{AGENT}</task-id>"])
def test_background_agent_is_closed_by_a_notice_in_any_place(how, named_by):
    script = Script()
    script.user("go")
    script.calls("Agent", "bg", description="x", prompt="p")
    script.result("bg", "launched", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
    text = f"<task-notification>{named_by}<status>failed</status></task-notification>"
    if how != "message":
        queued = script.add("queue-operation", operation="enqueue", content=text)
        del queued["uuid"], queued["parentUuid"]
    if how != "queue":
        script.user(text, origin={"kind": "task-notification"})
    batch = script.read()
    assert by_key(batch)["bg"].status == "failed"
    assert kinds(batch).count("event") == (how != "queue")


def test_reading_a_growing_file_again_repeats_its_steps():
    script = main_script()
    lines = script.data.split(b"\n")
    half = read_all(("m", b"\n".join(lines[:2]) + lines[2][:50]))
    whole = read_all(("m", script.data))
    assert len(half.quarantined) == 1
    assert set(by_key(half)) <= set(by_key(whole))


def test_the_same_file_twice_is_read_once():
    data = main_script().data
    once, twice = read_all(("m", data)), read_all(("m", data), ("copy", data))
    assert [(s.key, s.output, s.status) for s in twice.steps] == [
        (s.key, s.output, s.status) for s in once.steps
    ]
    assert twice.runs == once.runs


def test_resumed_copy_is_a_run_of_its_own_with_its_parent():
    old = Script(session="old-session")
    old.user("go")
    old.says("one", id="m1", stop="end_turn")
    new = Script(session="new-session")
    new.user("go")
    new.says("one", id="m1", stop="end_turn")
    new.user("more")
    both = read_all(("new-session.jsonl", new.data), ("old-session.jsonl", old.data))
    assert {run.external_id: run.parent for run in both.runs} == {
        "new-session": "old-session",
        "old-session": None,
    }
    calls = [s.call_id for s in both.steps if s.kind == "llm"]
    assert calls == ["m1:req_m1", "m1:req_m1"]


def test_foreign_session_id_inside_names_the_parent():
    script = Script(session="old-session")
    script.user("go")
    script.base["sessionId"] = "new-session"
    script.says("one", stop="end_turn")
    (run,) = script.read().runs
    assert (run.external_id, run.parent) == ("new-session", "old-session")


def test_run_facts():
    script = Script(version="2.1.9", cwd="/work/shop/.worktrees/2")
    script.user("go", permissionMode="plan", entrypoint="cli")
    script.base["gitBranch"] = "fix"
    script.says("done", stop="end_turn")
    script.records.append(
        {"type": "pr-link", "sessionId": SESSION, "prUrl": "https://x.test/pr/1", "prNumber": 1}
    )
    batch = script.read()
    (run,) = batch.runs
    assert (run.agent, run.agent_version, run.model, run.repo, run.branch) == (
        "claude-code",
        "2.1.9",
        "claude-test-1",
        "shop",
        "fix",
    )
    assert (run.status, run.cwd, run.source) == ("done", "/work/shop/.worktrees/2", "claude-code:transcript")
    assert run.meta["branches"] == ["main", "fix"]
    assert run.meta["pull_requests"] == [{"url": "https://x.test/pr/1", "number": 1}]
    assert batch.steps[-1].key == "pr-link:https://x.test/pr/1"


def test_bookkeeping_alone_is_no_run():
    lines = b'{"type":"file-history-snapshot","messageId":"m"}\n{"type":"summary","summary":"x"}\n'
    assert read_all(("m", lines)) == read_all()


def test_unknown_record_is_kept_hidden():
    script = Script()
    script.user("go")
    script.add("brand-new-thing", payload={"a": 1})
    step = script.read().steps[-1]
    assert (step.kind, step.name, step.detail) == ("event", "brand-new-thing", {"meta": True})
    assert json.loads(step.raw)["payload"] == {"a": 1}


def test_checkpoint_metadata_is_no_trace():
    batch = read_all(("x.entire-metadata.json", b'{\n "checkpoint_id": "c",\n "files_touched": []\n}'))
    assert [(q.where, q.why) for q in batch.quarantined] == [
        ("x.entire-metadata.json", "Not a trace: a checkpoint's metadata.")
    ]


def test_failed_hook_is_shown_and_is_no_failure_of_the_run():
    script = Script()
    script.user("go")
    script.add("system", subtype="stop_hook_summary", hookErrors=["it broke"], hookInfos=[{"command": "x"}])
    script.add("system", subtype="stop_hook_summary", hookErrors=[])
    script.add(
        "attachment", attachment={"type": "hook_success", "hookName": "Start", "exitCode": 0, "stdout": "hi"}
    )
    shown, quiet = script.read().steps[1:]
    assert (shown.name, shown.error, shown.status) == ("Hook failed", "it broke", None)
    assert quiet.detail["meta"] is True


def stream_lines():
    return [
        {
            "type": "system",
            "subtype": "init",
            "session_id": "s1",
            "cwd": "/work/shop",
            "model": "m",
            "claude_code_version": "2.1.1",
        },
        {
            "type": "assistant",
            "session_id": "s1",
            "uuid": "1",
            "parent_tool_use_id": None,
            "message": {
                "id": "m1",
                "model": "m",
                "content": [{"type": "tool_use", "id": "t1", "name": "Task", "input": {"prompt": "p"}}],
                "usage": {"input_tokens": 1, "output_tokens": 40},
            },
        },
        {
            "type": "user",
            "session_id": "s1",
            "uuid": "2",
            "parent_tool_use_id": "t1",
            "message": {"role": "user", "content": "p"},
        },
        {
            "type": "assistant",
            "session_id": "s1",
            "uuid": "3",
            "parent_tool_use_id": "t1",
            "message": {
                "id": "m2",
                "model": "m",
                "content": [{"type": "text", "text": "x"}],
                "usage": {"input_tokens": 1, "output_tokens": 4},
            },
        },
        {
            "type": "user",
            "session_id": "s1",
            "uuid": "4",
            "parent_tool_use_id": None,
            "message": {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}],
            },
        },
        {
            "type": "result",
            "subtype": "success",
            "session_id": "s1",
            "uuid": "5",
            "is_error": False,
            "total_cost_usd": 0.25,
            "result": "x",
        },
    ]


def test_headless_stream():
    lines = stream_lines()
    assert looks_like(lines, "out.log")
    batch = read_all(("out.log", b"\n".join(json.dumps(line).encode() for line in lines)))
    (run,) = batch.runs
    assert (run.external_id, run.source, run.status, run.meta["total_cost_usd"]) == (
        "s1",
        "claude-code:stream-json",
        "done",
        0.25,
    )
    steps = by_key(batch)
    assert (steps["t1"].kind, steps["t1"].status) == ("agent", "ok")
    assert (steps["m2"].agent, steps["m2"].parent) == ("t1", "t1")


def test_headless_stream_that_failed():
    lines = stream_lines()
    lines[-1] |= {"subtype": "error_max_turns", "is_error": True, "result": None}
    (run,) = read_all(("out.log", b"\n".join(json.dumps(line).encode() for line in lines))).runs
    assert (run.status, run.error) == ("failed", "error max turns")


def test_looks_like_knows_its_own():
    assert looks_like([{"type": "user", "sessionId": "s", "uuid": "u"}], "whatever")
    assert looks_like([{"type": "summary", "summary": "x", "leafUuid": "u"}], "x")
    assert looks_like([{"type": "mode", "mode": "normal", "sessionId": "s"}], "x")
    assert not looks_like([{"type": "session_meta", "payload": {}}], f"{SESSION}.jsonl")
    assert not looks_like([{"v": 1, "run": "r", "kind": "prompt"}, 7, None, []], "x")
