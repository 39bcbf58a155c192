"""Settings of agents get our lines, and are as they were afterwards, byte for byte."""

import io
import json
import sys
from pathlib import Path

import pytest
from agentscope_recorder.cli import main
from agentscope_recorder.hooks import client

from ingest.clients import CLIENTS, filled

KEY = "as_" + "k" * 40
PLACE = ["--url", "https://scope.example.com", "--key", KEY]
SAY = '{"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}'
ODD = f'{{"model":"opus",\n\t"hooks": {SAY}, "ü": 1}}'


def install(agent, path, *words):
    return main([*PLACE, "install", agent, "--settings", str(path), "--yes", *words])


def settings_of(folder, text):
    """Write settings into a folder of their own."""
    path = folder / "claude" / "settings.json"
    path.parent.mkdir()
    if text:
        path.write_text(text)
    return path


def uninstall(agent, path):
    return main(["uninstall", agent, "--settings", str(path), "--yes"])


@pytest.mark.parametrize("before", ["", "{}", ODD])
def test_claude_code_gets_hooks_and_is_as_it_was_afterwards(tmp_path, before, capsys):
    path = settings_of(tmp_path, before)
    assert install("claude-code", path) == 0
    assert KEY not in capsys.readouterr().out
    settings = json.loads(path.read_text())
    [home] = (tmp_path / "state/agentscope/hooks").iterdir()
    words = [sys.executable, "-I", "-S", client.__file__, str(home), "2>/dev/null", "||", "true"]
    hook = {"type": "command", "command": " ".join(words), "timeout": 5}
    assert settings["hooks"]["SessionStart"] == [{"hooks": [hook]}]
    assert settings["hooks"]["PreToolUse"] == [{"matcher": "*", "hooks": [hook]}]
    assert settings["hooks"]["Stop"][-1] == {"hooks": [hook]}
    assert settings["env"]["OTEL_EXPORTER_OTLP_HEADERS"] == f"x-api-key={KEY}"
    assert json.loads((home / "config.json").read_text()) == {"url": "https://scope.example.com", "key": KEY}
    assert (home / "config.json").stat().st_mode & 0o777 == 0o600
    assert uninstall("claude-code", path) == 0
    assert KEY not in capsys.readouterr().out
    assert (path.read_text() if before else path.exists()) == (before or False)
    assert list(path.parent.iterdir()) == ([path] if before else [])
    assert not home.exists()


@pytest.mark.parametrize("before", ["", ODD])
def test_claude_code_posts_by_itself_where_it_is_asked_to(tmp_path, before):
    path = settings_of(tmp_path, before)
    assert install("claude-code", path, "--http") == 0
    settings = json.loads(path.read_text())
    url, headers = "https://scope.example.com/api/v1/hooks/claude-code", {"Authorization": f"Bearer {KEY}"}
    hook = {"type": "http", "url": url, "headers": headers, "timeout": 5}
    assert settings["hooks"]["PreToolUse"] == [{"matcher": "*", "hooks": [hook]}]
    assert settings["hooks"]["Stop"][-1] == {"hooks": [hook]}
    assert "SessionStart" not in settings["hooks"]
    assert uninstall("claude-code", path) == 0
    assert (path.read_text() if before else path.exists()) == (before or False)


@pytest.mark.parametrize("agent", ["claude-code", "codex"])
def test_nothing_is_taken_out_where_nothing_is(tmp_path, agent, capsys):
    path = tmp_path / "settings"
    assert uninstall(agent, path) == 0
    assert capsys.readouterr().out == f"There is no {path}: nothing of ours is in it.\n"
    assert not path.exists()


def test_commands_take_the_place_of_requests(tmp_path):
    path = settings_of(tmp_path, "{}")
    install("claude-code", path, "--http")
    install("claude-code", path)
    assert [len(entries) for entries in json.loads(path.read_text())["hooks"].values()] == [1] * 12


def test_settings_that_others_have_too_get_no_key_and_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*PLACE, "install", "claude-code", "--scope", "project", "--yes"]) == 0
    text = (tmp_path / ".claude/settings.json").read_text()
    assert KEY not in text
    assert str(tmp_path) not in text
    [hook] = json.loads(text)["hooks"]["Stop"][0]["hooks"]
    assert hook["command"] == "agentscope-recorder hook claude-code 2>/dev/null || true"
    assert main(["uninstall", "claude-code", "--scope", "project", "--yes"]) == 0
    assert not (tmp_path / ".claude/settings.json").exists()


