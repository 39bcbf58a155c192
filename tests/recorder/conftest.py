"""A recorder without settings of this machine, and its file."""

from pathlib import Path

import pytest
from agentscope_recorder import Recorder, quiet


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings, no folder, no warnings of elsewhere."""
    for name in (
        "AGENTSCOPE_URL",
        "AGENTSCOPE_KEY",
        "AGENTSCOPE_RUN",
        "AGENTSCOPE_PARENT",
        "AGENTSCOPE_TRACES",
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AGENTSCOPE_CONFIG", str(tmp_path / "config.json"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    quiet._said.clear()


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Where the run of a test is written."""
    return tmp_path / "run.jsonl"


@pytest.fixture
def run(trace: Path) -> Recorder:
    """A recorder that sends nothing."""
    return Recorder(trace, agent="loop", task="Fix it", run="r1")
