"""Codex tells a turn: the program told before us is told too, and the turn and its session file arrive."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from agentscope_recorder.hooks import client

from tests.product import wait_for
from tests.recorder.far_side import far_side

NOTICE = {
    "type": "agent-turn-complete",
    "thread-id": "0199-aa",
    "turn-id": "7",
    "cwd": "/repo",
    "input-messages": ["Fix it"],
    "last-assistant-message": "Done.",
}


@pytest.fixture
def home(tmp_path):
    """The folder of an install, and a session of Codex beside it."""
    home = tmp_path / "home"
    home.mkdir()
    sessions = tmp_path / ".codex/sessions/2026/01/02"
    sessions.mkdir(parents=True)
    for name in ("0199-aa", "0199-bb"):
        (sessions / f"rollout-2026-01-02T03-04-05-{name}.jsonl").write_text("{}\n")
    return home


def notify(home, notice, *program):
    words = [
        sys.executable,
        "-I",
        "-S",
        str(Path(client.__file__).with_name("notify.py")),
        str(home),
        *program,
    ]
    environment = {"HOME": str(home.parent), "PATH": "/usr/bin:/bin"}
    told = notice if isinstance(notice, str) else json.dumps(notice)
    done = subprocess.run([*words, told], env=environment, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def goes_to(home, url, key="as_key"):
    (home / "config.json").write_text(json.dumps({"url": url, "key": key}))


def test_turn_and_its_session_are_sent(home):
    with far_side() as server:
        goes_to(home, server.url)
        assert notify(home, NOTICE) == (0, b"", b"")
        [line] = map(json.loads, server.lines())
        assert {name: line[name] for name in NOTICE} == NOTICE
        assert server.files() == [["02/rollout-2026-01-02T03-04-05-0199-aa.jsonl"]]


def test_program_that_was_told_before_us_is_told_too(home, tmp_path):
    heard = tmp_path / "heard"
    program = ("sh", "-c", f'printf "%s|%s" "$0" "$1" > {heard}', "word")
    assert notify(home, NOTICE, *program) == (0, b"", b"")
    wait_for(heard.exists)
    assert heard.read_text() == f"word|{json.dumps(NOTICE)}"


@pytest.mark.parametrize("notice", ["", "{broken", "[]", "1"])
def test_what_is_no_notice_is_passed_on_all_the_same(home, tmp_path, notice):
    heard = tmp_path / "heard"
    assert notify(home, notice, "sh", "-c", f'printf "%s" "$0" > {heard}') == (0, b"", b"")
    wait_for(heard.exists)
    assert heard.read_text() == notice


def test_program_that_is_gone_holds_nobody(home):
    with far_side() as server:
        goes_to(home, server.url)
        assert notify(home, NOTICE, "/gone/program") == (0, b"", b"")
        assert len(server.lines()) == 1


def test_turns_that_the_server_missed_come_with_the_next_one(home):
    goes_to(home, "http://127.0.0.1:9")
    notify(home, NOTICE)
    with far_side() as server:
        goes_to(home, server.url)
        notify(home, {**NOTICE, "turn-id": "8"})
        assert [json.loads(line)["turn-id"] for line in server.lines()] == ["7", "8"]


def test_turn_arrives_as_a_run_at_the_time_when_it_was(home, product):
    thread = f"n{time.time_ns()}"
    goes_to(home, product.url, product.ingest_key)
    notify(home, {**NOTICE, "thread-id": thread})
    told = json.loads((home / "codex.notices.jsonl").read_text())["agentscope"]["ts"]
    run = product.run(thread)
    assert (run["agent"], run["status"], run["ended_at"]) == ("codex", "done", told)
    assert [step["kind"] for step in product.steps(thread)] == ["prompt", "final"]
