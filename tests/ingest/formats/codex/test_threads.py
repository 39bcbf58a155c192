"""Sub-agents, forks, compactions, ends of turns, and the files of other versions."""

import json

from ingest.detect import detect
from ingest.formats.codex import read
from ingest.sources import SourceFile
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.codex.script import LATER, THREAD, Script, by_key, calls_of, kinds

CHILD = "019ed918-0000-7222-8333-944444444444"
TURN, LATE_TURN = "019ed917-2222-7333-8444-955555555555", "019ed918-1111-7333-8444-955555555555"


def parent() -> Script:
    script = Script()
    script.turn(turn_id=TURN)
    script.prompt("Do both")
    script.calls("spawn_agent", "s1", message="Look at the docs", agent_type="explorer")
    script.answers("s1", json.dumps({"agent_id": CHILD, "nickname": "Ada"}))
    script.counts(100, 0, 10)
    return script


def child(**meta) -> Script:
    """A sub-agent's file, with the history of its parent copied in."""
    source = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1}}}
    script = Script(thread=CHILD, source=source, **meta)
    script.records += parent().records
    script.turn(turn_id=LATE_TURN)
    script.prompt("Look at the docs")
    script.runs("c1", "ls docs")
    script.counts(50, 0, 5)
    script.says("Nothing there.", phase="final_answer")
    script.counts(60, 50, 5)
    script.event("task_complete", last_agent_message="Nothing there.")
    return script


def test_a_sub_agent_is_a_lane_of_its_parents_run():
    batch = read([child().file("b"), parent().file("a")], now=LATER)
    assert [(run.external_id, run.task) for run in batch.runs] == [(THREAD, "Do both")]
    call = by_key(batch)["s1"]
    assert (call.kind, call.detail["agent_id"], call.detail["transcript"]) == (Kind.AGENT, CHILD, "here")
    lane = [step for step in batch.steps if step.agent == CHILD]
    assert [step.kind.value for step in lane] == ["event", "llm", "tool", "llm"]
    assert {step.parent for step in lane} == {"s1"}
    assert sum((step.tokens for step in batch.steps if step.tokens), start=Tokens()).input == 160


def test_a_sub_agent_was_given_what_was_copied_in():
    lane = [step for step in read([child().file()], now=LATER).steps if step.kind == Kind.LLM]
    given = [json.loads(node.message.data) for node in lane[0].context.nodes()]
    assert [item["type"] for item in reversed(given)] == [
        *("message", "function_call", "function_call_output", "message")
    ]


def test_a_sub_agent_that_only_its_session_tells_is_tied_by_order():
    script = child()
    script.records[0]["payload"] |= {"source": "cli", "thread_source": "subagent", "session_id": THREAD}
    first = parent()
    first.records[-2]["payload"]["output"] = '{"task_name": "/root/docs"}'
    batch = read([script.file("b"), first.file("a")], now=LATER)
    assert [run.external_id for run in batch.runs] == [THREAD]
    assert {step.parent for step in batch.steps if step.agent == CHILD} == {"s1"}


def test_the_file_of_a_sub_agent_alone_is_a_part_of_the_same_run():
    batch = read([child(session_id=THREAD).file()], now=LATER)
    [run] = batch.runs
    assert (run.external_id, run.task, run.meta) == (THREAD, "Look at the docs", {})
    assert {(step.agent, step.parent) for step in batch.steps} == {(CHILD, None)}


def test_a_fork_is_a_run_of_its_own_whose_copied_calls_are_billed_once():
    fork = Script(thread=CHILD, forked_from_id=THREAD)
    fork.records += parent().records
    batch, original = read([fork.file()], now=LATER), parent().read()
    assert [(run.external_id, run.parent) for run in batch.runs] == [(CHILD, THREAD)]
    assert [call.call_id for call in calls_of(batch)] == [call.call_id for call in calls_of(original)]


def test_an_old_resume_is_known_by_the_parents_head_inside():
    resumed = Script(thread=CHILD)
    resumed.records += parent().records
    assert resumed.read().runs[0].parent == THREAD


def test_a_compaction_begins_the_messages_anew():
    script = parent()
    kept = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Summary"}]}]
    script.add("compacted", {"message": "Summary", "replacement_history": kept})
    script.event("context_compacted")
    script.says("Going on.")
    script.counts(20, 0, 2)
    batch = script.read()
    [compaction] = [step for step in batch.steps if step.kind == Kind.COMPACTION]
    assert (compaction.output, compaction.detail["messages_after"]) == ("Summary", 1)
    last = calls_of(batch)[-1].context
    assert [json.loads(node.message.data) for node in last.nodes()] == kept


