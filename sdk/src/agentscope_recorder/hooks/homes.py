"""Where command hooks keep what they need: a folder for each settings file, with its address and key."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from agentscope_recorder.config import read_config, settings_in
from agentscope_recorder.posting import Target
from agentscope_recorder.pushing import PATHS, SENT, offset_of

CONFIG = "config.json"


def home_for(settings: Path, agent: str = "claude-code") -> Path:
    """Name the folder of a settings file."""
    tag = hashlib.sha256(str(settings.absolute()).encode()).hexdigest()[:8]
    return homes() / f"{agent}-{tag}"


def homes() -> Path:
    """Name the folder of all of them; that of hooks without a home of their own is in it."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "agentscope" / "hooks"


def write_config(home: Path, target: Target) -> None:
    """Write where events go, for their owner alone. Raises OSError."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = home / CONFIG
    spare = place.with_name(f"{CONFIG}.{os.getpid()}")
    spare.touch(mode=0o600)
    spare.write_text(json.dumps({"url": target.url, "key": target.key}))
    spare.replace(place)


def target_of(home: Path) -> Target:
    """Read where events of an install go; without a word there, as everywhere else."""
    told = settings_in(home / CONFIG)
    config = read_config(url=str(told.get("url") or ""), key=str(told.get("key") or ""))
    return Target(config.url, config.key)


def remove(home: Path) -> None:
    """Remove what hooks needed; what the server has not got stays."""
    target = target_of(home)
    for one in home.iterdir() if home.is_dir() else ():
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
    for path in journals(home):
        if offset_of(path, target) >= path.stat().st_size:
            path.unlink()
            path.with_name(path.name + SENT).unlink(missing_ok=True)
    for name in (CONFIG, "lock"):
        (home / name).unlink(missing_ok=True)
    if home.is_dir() and not any(home.iterdir()):
        home.rmdir()


def journals(home: Path) -> Iterator[Path]:
    """List the files of sessions."""
    yield from sorted(path for end in PATHS for path in home.glob(f"*{end}"))
