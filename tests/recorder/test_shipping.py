"""The file is the queue: what is in it arrives, whatever the server does, and the loop does not notice."""

import json
import os
import subprocess
import sys
import time

import pytest
from agentscope_recorder import Recorder
from agentscope_recorder.cli import main
from agentscope_recorder.posting import Target, Verdict, judged
from agentscope_recorder.proxies import connection_to
from agentscope_recorder.pushing import push_file

from bench.troubles import TROUBLES, work, work_recorded
from tests.recorder.far_side import far_side


@pytest.fixture
def server():
    with far_side() as server:
        yield server


def lines_of(trace):
    return trace.read_bytes().splitlines()


def test_events_arrive_while_the_run_goes_on(server, trace):
    run = Recorder(trace, url=server.url, key="k")
    run.log("info", "first")
    assert run.flush(10)
    assert server.lines() == lines_of(trace)
    run.log("info", "second")
    run.end()
    assert server.lines() == lines_of(trace)
    assert len(server.lines()) == 4


@pytest.mark.parametrize("status", [429, 500, 503])
def test_refusals_that_pass_are_tried_again(server, trace, status, capfd):
    server.answers = [(status, {"Retry-After": "0.2"}), (200, {})]
    run = Recorder(trace, url=server.url, key="k")
    assert run.flush(10)
    assert server.lines() == lines_of(trace)
    assert len(capfd.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "does not take the key"), (404, "check AGENTSCOPE_URL"), (301, "check AGENTSCOPE_URL")],
)
def test_refusals_that_stay_end_the_sending_with_one_word(server, trace, status, words, capfd):
    server.answers = [(status, {})]
    run = Recorder(trace, url=server.url, key="k")
    assert not run.flush(10)
    for _ in range(3):
        run.log("info", "goes on")
    run.end()
    [said] = capfd.readouterr().err.splitlines()
    assert words in said
    assert f"agentscope-recorder push {trace}" in said
    assert len(lines_of(trace)) == 5


def test_batches_that_are_too_large_are_sent_in_parts(server, trace):
    server.largest = 2
    run = Recorder(trace, url=server.url, key="k")
    for n in range(7):
        run.log("info", str(n))
    assert run.flush(10)
    assert server.lines() == lines_of(trace)


def test_server_that_is_away_costs_no_time_and_gets_the_rest_by_push(trace, capfd):
    run = Recorder(trace, url="http://127.0.0.1:9", key="k")
    for n in range(50):
        run.log("info", str(n))
    run.end()
    assert len(capfd.readouterr().err.splitlines()) == 1
    with far_side() as server:
        assert main(["--url", server.url, "--key", "k", "push", str(trace.parent)]) == 0
        assert server.lines() == lines_of(trace)
        assert main(["--url", server.url, "--key", "k", "push", str(trace)]) == 0
        assert server.lines() == lines_of(trace)


def said_of(capfd, *places):
    """List the warnings that name a place; recorders of other tests may yet try in the background."""
    lines = capfd.readouterr().err.splitlines()
    return [line for line in lines if any(place and place in line for place in places)]


QUIET = ("written only", "sent")
#: Told when a request has taken its ten seconds, or at the end of the run.
LATE = ("server is silent", "server takes 2 s")


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "disk is full"])
def test_loop_goes_on_whatever_is_wrong_and_one_warning_says_so(tmp_path, name, capfd):
    with TROUBLES[name](tmp_path) as (path, url):
        run = Recorder(path, run="r1", url=url, key="k" if url else "")
        begin = time.monotonic()
        assert [work_recorded(run, n) for n in range(20)] == [work(n) for n in range(20)]
        assert time.monotonic() - begin < 2
        run.flush(1.0)
        run.log("info", "once more")
        run.flush(1.0)
    lines = lines_of(run.path)
    assert len(lines) == 42
    said = said_of(capfd, url, str(path), str(run.path))
    assert len(said) in ({0} if name in QUIET else {0, 1} if name in LATE else {1}), said
    with far_side() as server:
        assert main(["--url", server.url, "--key", "k", "push", str(run.path)]) == 0
        assert server.lines() == lines


