"""`doctor`: what stands between a trace and the server: address, key, scope, clock, folder."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from agentscope_recorder.cli.hook_checks import checks_of_hooks
from agentscope_recorder.config import Config, config_path, read_config
from agentscope_recorder.limits import MIB
from agentscope_recorder.posting import Target, request, why
from agentscope_recorder.pushing import offset_of
from agentscope_recorder.workspace.git import root_of

#: Seconds that the clocks may differ; steps are placed by the clock of the agent.
SKEW_SECONDS = 5.0
SECONDS = 5.0
#: Bytes that should be free where traces are written: a long run has some tens of MiB.
FREE_BYTES = 200 * MIB
Check = tuple[bool, str]


def describe(parser: argparse.ArgumentParser) -> None:
    """There are no arguments of its own."""


def run(options: argparse.Namespace) -> int:
    """Print every check; the exit status is 1 when one failed."""
    config = read_config(url=options.url, key=options.key)
    checks = [
        *settings_of(config, options),
        *folder_of(config.folder),
        git_here(),
        *(answers_of(config) if config.url and config.key else ()),
        *([unsent_in(config)] if config.url and config.key else []),
        *checks_of_hooks(config),
    ]
    for fine, sentence in checks:
        print(f"{'✓' if fine else '✗'} {sentence}")
    return 0 if all(fine for fine, _ in checks) else 1


def settings_of(config: Config, options: argparse.Namespace) -> Iterator[Check]:
    """Say what address and key are, and where they come from."""
    where = f"set AGENTSCOPE_URL and AGENTSCOPE_KEY, or write url and key into {config_path()}"
    address, key = (source_of(name, getattr(options, name, None)) for name in ("url", "key"))
    yield bool(config.url), f"address: {config.url} ({address})" if config.url else f"no address; {where}"
    yield bool(config.key), f"key: {config.key[:6]}… ({key})" if config.key else f"no key; {where}"


def source_of(name: str, flag: str | None) -> str:
    """Say which of flag, environment and file a setting comes from."""
    variable = f"AGENTSCOPE_{name.upper()}"
    return (
        f"from --{name}"
        if flag
        else f"from {variable}"
        if os.environ.get(variable)
        else f"from {config_path()}"
    )


def folder_of(folder: Path) -> Iterator[Check]:
    """Say whether traces can be written, whether there is room, and what waits there to be sent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fine, room = os.access(folder, os.W_OK), shutil.disk_usage(folder).free
    except OSError as error:
        yield False, f"traces cannot be written to {folder} ({error.strerror}); set AGENTSCOPE_TRACES"
        return
    yield fine, f"traces go to {folder}" if fine else f"{folder} cannot be written; set AGENTSCOPE_TRACES"
    left = f"{room / MIB:,.0f} MiB are free there"
    yield room >= FREE_BYTES, left if room >= FREE_BYTES else f"only {left}; remove old traces"


def unsent_in(config: Config) -> Check:
    """Say how many traces the server has not got whole."""
    target = Target(config.url, config.key)
    waiting = [
        path for path in config.folder.glob("*.jsonl") if offset_of(path, target) < path.stat().st_size
    ]
    if not waiting:
        return True, "all traces there are sent"
    few = "1 trace is" if len(waiting) == 1 else f"{len(waiting):,} traces are"
    return False, f"{few} not sent whole; agentscope-recorder push sends them"


def git_here() -> Check:
    """Say whether changes of files can be seen by git."""
    if shutil.which("git") is None:
        return False, "git is not installed; changes of files are found by their times, which is slower"
    root = root_of(Path.cwd())
    return (
        True,
        f"git is there, and this is the repository {root}" if root else "git is there; this is no repository",
    )


def answers_of(config: Config) -> Iterator[Check]:
    """Ask the server: does it answer, does it take the key, is its clock ours?"""
    target = Target(config.url, config.key)
    asked = time.time()
    try:
        status, _, told = request(target, "GET", b"", {"Authorization": f"Bearer {config.key}"}, SECONDS)
    except (OSError, http.client.HTTPException, ValueError) as error:
        yield False, f"{config.url} does not answer ({why(error)}); is it running, and is the port right?"
        return
    took = time.time() - asked
    yield True, f"{config.url} answers, in {took * 1000:.0f} ms"
    yield key_check(status, told)
    yield clock_check(field_of(told, "time"), asked + took / 2)


def field_of(told: bytes, name: str) -> str:
    """Read a field of an answer."""
    try:
        return str(json.loads(told).get(name) or "")
    except (ValueError, AttributeError):
        return ""


def key_check(status: int, told: bytes) -> Check:
    """Say what the server says of the key."""
    if status == 200 and field_of(told, "project"):
        return True, f"the key may send events to {field_of(told, 'team')}/{field_of(told, 'project')}"
    if status in (401, 403):
        said = field_of(told, "error") or str(status)
        return False, f"the key is refused: {said} Make one with the scope ingest under API keys"
    return False, f"there is no AgentScope at this address: it answers {status}"


def clock_check(told: str, now: float) -> Check:
    """Compare the clocks."""
    try:
        theirs = datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return True, "the server tells no time"
    skew = now - theirs
    if abs(skew) <= SKEW_SECONDS:
        return True, "the clocks agree"
    ahead = "ahead of" if skew > 0 else "behind"
    return False, (
        f"this clock is {abs(skew):,.0f} s {ahead} the server's, and steps are placed by it: "
        "switch on NTP (timedatectl set-ntp true) where it is wrong"
    )
