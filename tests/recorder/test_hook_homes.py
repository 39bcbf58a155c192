"""What hooks keep beside the settings: sent by the next session, removed when old, shown by `doctor`."""

import json
import os
import time

import pytest
from agentscope_recorder.cli import main
from agentscope_recorder.cli.hook_checks import ago
from agentscope_recorder.hooks.homes import home_for, write_config
from agentscope_recorder.hooks.leftovers import care_for
from agentscope_recorder.posting import Target

from tests.recorder.far_side import far_side

KEY = "as_" + "k" * 40
LINE = b'{"hook_event_name":"Stop","session_id":"s0"}\n'


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """The settings of a user whose home is a folder of the test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".claude" / "settings.json"


def make_older(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def journal_in(home, name="s0", age=100):
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{name}.hooks.jsonl"
    path.write_bytes(LINE)
    make_older(path, age)
    return path


def lines_of(capsys):
    return capsys.readouterr().out.splitlines()


def test_leftovers_of_quiet_sessions_are_sent_once(tmp_path):
    journal_in(tmp_path / "home")
    journal_in(tmp_path / "home", "busy", age=0)
    with far_side() as server:
        for _ in range(2):
            care_for(tmp_path / "home", tmp_path / "home" / "own", Target(server.url, KEY))
        assert server.lines() == [LINE.rstrip()]


def test_old_sessions_go_once_they_are_sent(tmp_path):
    home, week = tmp_path / "home", 8 * 86_400
    path = journal_in(home, age=week)
    for name in ("s0", "own"):
        (home / name).mkdir()
        make_older(home / name, week)
    with far_side() as server:
        target = Target(server.url, KEY)
        care_for(home, home / "own", target)
        assert path.exists()
        care_for(home, home / "own", target)
    assert sorted(one.name for one in home.iterdir()) == ["own"]


def test_leftovers_stay_while_the_server_is_away(tmp_path):
    path = journal_in(tmp_path / "home", age=8 * 86_400)
    care_for(tmp_path / "home", tmp_path / "home" / "own", Target("http://127.0.0.1:9", KEY))
    assert path.exists()


def test_doctor_says_nothing_of_hooks_where_there_are_none(settings, capsys):
    main(["doctor"])
    assert not [line for line in lines_of(capsys) if "hooks" in line]


def test_doctor_follows_hooks_from_the_install_to_the_last_event(settings, capsys):
    with far_side() as server:
        place = ["--url", server.url, "--key", KEY]
        main([*place, "install", "claude-code", "--yes"])
        capsys.readouterr()
        main([*place, "doctor"])
        told = lines_of(capsys)[-2:]
        assert told == [
            f"✓ {settings}: 12 hooks run, for {server.url}",
            "✓ no event has come yet; sessions that begin now are recorded",
        ]
        home = home_for(settings)
        journal_in(home, age=700)
        (home / "s0").mkdir()
        (home / "s0" / "troubles.txt").write_text("agentscope-recorder: The disk is full.\n")
        assert main([*place, "doctor"]) == 1
        told = lines_of(capsys)[-3:]
    assert told == [
        "✓ the last event came 12 min ago",
        f"✗ 1 sessions wait for the server: agentscope-recorder push {home}",
        "✗ hooks of session s0: agentscope-recorder: The disk is full.",
    ]


def test_doctor_says_what_of_hooks_is_gone(settings, capsys):
    main(["--url", "http://a", "--key", KEY, "install", "claude-code", "--yes"])
    home = home_for(settings)
    (home / "config.json").write_text("{broken")
    capsys.readouterr()
    assert main(["doctor"]) == 1
    assert "do not know where to send to" in lines_of(capsys)[-1]
    told = json.loads(settings.read_text())
    told["hooks"]["SessionStart"][0]["hooks"][0]["command"] = (
        f"/gone/python -I -S /x/agentscope_recorder/hooks/client.py {home}"
    )
    settings.write_text(json.dumps(told))
    assert main(["doctor"]) == 1
    assert "/gone/python is gone" in lines_of(capsys)[-1]


def test_uninstall_keeps_what_the_server_has_not_got(settings, capsys):
    main(["--url", "http://a", "--key", KEY, "install", "claude-code", "--yes"])
    path = journal_in(home_for(settings))
    (home_for(settings) / "s0").mkdir()
    main(["uninstall", "claude-code", "--yes"])
    assert list(home_for(settings).iterdir()) == [path]


def test_config_is_for_its_owner_alone(tmp_path):
    write_config(tmp_path / "home", Target("http://a", KEY))
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0
    assert (tmp_path / "home" / "config.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (59, "59 s"), (240, "4 min"), (9_000, "2 h"), (400_000, "5 days")]
)
def test_ago_is_in_the_largest_unit(seconds, words):
    assert ago(seconds) == words
