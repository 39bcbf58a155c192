"""`run -- CMD…`: any command as a run: its output, its exit status; recorders in it join the run."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.passing import Passing
from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.limits import LEFT_BEHIND_SECONDS
from agentscope_recorder.recorder import Recorder
from agentscope_recorder.workspace.git import root_of

NOT_FOUND = 127  #: what a shell gives for a command that cannot be started
#: Signals that a terminal sends to all programs in it, and those that come to us alone.
NAMES_OF_KEYS = ("SIGINT", "SIGQUIT")
NAMES = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
KEYS = tuple(getattr(signal, name) for name in NAMES_OF_KEYS if hasattr(signal, name))


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("--name", help="title of the run (else the command)")
    parser.add_argument("--task", help="what the agent is asked to do")
    parser.add_argument("--agent", help="name of the agent program (else the name of the command)")
    parser.add_argument("--trace", help="file to write to (else in the folder of the config)")
    parser.add_argument("--workspace", help="folder to look at for changes (else the repository here)")
    parser.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD…")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise Trouble("There is no command: agentscope-recorder run -- python my_agent.py")
    about = {
        "agent": options.agent or Path(argv[0]).name,
        "task": options.task,
        "name": options.name or " ".join(argv)[:200],
    }
    record = Recorder(
        options.trace,
        url=options.url,
        key=options.key,
        workspace=options.workspace or root_of(Path.cwd()),
        **about,
    )
    try:
        with record.step("tool", "command", args={"command": " ".join(argv)}) as step:
            status = watched(record, argv)
            step.set(exit_code=status)
    except Trouble as trouble:
        record.end(trouble, status="failed")
        print(f"agentscope-recorder: {trouble}", file=sys.stderr)
        return NOT_FOUND
    record.end(status="done" if status == 0 else "interrupted" if status < 0 else "failed")
    return status if status >= 0 else 128 - status


def watched(record: Recorder, argv: list[str]) -> int:
    """Run a command: what it prints is passed on as it comes, and recorded. Raises Trouble."""
    try:
        child = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=record.environment()
        )
    except (OSError, ValueError) as error:
        raise Trouble(
            f"{argv[0]} cannot be started ({getattr(error, 'strerror', None) or error})."
        ) from error
    assert child.stdout is not None
    assert child.stderr is not None
    before = pass_signals_on(child)
    passing = [
        Passing(record, child.stdout, sys.stdout.buffer, "info"),
        Passing(record, child.stderr, sys.stderr.buffer, "warning"),
    ]
    status = child.wait()
    until = time.monotonic() + LEFT_BEHIND_SECONDS
    for one in passing:
        one.thread.join(timeout=max(until - time.monotonic(), 0.0))
    for number, handler in before.items():
        signal.signal(number, handler)
    return status


def pass_signals_on(child: subprocess.Popen[bytes]) -> dict[int, Any]:
    """Let the command have the signals that come to us; those of a terminal's keys it has already."""

    def hand_on(number: int, frame: Any) -> None:
        if number not in KEYS or not sys.stdin.isatty():
            child.send_signal(number)

    numbers = [getattr(signal, name) for name in (*NAMES_OF_KEYS, *NAMES) if hasattr(signal, name)]
    return {number: signal.signal(number, hand_on) for number in numbers}
