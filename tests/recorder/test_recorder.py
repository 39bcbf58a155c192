"""What a loop tells is in its file, at once and in order; nothing of it reaches the loop."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from agentscope_recorder import Recorder

from tests.recorder.reading import told


def test_events_are_in_the_file_at_once(run, trace):
    run.prompt("Why?")
    step = run.llm_call(model="m", messages=[{"role": "user", "content": "Why?"}], content="Because.")
    run.tool_call("read", {"path": "a.py"}, id="t1")
    run.tool_result("t1", "1 line")
    run.error(ValueError("odd"), tool="read")
    run.log("info", "noted", n=1)
    run.final("Done.")
    assert told(trace, "id", "text", "output", "error", "data") == [
        ("prompt", None, "Why?", None, None, None),
        ("llm_call", step, None, None, None, None),
        ("tool_call", "t1", None, None, None, None),
        ("tool_result", "t1", None, "1 line", None, None),
        ("error", None, None, None, "ValueError: odd", None),
        ("log", None, "noted", None, None, {"n": 1}),
        ("final", None, "Done.", None, None, None),
    ]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, "done"),
        (ValueError("x"), "failed"),
        (KeyboardInterrupt(), "interrupted"),
        (SystemExit(0), "done"),
    ],
)
def test_with_block_says_how_the_run_ended_and_lets_the_error_go_on(trace, error, status):
    def loop():
        with Recorder(trace):
            if error is not None:
                raise error

    if error is None:
        loop()
    else:
        with pytest.raises(type(error)):
            loop()
    assert told(trace, "status") == [("run_end", status)]


def test_step_times_nests_and_fails(run, trace):
    def crash():
        with run.step("tool", "outer", id="t1"):
            run.log("info", "inside")
            with run.step("tool", "inner", id="t2") as inner:
                inner.output("fine", exit_code=0)
            raise RuntimeError("crashed")

    with pytest.raises(RuntimeError, match="crashed"):
        crash()
    assert told(trace, "id", "parent", "output", "error") == [
        ("tool_call", "t1", None, None, None),
        ("log", None, "t1", None, None),
        ("tool_call", "t2", "t1", None, None),
        ("tool_result", "t2", "t1", "fine", None),
        ("tool_result", "t1", None, None, "RuntimeError: crashed"),
    ]


def test_sub_agents_have_lanes_also_beside_each_other(run, trace):
    async def helper(name):
        async with run.step("agent", name, id=name):
            await asyncio.sleep(0)
            run.log("info", f"of {name}")

    async def both():
        await asyncio.gather(helper("a"), helper("b"))

    asyncio.run(both())
    assert sorted(told(trace, "agent", "text")) == sorted(
        [
            *[("agent_start", "a", None), ("agent_start", "b", None)],
            *[("log", "a", "of a"), ("log", "b", "of b")],
            *[("agent_end", "a", None), ("agent_end", "b", None)],
        ]
    )


def test_decorated_tools_return_and_raise_as_they_are(run, trace):
    @run.tool
    def add(a, b=2):
        return a + b

    @run.tool
    async def fail(a):
        raise KeyError(a)

    assert add(1) == 3
    with pytest.raises(KeyError):
        asyncio.run(fail("x"))
    assert told(trace, "name", "args", "output", "error") == [
        ("tool_call", "add", {"a": 1}, None, None),
        ("tool_result", "add", None, 3, None),
        ("tool_call", "fail", {"a": "x"}, None, None),
        ("tool_result", "fail", None, None, "KeyError: 'x'"),
    ]


def test_tool_that_the_model_asked_for_has_its_id(run, trace):
    run.llm_call(content=[{"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a"}}])
    with run.step("tool", "read", args={"path": "a"}) as step:
        step.output("text")
    assert step.id == "toolu_1"


def test_results_that_only_the_next_request_has_are_told(run, trace):
    run.llm_call(
        content="", tool_calls=[{"id": "c1", "function": {"name": "read", "arguments": '{"path": "a"}'}}]
    )
    run.llm_call(messages=[{"role": "tool", "tool_call_id": "c1", "content": "text"}], content="Done.")
    run.llm_call(messages=[{"role": "tool", "tool_call_id": "c1", "content": "text"}], content="Done.")
    assert told(trace, "id", "name", "args", "output")[1] == (
        "tool_call",
        "c1",
        "read",
        {"path": "a"},
        "text",
    )
    assert [kind for (kind,) in told(trace)] == ["llm_call", "tool_call", "llm_call", "llm_call"]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        float("nan"),
        10**400,
        b"\xff",
        "\ud800",
        {1: {2}},
        type("Odd", (), {"__repr__": lambda self: 1 / 0})(),
    ],
)
def test_no_value_reaches_the_loop_as_an_error(run, trace, value):
    run.tool_call("odd", value)
    run.final("Done.")
    assert told(trace, "text")[-1] == ("final", "Done.")


def test_cycles_end(run, trace):
    loop: dict[str, object] = {}
    loop["self"] = loop
    run.tool_call("odd", loop)
    assert len(told(trace)) == 1


def test_threads_write_whole_lines(run, trace):
    def work(n):
        for i in range(200):
            run.log("info", f"{n}-{i}" * 100)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told(trace)) == 1_600


def test_forked_child_has_ids_of_its_own(run, trace):
    child = os.fork()
    if child == 0:
        run.tool_call("in child")
        os._exit(0)
    os.waitpid(child, 0)
    run.tool_call("in parent")
    ids = [id for _, id in told(trace, "id")]
    assert len(ids) == len(set(ids)) == 2


def test_programs_that_the_agent_starts_join_the_run(run, trace, tmp_path):
    inner = tmp_path / "inner.jsonl"
    code = (
        f"from agentscope_recorder import Recorder as R\nwith R({str(inner)!r}) as run: run.log('info', 'hi')"
    )
    with run.step("tool", "bash", id="t1"):
        environment = {**run.environment(), "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    [line] = inner.read_text().splitlines()
    event = json.loads(line)
    assert (event["run"], event["parent"], event["kind"], event["text"]) == ("r1", "t1", "log", "hi")


def test_whole_content_is_kept_beside_the_file(run, trace):
    run.tool_result("t1", "the first lines", full="the first lines and the rest")
    [(_, step, path, size)] = told(trace, "step", "path", "size")[1:]
    assert (step, size) == ("t1", 30)
    assert json.loads((trace.parent / str(path)).read_text()) == "the first lines and the rest"


def test_folder_that_cannot_be_written_is_said_once_and_the_run_is_elsewhere(capfd):
    run = Recorder("/proc/nowhere/run.jsonl", run="elsewhere")
    for _ in range(3):
        run.log("info", "goes on")
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert "cannot be written" in said[0]
    assert str(run.path) in said[0]
    assert len(run.path.read_text().splitlines()) == 4
    run.path.unlink()


def test_settings_that_are_wrong_record_metadata_only(trace, capfd):
    run = Recorder(trace, capture="everything")
    run.prompt("secret plan")
    assert "secret plan" not in trace.read_text()
    assert "settings are wrong" in capfd.readouterr().err


def test_file_that_ends_within_a_line_goes_on_with_a_new_one(trace):
    trace.write_text('{"v":1,"run":"old","kind":"lo')
    Recorder(trace, run="new")
    assert trace.read_text().splitlines()[0] == '{"v":1,"run":"old","kind":"lo'
    assert json.loads(trace.read_text().splitlines()[1])["run"] == "new"


def test_path_of_its_own_where_none_is_given(tmp_path):
    run = Recorder(run="r7")
    assert run.path == Path(tmp_path / "state" / "agentscope" / "traces" / "r7.jsonl")


def test_run_without_a_task_is_named_by_what_was_asked_first(trace, tmp_path):
    program = tmp_path / "my_loop.py"
    program.write_text(f"""
from agentscope_recorder import Recorder
run = Recorder({str(trace)!r})
with run.step("agent", "helper"):
    run.llm_call(messages=[{{"role": "user", "content": "Of the helper"}}], content="x")
asked = [{{"type": "text", "text": "Fix the cart"}}]
for _ in range(2):
    run.llm_call(messages=[{{"role": "system", "content": "s"}}, {{"role": "user", "content": asked}}])
""")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, str(program)], env=environment, check=True)
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    starts = [(event.get("agent"), event.get("task")) for event in events if event["kind"] == "run_start"]
    assert starts == [("my_loop.py", None), (None, "Fix the cart")]
