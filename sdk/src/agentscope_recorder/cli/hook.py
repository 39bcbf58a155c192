"""`hook`: what Claude Code runs where others have its settings too, so that no path may be in them."""

from __future__ import annotations

import argparse

from agentscope_recorder.hooks import client


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("agent", choices=("claude-code",))


def run(options: argparse.Namespace) -> int:
    """Tell one event; `agentscope_recorder.cli` does not even ask us."""
    client.safely(client.default_home())
    return 0
