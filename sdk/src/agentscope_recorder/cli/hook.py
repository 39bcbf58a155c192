"""`hook`: what Claude Code runs where others have its settings too, so that no path may be in them."""

from __future__ import annotations

import argparse
import contextlib

from agentscope_recorder.hooks import client, homes

#: The folder of hooks without settings of their own; events go where the config says.
DEFAULT = "default"


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("agent", choices=("claude-code",))


def run(options: argparse.Namespace) -> int:
    """Tell one event; whatever happens, it went well."""
    with contextlib.suppress(Exception):
        client.main(str(homes.homes() / DEFAULT))
    return 0
