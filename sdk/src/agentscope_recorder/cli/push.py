"""`push`: sends what the server has not got of traces, from the offset it has acknowledged."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from agentscope_recorder.cli.targets import target_of
from agentscope_recorder.cli.traces import events_in
from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.config import read_config
from agentscope_recorder.posting import Target, Verdict
from agentscope_recorder.pushing import HOOKS, NOTICES, push_file

#: Pauses before a request is made again; then the command ends, and says so.
PAUSES = (1.0, 2.0, 5.0, 10.0)
#: Objects of a file that are looked at: whether it is a trace at all.
FIRST_OBJECTS = 100


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument(
        "paths", nargs="*", type=Path, help="traces, or folders of them (else the folder of the config)"
    )


def run(options: argparse.Namespace) -> int:
    """Send every trace."""
    target = target_of(options)
    paths: list[Path] = options.paths or [read_config().folder]
    files = [file for path in paths for file in traces_in(path)]
    for path in files:
        sent = push_patiently(path, target)
        print(f"{path}: {sent} events sent" if sent else f"{path}: nothing new")
    if not files:
        print(f"No traces (*.jsonl) in {', '.join(map(str, paths))}.")
    return 0


def push_patiently(path: Path, target: Target) -> int:
    """Send the rest of one trace. Raises Trouble when the server does not take it."""
    total = 0
    for pause in (*PAUSES, None):
        sent, answer = push_file(path, target)
        total += sent
        if answer.verdict is Verdict.STORED:
            return total
        if answer.verdict is Verdict.NEVER or pause is None:
            break
        time.sleep(max(pause, answer.pause))
    raise Trouble(f"{answer.sentence} {total} events of {path} were sent; push again for the rest.")


def traces_in(path: Path) -> Iterator[Path]:
    """List the traces at a path. Raises Trouble when there is nothing there."""
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*.jsonl")) if is_trace(file))
    elif path.is_file():
        if not is_trace(path):
            raise Trouble(f"{path} is no trace of the recorder, and is not sent; for others: import {path}")
        yield path
    else:
        raise Trouble(f"{path} does not exist.")


def is_trace(path: Path) -> bool:
    """Say whether a file holds events: what else lies there is no business of the server's."""
    try:
        if path.name.endswith((HOOKS, NOTICES)) or path.stat().st_size == 0:
            return True
        first = itertools.islice(events_in(path), FIRST_OBJECTS)
        return any("run" in event and "kind" in event for event in first)
    except (OSError, Trouble):  # sending it says what is wrong
        return True
