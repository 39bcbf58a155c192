"""Commands on traces that are damaged, huge or hostile, and commands that print so."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from agentscope_recorder.cli import main

from tests.recorder.far_side import far_side

EVENT = {"v": 1, "run": "r1", "kind": "log", "text": "fine"}


def command(*words, before=None, **more):
    """Run a command of the recorder as a program."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "agentscope_recorder", *map(str, words)],
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=before,
        **more,
    )


@pytest.fixture
def odd(trace):
    """Lines of every kind of damage around two that are fine."""
    lines = [
        json.dumps(EVENT).encode(),
        b"not json",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[1, 2]",
        json.dumps({**EVENT, "text": "\x1b[31m\x9b2J\u202e\ud800", "kind": "to\x07ol"}).encode(),
        json.dumps(
            {**EVENT, "kind": "tool_call", "id": {"a": 1}, "name": ["x"], "exit_code": "\x1b[2J"}
        ).encode(),
        json.dumps({**EVENT, "kind": "llm_call", "messages": ["\x9b\ud800 h\u00e4"], "usage": 3}).encode(),
        b'{"v":1,"run":"r1","kind":"lo',
    ]
    trace.write_bytes(b"\n".join(lines))
    return trace


@pytest.mark.parametrize("words", [["show"], ["replay"], ["diff"]])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_damaged_traces_print_nothing_that_steers_a_terminal(odd, words, encoding):
    files = [odd, odd] if words == ["diff"] else [odd]
    done = command(*words, *files, env={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_reader_that_goes_away_is_no_error(trace):
    trace.write_text(f"{json.dumps(EVENT)}\n" * 20_000)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = f"{sys.executable} -m agentscope_recorder show {trace} | head -n 1"
    done = subprocess.run(pipe, shell=True, env=environment, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"r1  open\n", b"")


def test_very_deep_trees_end(trace):
    events = [
        {**EVENT, "kind": "tool_call", "name": "x", "id": f"t{n}", "parent": f"t{n - 1}"}
        for n in range(5_000)
    ]
    trace.write_text("\n".join(map(json.dumps, events)))
    done = command("show", trace)
    assert done.returncode == 0
    assert b"4,970 steps deeper" in done.stdout
    assert command("diff", trace, trace).stdout == b"Both do the same 5000 steps.\n"


def test_line_of_half_a_gigabyte_is_passed_over_in_little_memory(trace):
    with trace.open("wb") as file:
        file.write(json.dumps(EVENT).encode() + b"\n")
        file.seek(2**29, os.SEEK_CUR)  # a hole of zero bytes
        file.write(b"\n" + json.dumps({**EVENT, "text": "after"}).encode() + b"\n")

    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (400 * 2**20, 400 * 2**20))

    shown = command("show", trace, before=bound)
    assert shown.stdout.decode().splitlines()[1:] == ["├─ ✓ log  fine", "└─ ✓ log  after"]
    with far_side() as server:
        pushed = command("--url", server.url, "--key", "k", "push", trace, before=bound)
        assert pushed.returncode == 0, pushed.stderr
        assert [json.loads(line)["text"] for line in server.lines()] == ["fine", "after"]


def test_narrow_terminal_and_no_colour(trace, monkeypatch, capsys):
    trace.write_text(json.dumps({**EVENT, "text": "word " * 50}))
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    main(["show", str(trace)])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["show", str(trace)])
    said = capsys.readouterr().out
    assert "\x1b[" not in said
    assert max(map(len, said.splitlines())) <= 60


def recorded(trace, *argv, **more):
    done = command("run", "--trace", trace, "--", *argv, **more)
    return done, [json.loads(line) for line in trace.read_bytes().splitlines()]


def test_output_is_passed_on_as_it_is(trace):
    code = (
        "import sys; sys.stdout.buffer.write(b'\\xff\\x00a\\r\\nno end'); sys.stderr.write('e'); sys.exit(7)"
    )
    done, events = recorded(trace, sys.executable, "-c", code)
    assert (done.stdout, done.stderr, done.returncode) == (b"\xff\x00a\r\nno end", b"e", 7)
    assert {event["text"] for event in events if event["kind"] == "log"} == {"\ufffd\x00a\r", "no end", "e"}


def test_output_without_line_ends_comes_at_once(trace):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "agentscope_recorder", "run", "--trace", str(trace), "--"]
    with subprocess.Popen(
        [*words, "sh", "-c", "printf 'Password: '; read x; echo got $x"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.read(10) == b"Password: "
        assert child.communicate(b"pw\n")[0] == b"got pw\n"


def test_endless_output_is_recorded_up_to_a_bound(trace):
    done, events = recorded(trace, "sh", "-c", "head -c 60000000 /dev/zero | tr '\\0' x")
    assert len(done.stdout) == 60_000_000
    assert trace.stat().st_size < 20 * 2**20
    assert "not recorded" in [event["text"] for event in events if event["kind"] == "log"][-1]


def test_reader_of_a_command_that_goes_away_ends_the_command(trace):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = f"{sys.executable} -m agentscope_recorder run --trace {trace} -- yes | head -n 1"
    done = subprocess.run(pipe, shell=True, env=environment, capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"y\n", b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_signals_reach_the_command_and_its_status_comes_back(trace, number):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "agentscope_recorder", "run", "--trace", str(trace), "--"]
    code = "import signal, sys, time\nprint('up', flush=True)\n"
    code += (
        f"signal.signal({int(number)}, lambda *_: sys.exit(42))\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen(
        [*words, sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() + child.stdout.readline() == b"up\nready\n"
        child.send_signal(number)
        assert child.wait(30) == 42
    assert json.loads(trace.read_bytes().splitlines()[-1])["status"] == "failed"


def test_command_killed_by_a_signal(trace):
    done, events = recorded(trace, "sh", "-c", "kill -9 $$")
    assert done.returncode == 137
    assert events[-1]["status"] == "interrupted"


def test_program_left_behind_is_not_waited_for(trace):
    begin = time.monotonic()
    done, _ = recorded(trace, "sh", "-c", "sleep 20 & echo done")
    assert done.stdout == b"done\n"
    assert time.monotonic() - begin < 15


def test_command_that_is_not_there_ends_the_run(trace):
    done, events = recorded(trace, "/nowhere/cmd")
    assert done.returncode == 127
    assert (events[-1]["kind"], events[-1]["status"]) == ("run_end", "failed")


def test_recorders_of_the_command_join_its_run(trace, tmp_path):
    code = "import os\nfrom agentscope_recorder import Recorder\n"
    code += "with Recorder() as run: run.log('info', 'inner')\nprint(os.environ['TRACEPARENT'])"
    done, events = recorded(
        trace, sys.executable, "-c", code, env={"AGENTSCOPE_TRACES": str(tmp_path / "in")}
    )
    assert done.stdout.startswith(b"00-")
    [inner] = (tmp_path / "in").glob("*.jsonl")
    [event] = map(json.loads, inner.read_text().splitlines())
    assert (event["run"], event["text"]) == (events[0]["run"], "inner")
    assert event["parent"] == next(one["id"] for one in events if one["kind"] == "tool_call")
