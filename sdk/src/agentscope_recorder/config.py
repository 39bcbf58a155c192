"""Where events go: arguments, then the environment, then one file."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from agentscope_recorder.quiet import warn_once

#: The one file: `{"url": …, "key": …, "folder": …}`.
FILE_VARIABLE = "AGENTSCOPE_CONFIG"


class Config(NamedTuple):
    """Where events go."""

    url: str
    key: str
    folder: Path  #: of traces without a path of their own


def home_folder() -> Path:
    """Name the user's home; in a container whose user has none, the folder of temporary files."""
    try:
        return Path.home()
    except (RuntimeError, KeyError):  # KeyError: Python 3.9
        return Path(tempfile.gettempdir())


def config_path() -> Path:
    """Say where the file is."""
    told = os.environ.get(FILE_VARIABLE)
    base = os.environ.get("XDG_CONFIG_HOME") or str(home_folder() / ".config")
    return Path(told) if told else Path(base) / "agentscope" / "config.json"


def read_config(*, url: str | None = None, key: str | None = None) -> Config:
    """Read the settings. It does not raise: a file that cannot be read is as none, with a word."""
    told = settings_in(config_path())
    state = os.environ.get("XDG_STATE_HOME") or str(home_folder() / ".local" / "state")
    return Config(
        url=(url or os.environ.get("AGENTSCOPE_URL") or str(told.get("url") or "")).rstrip("/"),
        key=key or os.environ.get("AGENTSCOPE_KEY") or str(told.get("key") or ""),
        folder=Path(
            os.environ.get("AGENTSCOPE_TRACES") or told.get("folder") or Path(state) / "agentscope" / "traces"
        ),
    )


def settings_in(path: Path) -> dict[str, Any]:
    """Read the file."""
    try:
        told = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        warn_once(f"config:{path}", f"{path} cannot be read ({error}); it is left out.")
        return {}
    return told if isinstance(told, dict) else {}
