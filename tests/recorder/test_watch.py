"""Sessions of agents are sent as they are and as they grow, once each, also after a restart."""

import json
import time

import pytest
from agentscope_recorder.cli import main
from agentscope_recorder.cli.watch import WHERE, since_of
from agentscope_recorder.sessions import AGENTS, Eyes

from tests.recorder.far_side import far_side

NATIVE = '{"v":1,"run":"%s","kind":"prompt","text":"Hi","ts":"2026-01-01T10:00:00Z"}\n'


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """Folders of agents with a session each; one has a sub-agent."""
    for variable, name in (
        ("CLAUDE_CONFIG_DIR", "claude"),
        ("CODEX_HOME", "codex"),
        ("GEMINI_CONFIG_DIR", "gemini"),
    ):
        monkeypatch.setenv(variable, str(tmp_path / name))
    for variable in ("QWEN_CONFIG_DIR", "COPILOT_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "none"))
    session = tmp_path / "claude" / "projects" / "-repo"
    (session / "s1" / "subagents").mkdir(parents=True)
    (session / "s1.jsonl").write_text(NATIVE % "s1")
    (session / "s1" / "subagents" / "agent-a.jsonl").write_text(NATIVE % "s1")
    rollout = tmp_path / "codex" / "sessions" / "2026" / "01" / "02"
    rollout.mkdir(parents=True)
    (rollout / "rollout-c1.jsonl").write_text(NATIVE % "c1")
    return tmp_path


def watch(url, *words):
    return main(["--url", url, "--key", "k", "watch", "--once", *words])


def test_sessions_are_sent_once_and_again_when_they_grow(homes, capsys):
    with far_side() as server:
        assert watch(server.url) == 0
        assert sorted(server.files()) == [
            ["-repo/s1.jsonl", "-repo/s1/subagents/agent-a.jsonl"],
            ["02/rollout-c1.jsonl"],
        ]
        assert watch(server.url) == 0
        assert len(server.files()) == 2
        assert capsys.readouterr().out.splitlines()[-1] == "Nothing new."
        with (homes / "claude/projects/-repo/s1/subagents/agent-a.jsonl").open("a") as file:
            file.write(NATIVE % "s1")
        assert watch(server.url) == 0
        assert len(server.files()) == 3


def test_one_agent_and_older_sessions_left_out(homes):
    with far_side() as server:
        assert watch(server.url, "--agent", "codex") == 0
        assert server.files() == [["02/rollout-c1.jsonl"]]
        assert watch(server.url, "--since", "2090-01-01") == 0
        assert len(server.files()) == 1


def test_wrong_key_ends_with_one_sentence(homes, capsys):
    with far_side() as server:
        server.answers = [(401, {})]
        assert watch(server.url) == 1
    assert "does not take the key" in capsys.readouterr().err


def test_server_that_is_away_is_said_and_the_sessions_are_due_again(homes, capsys):
    assert watch("http://127.0.0.1:9", "--agent", "codex") == 0
    assert "not sent" in capsys.readouterr().out
    with far_side() as server:
        assert watch(server.url, "--agent", "codex") == 0
        assert len(server.files()) == 1


@pytest.mark.parametrize(("word", "seconds"), [("3d", 259_200), ("12h", 43_200)])
def test_since_is_days_or_hours(word, seconds):
    assert since_of(word, now=1_000_000.0) == 1_000_000.0 - seconds


def test_since_that_is_no_time(homes, capsys):
    assert watch("http://127.0.0.1:9", "--since", "yesterday") == 1
    assert "--since yesterday is no time" in capsys.readouterr().err


def test_session_arrives_at_the_product_and_grows(homes, product, capsys):
    name = f"w{time.time_ns()}"
    path = homes / "codex/sessions/2026/01/02/rollout-c1.jsonl"
    path.write_text(NATIVE % name)
    words = ["--url", product.url, "--key", product.ingest_key, "watch", "--once", "--agent", "codex"]
    assert main(words) == 0
    event = {"v": 1, "run": name, "kind": "final", "text": "Done.", "ts": "2026-01-01T10:00:09Z"}
    with path.open("a") as file:
        file.write(json.dumps(event) + "\n")
    assert main(words) == 0
    assert [step["kind"] for step in product.steps(name)] == ["prompt", "final"]
    assert product.url in capsys.readouterr().out


def test_import_says_what_came_of_files(tmp_path, product, capsys):
    name = f"i{time.time_ns()}"
    (tmp_path / "a.jsonl").write_text(NATIVE % name)
    (tmp_path / "b.txt").write_text("no trace")
    place = ["--url", product.url, "--key", product.ingest_key]
    assert main([*place, "import", str(tmp_path / "a.jsonl")]) == 0
    assert product.run(name)["id"] in capsys.readouterr().out
    assert main([*place, "import", str(tmp_path / "nowhere")]) == 1
    assert "does not exist" in capsys.readouterr().err


def write_json(path, told):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))


def test_sessions_of_opencode_go_with_their_messages_and_those_they_began(homes, product, capsys):
    storage = homes / "none" / "opencode" / "storage"
    at = time.time_ns() // 1_000_000
    root, child = f"ses_{at}a", f"ses_{at}b"
    times = {"created": at, "updated": at}
    for session, parent, text in ((root, None, "Fix the test"), (child, root, "Look at it")):
        about = {"id": session, "projectID": "p1", "directory": "/repo", "title": "Fix it", "time": times}
        write_json(storage / "session" / "p1" / f"{session}.json", {**about, "parentID": parent})
        message = {"id": f"msg_{session}", "sessionID": session, "role": "user", "time": {"created": at}}
        write_json(storage / "message" / session / f"msg_{session}.json", message)
        part = {"id": f"prt_{session}", "messageID": f"msg_{session}", "sessionID": session}
        place = storage / "part" / f"msg_{session}" / f"prt_{session}.json"
        write_json(place, {**part, "type": "text", "text": text})
    words = ["--url", product.url, "--key", product.ingest_key, "watch", "--once", "--agent", "opencode"]
    assert main(words) == 0
    assert "1 session sent." in capsys.readouterr().out
    assert product.run(root)["name"] == "Fix it"
    assert sum(step["kind"] == "prompt" for step in product.steps(root)) >= 1


def test_machine_without_agents_is_told_what_to_do(tmp_path, monkeypatch, capsys):
    for variable in WHERE:
        monkeypatch.setenv(variable, str(tmp_path / "none"))
    assert watch("http://127.0.0.1:9") == 0
    assert "Run an agent once, or say where its folder is: CLAUDE_CONFIG_DIR" in capsys.readouterr().out


def test_many_sessions_are_looked_at_seldom_and_the_new_ones_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "projects" / "-repo"
    folder.mkdir(parents=True)
    for n in range(3_000):
        (folder / f"{n}.jsonl").write_text("x")
    eyes = Eyes(AGENTS[:1], 0.0)
    begin = time.process_time()
    assert len(eyes.look()) == 3_000
    whole = time.process_time() - begin
    begin = time.process_time()
    for _ in range(5):
        fresh = eyes.look()
        assert len(fresh) == 20
    assert (time.process_time() - begin) / 5 < whole / 10
    with fresh[-1].main.open("a") as file:
        file.write("grown")
    assert eyes.look()[-1].stamp()[0] == 6