def test_a_rollback_goes_back_to_before_its_turns():
    script = parent()
    before = script.read().steps[-1]
    script.event("task_complete", last_agent_message="x")
    script.turn()
    script.prompt("Never mind")
    script.says("Fine.")
    script.counts(5, 0, 1)
    script.event("thread_rolled_back", num_turns=1)
    script.turn()
    script.prompt("Other way")
    script.says("So be it.")
    script.counts(6, 0, 1)
    texts = [node.message.data.decode() for node in calls_of(script.read())[-1].context.nodes()]
    assert before.key == "s1"
    assert [("Never mind" in text, "Do both" in text) for text in texts].count((True, False)) == 0
    assert any("Do both" in text for text in texts)


def test_an_abort_interrupts_the_run_and_cancels_open_calls():
    script = parent()
    script.calls("exec_command", "c9", cmd="sleep 100")
    script.event("turn_aborted", reason="interrupted")
    batch = script.read()
    assert batch.runs[0].status == RunStatus.INTERRUPTED
    assert (by_key(batch)["c9"].status, by_key(batch)["c9"].error_kind) == (StepStatus.CANCELLED, "human")


def test_an_error_fails_the_run_unless_the_agent_went_on():
    script = parent()
    script.event("stream_error", message="Reconnecting 1/5")
    script.event("error", message="You've hit your usage limit.", codex_error_info="usage_limit_exceeded")
    script.event("task_complete", last_agent_message=None)
    batch = script.read()
    assert (batch.runs[0].status, batch.runs[0].error) == (RunStatus.FAILED, "You've hit your usage limit.")
    assert kinds(batch)[-2:] == ["retry", "error"]
    script.turn()
    script.says("Back.", phase="final_answer")
    assert script.read().runs[0].status == RunStatus.DONE


def test_answers_say_who_said_no():
    script = parent()
    answers = {
        "exec command rejected by user": (StepStatus.DENIED, "human"),
        "aborted by user after 12.3s": (StepStatus.CANCELLED, "human"),
        "failed in sandbox LandlockRestrict": (StepStatus.DENIED, "policy"),
        "command timed out after 1000 milliseconds": (StepStatus.FAILED, "timeout"),
        "failed to parse function arguments: x": (StepStatus.FAILED, "validation"),
        "unsupported call: frobnicate": (StepStatus.FAILED, "validation"),
        "Exit code: 3\nWall time: 1.5 seconds\nOutput:\nno": (StepStatus.FAILED, "command"),
        '{"output":"no","metadata":{"exit_code":4,"duration_seconds":0.2}}': (StepStatus.FAILED, "command"),
        "all is well": (StepStatus.OK, None),
    }
    for number, text in enumerate(answers):
        script.calls("shell", f"k{number}", command=["bash", "-lc", "x"])
        script.answers(f"k{number}", text)
    steps = by_key(script.read())
    assert [(steps[f"k{n}"].status, steps[f"k{n}"].error_kind) for n in range(len(answers))] == [
        *answers.values()
    ]


def test_a_look_at_a_running_command_names_it():
    script = parent()
    script.calls("exec_command", "c1", cmd="make all")
    script.answers("c1", "Wall time: 10.0000 seconds\nProcess running with session ID 77\nOutput:\n")
    script.calls("write_stdin", "c2", session_id=77, chars="")
    script.answers("c2", "Wall time: 1.0000 seconds\nProcess exited with code 0\nOutput:\nok\n")
    steps = by_key(script.read())
    assert (steps["c1"].exit_code, steps["c1"].detail["shell_status"]) == (None, "running")
    assert (steps["c2"].exit_code, steps["c2"].detail["command"]) == (0, "make all")


def test_a_search_is_paired_with_the_event_that_names_it():
    script = parent()
    action = {"type": "search", "query": "django 5.2"}
    script.event("web_search_end", call_id="ws_1", query="django 5.2", action=action)
    script.item("web_search_call", status="completed", action=action)
    step = by_key(script.read())["ws_1"]
    assert (step.tool, step.status, step.detail["query"]) == ("web_search", StepStatus.OK, "django 5.2")


