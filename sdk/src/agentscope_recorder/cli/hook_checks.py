"""What `doctor` says of the hooks of Claude Code: are they there, can they run, did anything come?"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.config import Config
from agentscope_recorder.hooks.client import TROUBLES, default_home
from agentscope_recorder.hooks.homes import CONFIG, journals
from agentscope_recorder.hooks.leftovers import is_all_sent
from agentscope_recorder.installing import claude_code
from agentscope_recorder.limits import QUIET_SECONDS
from agentscope_recorder.posting import Target

Check = tuple[bool, str]
AGAIN = "agentscope-recorder install claude-code writes them anew"


def checks_of_hooks(config: Config) -> Iterator[Check]:
    """Check the hooks of every settings file that has them."""
    paths = (claude_code.default_path(), claude_code.shared_path(), claude_code.local_path())
    for path in dict.fromkeys(paths):  # the first two are one where one works at home
        try:
            hooks = list(hooks_in(path))
        except Trouble as trouble:
            yield False, f"{path}: {trouble}"
            continue
        if hooks:
            yield from checks_of(path, hooks, config)


def hooks_in(path: Path) -> Iterator[dict[str, Any]]:
    """List the hooks of ours in settings. Raises Trouble."""
    try:
        told = claude_code.settings_in(path.read_text()).get("hooks")
    except OSError:
        return
    for entries in told.values() if isinstance(told, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            if claude_code.is_ours(entry):
                yield from (hook for hook in entry["hooks"] if claude_code.tells(hook))


def checks_of(path: Path, hooks: list[dict[str, Any]], config: Config) -> Iterator[Check]:
    """Check the hooks of one file."""
    command = str(hooks[0].get("command", ""))
    if not command:
        yield True, f"{path}: {len(hooks)} hooks post to {hooks[0].get('url')}"
        return
    home, target = Path(default_home()), Target(config.url, config.key)
    if claude_code.CLIENT in command:
        words = shlex.split(command)
        missing = [word for word in (words[0], words[3]) if not Path(word).exists()]
        if missing:
            yield False, f"{path}: the hooks cannot run: {missing[0]} is gone; {AGAIN}"
            return
        home = Path(words[4])
        try:
            told = json.loads((home / CONFIG).read_text())
            target = Target(str(told["url"]), str(told["key"]))
        except (OSError, ValueError, KeyError, TypeError):
            yield (
                False,
                f"{path}: the hooks do not know where to send to: {home / CONFIG} cannot be read; {AGAIN}",
            )
            return
    yield True, f"{path}: {len(hooks)} hooks run, for {target.url}"
    yield from checks_of_events(home, target)


def checks_of_events(home: Path, target: Target) -> Iterator[Check]:
    """Say what came last, what waits, and what went wrong."""
    kept = list(journals(home))
    if not kept:
        yield True, "no event has come yet; sessions that begin now are recorded"
        return
    newest = max(path.stat().st_mtime for path in kept)
    yield True, f"the last event came {ago(time.time() - newest)} ago"
    quiet = [path for path in kept if time.time() - path.stat().st_mtime > QUIET_SECONDS]
    waiting = [path for path in quiet if not is_all_sent(path, target)]
    if waiting:
        yield False, f"{len(waiting)} sessions wait for the server: agentscope-recorder push {home}"
    for path in sorted(home.glob(f"*/{TROUBLES}"), key=lambda one: one.stat().st_mtime)[-1:]:
        said = path.read_text(errors="replace").strip().splitlines()
        if said:
            yield False, f"hooks of session {path.parent.name}: {said[-1]}"


def ago(seconds: float) -> str:
    """Write a time that has passed, in its largest unit."""
    for name, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{max(seconds, 0):.0f} s"
