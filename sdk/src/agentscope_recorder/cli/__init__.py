"""`agentscope-recorder`: sends, shows and checks what is recorded."""

from __future__ import annotations

import sys

from agentscope_recorder.hooks import client

#: What Claude Code runs around each tool, which waits: the other commands are not even imported.
HOOK = ["hook", "claude-code"]


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 when it did what it says."""
    words = sys.argv[1:] if argv is None else argv
    if words == HOOK:
        client.safely(client.default_home())
    from agentscope_recorder.cli.program import run

    return run(words)