def test_tools_of_a_server_have_its_name_and_its_failures():
    script = parent()
    script.item("function_call", name="ask", namespace="mcp__docs", arguments="{}", call_id="m1")
    invocation = {"server": "docs", "tool": "ask", "arguments": {}}
    took = {"secs": 2, "nanos": 500_000_000}
    script.event(
        "mcp_tool_call_end", call_id="m1", invocation=invocation, duration=took, result={"Err": "down"}
    )
    script.answers("m1", "Wall time: 2.5 seconds\nOutput:\ndown")
    step = by_key(script.read())["m1"]
    assert (step.tool, step.status, step.error_kind) == ("mcp__docs__ask", StepStatus.FAILED, "mcp")
    assert (step.error, step.duration_ms) == ("down", 2500)


def test_commands_of_a_script_lie_below_it():
    script = parent()
    script.item("custom_tool_call", name="exec", input="await tools.exec_command('ls')", call_id="x1")
    item = {"type": "CommandExecution", "id": "exec-1", "command": ["/bin/bash", "-lc", "ls"], "exit_code": 2}
    script.event("item_completed", item={**item, "cwd": "file:///work/shop", "aggregated_output": "no\n"})
    script.answers("x1", "done", "custom_tool_call_output")
    steps = by_key(script.read())
    assert json.loads(steps["exec-1"].input) == {"cmd": "ls", "workdir": "/work/shop"}
    assert (steps["exec-1"].parent, steps["exec-1"].error) == ("x1", "exit 2: no")
    assert steps["x1"].status == StepStatus.OK


def test_the_usage_record_of_newer_versions_counts_and_the_sum_does_not():
    script = Script()
    script.turn(turn_id=TURN)
    script.says("One.")
    usage = {"input_tokens": 10, "cached_input_tokens": 4, "cache_write_input_tokens": 2, "output_tokens": 3}
    script.add("token_usage_record", {"response_id": "resp_1", "usage": usage})
    script.counts(10, 4, 3)
    [call] = calls_of(script.read())
    assert call.tokens == Tokens(input=4, cache_read=4, cache_write_5m=2, output=3)
    assert call.call_id == f"codex:{TURN}:resp_1"


def test_a_count_that_stands_before_its_items_is_theirs():
    script = Script()
    script.turn()
    script.counts(10, 0, 1)
    script.runs("c1", "ls")
    script.counts(20, 10, 2)
    script.says("Done.")
    assert [call.tokens.output for call in calls_of(script.read())] == [1, 2]


def test_a_sum_carried_over_from_before_is_no_response():
    script = Script()
    script.turn()
    script.counts(500, 0, 50)
    script.prompt("Go on")
    script.runs("c1", "ls")
    script.counts(20, 10, 2)
    script.says("Done.")
    script.counts(30, 20, 3)
    assert [call.tokens.output for call in calls_of(script.read())] == [2, 3]


def bare(*items) -> bytes:
    head = {"id": THREAD, "timestamp": "2025-09-10T18:58:38.331Z", "instructions": "# AGENTS", "git": {}}
    return b"\n".join(json.dumps(record).encode() for record in (head, {"record_type": "state"}, *items))


def test_bare_lines_of_2025_are_read():
    said = (
        [{"type": "input_text", "text": "<environment_context>x"}],
        [{"type": "input_text", "text": "Fix it"}],
    )
    output = json.dumps({"output": "ok", "metadata": {"exit_code": 0, "duration_seconds": 0.2}})
    data = bare(
        *({"type": "message", "role": "user", "content": content} for content in said),
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c1"},
        {"type": "function_call_output", "call_id": "c1", "output": output},
        {"record_type": "state"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    )
    assert detect(SourceFile("x", data)) == ("codex", "an old Codex rollout")
    batch = read([SourceFile("x", data)], now=LATER)
    assert kinds(batch) == ["prompt", "llm", "tool", "llm"]
    assert (batch.runs[0].task, batch.runs[0].status) == ("Fix it", RunStatus.DONE)
    assert (by_key(batch)["c1"].exit_code, by_key(batch)["c1"].duration_ms) == (0, 200)
    assert batch.quarantined == []


def test_records_of_a_later_version_are_kept_and_hidden():
    script = parent()
    script.add("hologram", {"a": 1})
    script.event("telepathy", thought="x")
    assert [(step.name, step.detail["meta"]) for step in script.read().steps[-2:]] == [
        ("hologram", True),
        ("telepathy", True),
    ]
