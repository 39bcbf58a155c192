"""The table of commands: name -> (what it does, its words, its arguments)."""

from __future__ import annotations

import argparse
from typing import Callable

from agentscope_recorder.cli import diff, doctor, hook, imports, install, push, replay, run, show, watch

Command = tuple[
    Callable[[argparse.Namespace], int],
    str,
    Callable[[argparse.ArgumentParser], None],
]
COMMANDS: dict[str, Command] = {
    "run": (run.run, "run a command as a run: its output, its end, what it changed", run.describe),
    "install": (install.run_install, "let Claude Code or Codex tell their sessions", install.describe),
    "uninstall": (install.run_uninstall, "give their settings back as they were", install.describe),
    "hook": (hook.run, "tell one event of Claude Code, which runs this", hook.describe),
    "watch": (watch.run, "send the sessions of Claude Code, Codex and others as they grow", watch.describe),
    "import": (imports.run, "send files of any format that AgentScope reads", imports.describe),
    "push": (push.run, "send what the server has not got of traces", push.describe),
    "show": (show.run, "print a trace as a tree", show.describe),
    "diff": (diff.run, "say where two traces part", diff.describe),
    "replay": (replay.run, "print the messages up to a step", replay.describe),
    "doctor": (doctor.run, "check address, key, clock and folder", doctor.describe),
}