def test_end_says_that_a_silent_server_has_not_all(tmp_path, capfd):
    with TROUBLES["server is silent"](tmp_path) as (path, url):
        run = Recorder(path, url=url, key="k")
        begin = time.monotonic()
        run.end()
        assert time.monotonic() - begin < 6
    [said] = said_of(capfd, url)
    assert "has not taken all yet" in said


def test_server_that_is_away_is_waited_for_no_longer_than_one_try(trace):
    run = Recorder(trace, url="http://127.0.0.1:9", key="k")
    begin = time.monotonic()
    assert not run.flush(60)
    assert time.monotonic() - begin < 10


def test_proxy_of_the_environment_is_asked(server, trace, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//ada:pass@"))
    monkeypatch.setenv("no_proxy", "direct.example")
    Recorder(trace, url="http://events.example:8000/base", key="k").end()
    assert server.lines() == lines_of(trace)
    assert server.asked == [("http://events.example:8000/base/api/v1/events", "Basic YWRhOnBhc3M=")]


def test_this_machine_and_named_hosts_need_no_proxy(server, trace, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    Recorder(trace, url=server.url, key="k").end()
    assert server.lines() == lines_of(trace)
    monkeypatch.setenv("no_proxy", "direct.example")
    connection, path, _ = connection_to("http://direct.example/base/", 1.0)
    assert (connection.host, path) == ("direct.example", "/base")


def test_push_goes_on_where_the_server_was_lost_and_leaves_a_line_without_end(server, trace):
    trace.write_bytes(b'{"n":1}\n{"n":2}\n{"n":')
    target = Target(server.url, "k")
    assert push_file(trace, target)[0] == 2
    with trace.open("ab") as file:
        file.write(b"3}\n\n")
    assert push_file(trace, target)[0] == 1
    assert server.lines() == [b'{"n":1}', b'{"n":2}', b'{"n":3}']


def test_trace_that_was_written_anew_is_sent_from_its_begin(server, trace):
    target = Target(server.url, "k")
    trace.write_bytes(b'{"n":1}\n{"n":2}\n')
    push_file(trace, target)
    trace.write_bytes(b'{"n":3}\n')
    push_file(trace, target)
    assert server.lines() == [b'{"n":1}', b'{"n":2}', b'{"n":3}']


def test_lines_that_wait_for_the_disk_are_sent_too(server, trace):
    code = f"""
import resource
from agentscope_recorder import Recorder
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
run = Recorder({str(trace)!r}, url={server.url!r}, key="k", cwd="/")
for n in range(20):
    run.log("info", f"line {{n}} " * 10)
run.end()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert b"events wait in memory" in done.stderr
    assert trace.read_bytes().endswith(b"\n")
    assert {json.loads(line).get("text", "")[:7].strip() for line in server.lines()} >= {
        f"line {n}" for n in range(20)
    }


def test_end_waits_a_bounded_time(server, trace):
    server.answers = [(503, {"Retry-After": "60"})]
    run = Recorder(trace, url=server.url, key="k")
    begin = time.monotonic()
    assert not run.flush(0.5)
    assert time.monotonic() - begin < 5


def test_address_without_key_is_said(trace, capfd):
    Recorder(trace, url="http://127.0.0.1:9").log("info", "x")
    assert "AGENTSCOPE_KEY is not set" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *[(200, Verdict.STORED), (422, Verdict.STORED), (400, Verdict.SMALLER), (413, Verdict.SMALLER)],
        *[(401, Verdict.NEVER), (308, Verdict.NEVER), (429, Verdict.LATER), (500, Verdict.LATER)],
    ],
)
def test_what_a_status_means(status, verdict):
    assert judged(Target("http://x", "k"), status, "", b'{"error": "so"}').verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *[(200, Verdict.NEVER), (422, Verdict.NEVER), (400, Verdict.NEVER), (413, Verdict.SMALLER)],
        *[(401, Verdict.NEVER), (407, Verdict.LATER), (408, Verdict.LATER), (502, Verdict.LATER)],
    ],
)
def test_what_a_status_of_a_gateway_means(status, verdict):
    assert judged(Target("http://x", "k"), status, "", b"<html>Log in to the hotel</html>").verdict is verdict
