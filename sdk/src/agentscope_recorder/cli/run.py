"""`run -- CMD…`: any command as a run: its output, its exit status; recorders in it join the run."""

from __future__ import annotations

import argparse
import contextvars
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.recorder import Recorder
from agentscope_recorder.workspace.git import root_of


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
    with record.step("tool", "command", args={"command": " ".join(argv)}) as step:
        status = watched(record, argv)
        step.set(exit_code=status)
    record.end(status="done" if status == 0 else "interrupted" if status < 0 else "failed")
    return status if status >= 0 else 128 - status


def watched(record: Recorder, argv: list[str]) -> int:
    """Run a command: what it prints is passed on as it comes, and recorded. Raises Trouble."""
    try:
        child = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=record.environment()
        )
    except OSError as error:
        raise Trouble(f"{argv[0]} cannot be started ({error.strerror}).") from error
    before = signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
    pipes = ((child.stdout, sys.stdout.buffer, "info"), (child.stderr, sys.stderr.buffer, "warning"))
    readers = [reader_of(record, *pipe) for pipe in pipes]
    for reader in readers:
        reader.start()
    try:
        status = child.wait()
    except KeyboardInterrupt:  # the terminal has sent it to the child as well
        status = child.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    for reader in readers:
        reader.join(timeout=5)
    return status


def reader_of(record: Recorder, source: Any, out: Any, level: str) -> threading.Thread:
    """Make the thread that reads a pipe, at the place of the command's step."""
    at = contextvars.copy_context()
    return threading.Thread(target=at.run, args=(pass_on, record, source, out, level), daemon=True)


def pass_on(record: Recorder, source: IO[bytes], out: IO[bytes] | Any, level: str) -> None:
    """Pass lines on, and record each."""
    with source:
        for line in iter(source.readline, b""):
            out.write(line)
            out.flush()
            record.log(level, line.decode("utf-8", "replace").rstrip("\n"))
