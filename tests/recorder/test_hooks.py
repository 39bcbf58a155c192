"""Command hooks of Claude Code: what happened and what changed on disk arrives; nothing disturbs it."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.product import wait_for
from tests.recorder.far_side import far_side
from tests.recorder.hooked import Session, git


@pytest.fixture
def session(tmp_path):
    """A session, whose keeper does not outlive the test."""
    session = Session(tmp_path)
    yield session
    for process in session.any_keepers():
        os.kill(process, signal.SIGKILL)


def names(session):
    return [line["hook_event_name"] for line in session.lines() if "Look" not in line["hook_event_name"]]


def test_changes_of_a_shell_command_are_those_of_its_call(session):
    session.start()
    session.tool("t1", "echo two >> notes.txt; echo n > new.txt; rm calc.py")
    session.tool("t2", "true")
    session.end()
    assert session.changes() == [
        ("t1", "calc.py", "delete", "a - b\n", None),
        ("t1", "new.txt", "create", None, "n\n"),
        ("t1", "notes.txt", "edit", "one\n", "one\ntwo\n"),
    ]
    told = ["SessionStart", "PreToolUse", "PostToolUse", "PreToolUse", "PostToolUse", "SessionEnd"]
    assert names(session) == told


def test_first_look_says_what_is_checked_out(session):
    (session.root / "notes.txt").write_text("dirty\n")
    session.start()
    session.end()
    [look] = [line["agentscope"] for line in session.lines() if line["hook_event_name"] == "AgentScopeLook"]
    kept = {name: look[name] for name in ("branch", "root", "dirty", "dirty_files")}
    assert kept == {"branch": "main", "root": str(session.root), "dirty": 1, "dirty_files": ["notes.txt"]}


def test_changes_between_calls_are_nobodys(session):
    session.start()
    session.tool("t1", "true")
    session.settle()
    (session.root / "notes.txt").write_text("by hand\n")
    session.tool("t2", "echo x > x.txt")
    session.end()
    assert session.changes() == [
        (None, "notes.txt", "edit", "one\n", "by hand\n"),
        ("t2", "x.txt", "create", None, "x\n"),
    ]


def test_events_arrive_and_are_sent_once(session):
    with far_side() as server:
        session.goes_to(server.url)
        session.start()
        session.tool("t1", "echo two >> notes.txt")
        session.end()
        assert [json.loads(line) for line in server.lines()] == session.lines()


@pytest.mark.parametrize(
    "data",
    [b"", b"{broken", b"[]", b'{"session_id":"s1"', b'{"session_id":7}', b'["session_id":"s1"]', b"\0" * 99],
)
def test_what_is_no_payload_disturbs_nothing(session, data):
    assert session.give(data) == (0, b"", b"")
    session.wait()
    assert not session.journal.exists() or session.journal.read_bytes() == b""


def test_session_of_odd_name_stays_in_its_home(session):
    session.give(b'{"session_id":"../../\xff\x00x","hook_event_name":"SessionEnd"}')
    session.name = "_______x"
    session.wait()
    assert [path.name for path in session.home.iterdir() if path.is_dir()] == ["_______x"]


def test_keeper_ends_when_its_home_is_gone(session):
    session.start()
    shutil.rmtree(session.home)
    wait_for(lambda: not session.any_keepers())


def test_home_that_cannot_be_written_disturbs_nothing(session, tmp_path):
    (tmp_path / "file").write_text("")
    data = json.dumps({"session_id": "s1", "hook_event_name": "PreToolUse", "cwd": str(session.root)})
    assert session.give(data.encode(), home=tmp_path / "file" / "home") == (0, b"", b"")


def test_input_that_nobody_closes_is_not_waited_for(session):
    command = subprocess.Popen(session.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert command.wait(timeout=20) == 0
    assert command.communicate() == (b"", None)


def test_without_arguments_it_ends_well(session):
    done = subprocess.run(session.command()[:-1], input=b"{}", capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_broken_config_keeps_the_events(session):
    (session.home / "config.json").write_text("{broken")
    session.start()
    session.end()
    assert names(session) == ["SessionStart", "SessionEnd"]


def test_keeper_that_is_killed_is_replaced_and_its_call_known(session):
    session.start()
    session.hook("PreToolUse", tool_name="Bash", tool_use_id="t1", tool_input={"command": "x"})
    for process in session.keepers():
        os.kill(process, signal.SIGKILL)
    (session.root / "notes.txt").write_text("by t1\n")
    session.hook("PostToolUse", tool_name="Bash", tool_use_id="t1", tool_input={}, tool_response={})
    session.end()
    assert names(session) == ["SessionStart", "PreToolUse", "PostToolUse", "SessionEnd"]
    assert session.changes() == [("t1", "notes.txt", "edit", "one\n", "by t1\n")]


def test_agent_that_is_killed_in_a_call_is_noticed(session):
    agent = subprocess.Popen(["sleep", "60"])
    session.environment["CLAUDE_PID"] = str(agent.pid)
    session.start()
    session.hook("PreToolUse", tool_name="Bash", tool_use_id="t1", tool_input={"command": "x"})
    (session.root / "notes.txt").write_text("half done\n")
    agent.kill()
    agent.wait()
    session.wait()
    assert session.changes() == [("t1", "notes.txt", "edit", "one\n", "half done\n")]
    assert names(session) == ["SessionStart", "PreToolUse"]


def test_calls_at_the_same_time_keep_what_they_name(session):
    session.start()
    edit = {"tool_name": "Edit", "tool_input": {"file_path": str(session.root / "calc.py")}}
    session.hook("PreToolUse", tool_use_id="t1", **edit)
    session.hook("PreToolUse", tool_use_id="t2", tool_name="Bash", tool_input={}, agent_id="a1")
    (session.root / "calc.py").write_text("a + b\n")
    (session.root / "notes.txt").write_text("shell\n")
    session.hook("PostToolUse", tool_use_id="t2", tool_name="Bash", tool_input={}, agent_id="a1")
    session.hook("PostToolUse", tool_use_id="t1", **edit)
    session.end()
    assert session.changes() == [
        ("t1", "calc.py", "edit", "a - b\n", "a + b\n"),
        ("t2", "notes.txt", "edit", "one\n", "shell\n"),
    ]


def test_many_hooks_at_once_start_one_keeper(session):
    calls = [
        threading.Thread(target=session.hook, args=("Notification",), kwargs={"message": str(n)})
        for n in range(12)
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert len(list(session.keepers())) == 1
    session.end()
    told = {line["message"] for line in session.lines() if line["hook_event_name"] == "Notification"}
    assert told == {str(n) for n in range(12)}


def test_two_sessions_in_one_repository(session, tmp_path):
    other = Session(tmp_path, "s2", repository=session.root)
    for one in (session, other):
        one.start()
    session.tool("t1", "echo 1 >> notes.txt")
    session.settle()
    other.tool("t2", "echo 2 >> notes.txt")
    session.end()
    other.end()
    assert session.changes()[0] == ("t1", "notes.txt", "edit", "one\n", "one\n1\n")
    assert other.changes() == [
        (None, "notes.txt", "edit", "one\n", "one\n1\n"),
        ("t2", "notes.txt", "edit", "one\n1\n", "one\n1\n2\n"),
    ]


def test_secrets_and_denied_files_are_not_written(session):
    (session.root / ".env").write_text("API_TOKEN=tok-12345678\n")
    git(session.root, "add", "-f", ".env")
    session.start()
    session.tool("t1", "echo tok-12345678 > notes.txt; echo API_TOKEN=other-secret > .env")
    read = {"tool_name": "Read", "tool_use_id": "t2", "tool_input": {"file_path": str(session.root / ".env")}}
    session.hook("PostToolUse", **read, tool_response={"content": "other-secret"})
    session.end()
    written = session.journal.read_text()
    assert "tok-12345678" not in written
    assert "other-secret" not in [line.get("tool_response") for line in session.lines()]
    assert session.changes() == [
        ("t1", ".env", "edit", None, None),
        ("t1", "notes.txt", "edit", "one\n", "[redacted:env]\n"),
    ]


def test_huge_output_is_cut(session):
    session.hook("PostToolUse", tool_name="Bash", tool_use_id="t1", tool_response={"stdout": "x" * 3_000_000})
    session.end()
    [line] = [line for line in session.lines() if line["hook_event_name"] == "PostToolUse"]
    assert line["tool_response"]["stdout"].endswith("… [2,800,000 characters left out]")


def test_server_that_is_away_holds_nobody(session):
    session.goes_to("http://127.0.0.1:9")
    session.start()
    began = time.monotonic()
    session.tool("t1", "true")
    assert time.monotonic() - began < 3
    for process in session.keepers():
        os.kill(process, signal.SIGKILL)
    with far_side() as server:
        session.goes_to(server.url)
        session.end()
        assert [json.loads(line) for line in server.lines()] == session.lines()


def test_folder_without_git_is_said(tmp_path):
    (tmp_path / "plain").mkdir()
    session = Session(tmp_path, repository=tmp_path / "plain")
    session.hook("SessionStart", source="startup")
    session.tool("t1", "echo x > x")
    session.end()
    told = [line["agentscope"] for line in session.lines() if line["hook_event_name"] == "AgentScopeLook"]
    assert [one["unseen"] for one in told] == ["no repository of git"]


def test_session_arrives_as_one_run_with_hidden_changes(session, product):
    session.name = f"h{time.time_ns()}"
    session.goes_to(product.url, product.ingest_key)
    session.start()
    session.hook("UserPromptSubmit", prompt="Fix it", prompt_id="p1")
    path = str(session.root / "calc.py")
    edit = {"tool_name": "Edit", "tool_use_id": f"{session.name}-1"}
    asked = {"file_path": path, "old_string": "a - b", "new_string": "a + b"}
    session.hook("PreToolUse", **edit, tool_input=asked)
    (session.root / "calc.py").write_text("a + b\n")
    told = {"filePath": path, "oldString": "a - b", "newString": "a + b", "originalFile": "a - b\n"}
    hunk = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-a - b", "+a + b"]}
    session.hook("PostToolUse", **edit, tool_input=asked, tool_response={**told, "structuredPatch": [hunk]})
    session.tool(f"{session.name}-2", "echo two >> notes.txt")
    session.hook("Stop", last_assistant_message="Done.")
    session.end()
    run = product.run(session.name)
    counted = {name: run[name] for name in ("status", "tool_calls", "files_changed", "lines_added", "branch")}
    assert counted == {
        "status": "done",
        "tool_calls": 2,
        "files_changed": 2,
        "lines_added": 2,
        "branch": "main",
    }
    changes = product.read(f"/api/v1/runs/{run['id']}/changes")["results"]
    assert [(one["path"], one["origin"], one["additions"]) for one in changes] == [
        ("calc.py", "declared", 1),
        ("calc.py", "observed", 1),
        ("notes.txt", "observed", 1),
    ]


def test_disk_that_is_full_holds_nobody_and_events_are_sent_from_memory(session):
    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with far_side() as server:
        session.goes_to(server.url)
        for event in ("SessionStart", "UserPromptSubmit", "SessionEnd"):
            data = json.dumps({"session_id": "s1", "cwd": str(session.root), "hook_event_name": event})
            done = subprocess.run(
                session.command(),
                input=data.encode(),
                env=session.environment,
                capture_output=True,
                check=False,
                preexec_fn=fill,  # there is no other way to limit a child
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        session.wait()
        told = [json.loads(line) for line in server.lines()]
    assert session.journal.read_bytes() == b""
    told = [one["hook_event_name"] for one in told if "unseen" not in one["agentscope"]]
    assert told == ["SessionStart", "UserPromptSubmit", "SessionEnd"]


def unseen(session):
    looks = [line["agentscope"] for line in session.lines() if line["hook_event_name"] == "AgentScopeLook"]
    return [look["unseen"] for look in looks if "unseen" in look]


def test_git_that_is_missing_is_said(session, tmp_path):
    (tmp_path / "bin").mkdir()
    session.environment["PATH"] = str(tmp_path / "bin")
    session.hook("SessionStart", source="startup")
    session.tool("t1", "true")
    session.end()
    assert unseen(session) == ["no repository of git"]
    assert names(session) == ["SessionStart", "PreToolUse", "PostToolUse", "SessionEnd"]


def test_repository_that_is_too_large_is_looked_at_no_more(session, tmp_path):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\nPATH="{session.environment["PATH"]}"\nsleep 0.3\nexec git "$@"\n')
    slow.chmod(0o755)
    session.start()
    session.environment["PATH"] = f"{slow.parent}:{session.environment['PATH']}"
    for process in session.keepers():
        os.kill(process, signal.SIGKILL)
    session.start()
    for n in range(3):
        session.tool(f"t{n}", "true")
        if not unseen(session):
            session.settle()
    assert unseen(session) == ["too large a repository"]
    began = time.monotonic()
    session.tool("t9", "true")
    assert time.monotonic() - began < 1


def test_looks_go_on_after_a_keeper_died_within_git(session):
    session.start()
    for process in session.keepers():
        os.kill(process, signal.SIGKILL)
    (session.home / "s1" / "index.lock").write_bytes(b"")
    session.tool("t1", "echo 2 >> notes.txt")
    session.end()
    assert session.changes() == [("t1", "notes.txt", "edit", "one\n", "one\n2\n")]


def test_snapshots_go_when_the_session_ends_and_the_repository_is_as_it_was(session):
    def kept():
        return {path: path.read_bytes() for path in (session.root / ".git").rglob("*") if path.is_file()}

    before = kept()
    session.start()
    session.tool("t1", "echo 2 >> notes.txt")
    session.end()
    assert kept() == before
    left = {path.name for path in (session.home / "s1").iterdir()}
    assert left == {"lock", "keeper.lock", "troubles.txt"}
    assert (session.home / "s1" / "troubles.txt").read_text() == ""


def test_session_that_goes_on_is_looked_at_anew(session):
    session.start()
    session.end()
    (session.root / "notes.txt").write_text("meanwhile\n")
    session.start()
    session.tool("t1", "echo 2 >> calc.py")
    session.end()
    assert session.changes() == [("t1", "calc.py", "edit", "a - b\n", "a - b\n2\n")]


def test_transcript_is_sent_when_the_session_ends(session, tmp_path):
    folder = tmp_path / "projects" / "-repo"
    (folder / "s1" / "subagents").mkdir(parents=True)
    (folder / "s1.jsonl").write_text("{}\n")
    (folder / "s1" / "subagents" / "agent-a.jsonl").write_text("{}\n")
    with far_side() as server:
        session.goes_to(server.url)
        session.start()
        session.hook("Stop", transcript_path=str(folder / "s1.jsonl"))
        session.hook("SessionEnd", transcript_path=str(folder / "s1.jsonl"))
        session.wait()
        assert server.files() == [["-repo/s1.jsonl", "-repo/s1/subagents/agent-a.jsonl"]]


def test_hooks_that_are_off_tell_nothing(session):
    session.environment["AGENTSCOPE_HOOKS"] = "off"
    session.hook("SessionStart", source="startup")
    assert list(session.home.iterdir()) == []


def test_command_by_name_tells_by_the_settings_of_the_user(session, tmp_path):
    with far_side() as server:
        words = [sys.executable, "-m", "agentscope_recorder", "hook", "claude-code"]
        place = {"AGENTSCOPE_URL": server.url, "AGENTSCOPE_KEY": "k", "PYTHONPATH": ":".join(sys.path)}
        for event in ("SessionStart", "SessionEnd"):
            data = json.dumps({"session_id": "s1", "cwd": str(session.root), "hook_event_name": event})
            done = subprocess.run(
                words,
                input=data.encode(),
                env={**session.environment, **place},
                capture_output=True,
                check=False,
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        wait_for(lambda: b'"SessionEnd"' in b"".join(server.lines()))
    assert (tmp_path / ".local/state/agentscope/hooks/default/s1.hooks.jsonl").exists()


@pytest.mark.parametrize("by_name", [False, True])
def test_hook_imports_nothing_that_takes_its_time(session, by_name):
    words = ["-m", "agentscope_recorder", "hook", "claude-code"] if by_name else session.command()[1:]
    environment = {**session.environment, "AGENTSCOPE_HOOKS": "off", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-X", "importtime", *words]
    done = subprocess.run(command, input="{}", env=environment, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & {"json", "re", "socket", "typing", "subprocess", "pathlib", "argparse"} == set()
    assert "_socket" in imported
