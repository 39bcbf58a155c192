"""All commands but hooks: their arguments, and how they end."""

from __future__ import annotations

import argparse
import io
import os
import sys

from agentscope_recorder.cli import commands
from agentscope_recorder.cli.troubles import Trouble


def run(words: list[str]) -> int:
    """Run one command; the exit status is 0 when it did what it says."""
    options = parser().parse_args(words or ["--help"])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without our letters gets others
            stream.reconfigure(errors="backslashreplace")
    try:
        status = int(options.command(options))
        sys.stdout.flush()
        return status
    except Trouble as trouble:
        print(f"agentscope-recorder: {trouble}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `show FILE | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left goes nowhere
        return 0
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(prog="agentscope-recorder", description="Records what coding agents do.")
    top.add_argument("--url", help="address of AgentScope (else AGENTSCOPE_URL, else the config file)")
    top.add_argument("--key", help="a key with the scope ingest (else AGENTSCOPE_KEY, else the config file)")
    several = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (call, words, describe) in commands.COMMANDS.items():
        one = several.add_parser(name, help=words, description=words)
        describe(one)
        one.set_defaults(command=call)
    return top