def test_shared_settings_take_no_requests(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*PLACE, "install", "claude-code", "--scope", "project", "--http", "--yes"]) == 1
    assert "leave --http out" in capsys.readouterr().err


def test_installing_twice_is_installing_once(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(ODD)
    install("claude-code", path)
    once = path.read_text()
    install("claude-code", path)
    assert path.read_text() == once
    uninstall("claude-code", path)
    assert path.read_text() == ODD


def test_settings_that_were_changed_since_lose_our_lines_only(tmp_path, capsys):
    path = tmp_path / "settings.json"
    path.write_text(ODD)
    install("claude-code", path)
    settings = json.loads(path.read_text())
    path.write_text(json.dumps({**settings, "model": "haiku"}))
    uninstall("claude-code", path)
    assert json.loads(path.read_text()) == {**json.loads(ODD), "model": "haiku"}
    assert "was changed since" in capsys.readouterr().out


def test_telemetry_of_ones_own_stays(tmp_path):
    path = tmp_path / "settings.json"
    own = {"env": {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://mine", "OTEL_EXPORTER_OTLP_HEADERS": "a=b"}}
    path.write_text(json.dumps(own))
    install("claude-code", path, "--no-telemetry")
    assert json.loads(path.read_text())["env"] == own["env"]
    uninstall("claude-code", path)
    assert json.loads(path.read_text()) == own


NOTIFY = 'model = "gpt-5"\nnotify = ["say", \'a "b"\'] # mine\n\n[tui]\nnotify = 1\n'
LONG = 'notify = [\n  "say", # how\n  "a [b]",\n]\n'
CODEX = [
    ("", []),
    ('model = "gpt-5"\n', []),
    ('model = "gpt-5"', []),
    (NOTIFY, ["say", 'a "b"']),
    (LONG, ["say", "a [b]"]),
]


@pytest.mark.parametrize(("before", "program"), CODEX)
def test_codex_gets_lines_and_is_as_it_was_afterwards(tmp_path, before, program):
    tomllib = pytest.importorskip("tomllib")
    path = settings_of(tmp_path, before)
    assert install("codex", path) == 0
    told = tomllib.loads(path.read_text())
    assert told["otel"]["exporter"]["otlp-http"]["headers"] == {"x-api-key": KEY}
    [home] = (tmp_path / "state/agentscope/hooks").iterdir()
    notify = str(Path(client.__file__).with_name("notify.py"))
    assert told["notify"] == [sys.executable, "-I", "-S", notify, str(home), *program]
    assert install("codex", path) == 0
    assert uninstall("codex", path) == 0
    assert (path.read_text() if path.exists() else "") == before
    assert not home.exists()


@pytest.mark.parametrize(("before", "program"), CODEX[1:2] + CODEX[3:])
def test_codex_settings_that_were_changed_since_lose_our_lines_only(tmp_path, before, program):
    path = settings_of(tmp_path, before)
    install("codex", path)
    path.write_text(path.read_text() + "[mine]\n")
    assert uninstall("codex", path) == 0
    assert path.read_text() == before + "[mine]\n"


@pytest.mark.parametrize(
    ("agent", "before", "sentence"),
    [
        ("codex", "[otel]\nx = 1\n", "an [otel] table already"),
        ("codex", "notify = 1\n", "not a list of texts"),
        ("claude-code", "{broken", "The settings are no JSON"),
        ("claude-code", '{"hooks": 1}', '"hooks" of the settings is no object'),
    ],
)
def test_settings_that_are_not_understood_stay_as_they_are(tmp_path, agent, before, sentence, capsys):
    path = tmp_path / "settings"
    path.write_text(before)
    assert install(agent, path) == 1
    assert sentence in capsys.readouterr().err
    assert path.read_text() == before


def test_nobody_there_to_ask(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    path = tmp_path / "settings.json"
    assert main([*PLACE, "install", "claude-code", "--settings", str(path)]) == 1
    assert "give --yes" in capsys.readouterr().err
    assert not path.exists()


def test_hooks_are_those_of_the_connect_page(tmp_path):
    path = tmp_path / "settings.json"
    install("claude-code", path, "--no-telemetry", "--http")
    place = {"url": "https://scope.example.com", "key": KEY}
    [shown] = [lines for lines in CLIENTS["claude-code"].lines if "settings.json" in lines.label]
    assert json.loads(path.read_text()) == json.loads(filled(shown, **place).text)
