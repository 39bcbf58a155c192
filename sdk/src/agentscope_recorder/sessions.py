"""Where the agents that people run keep their sessions, and which files are one session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple


class Session(NamedTuple):
    """The files of one session: the main one first."""

    agent: str
    main: Path
    files: tuple[tuple[str, Path], ...]  #: (path in the import, where it is)

    def stamp(self) -> tuple[int, int]:
        """Say how much there is and how new it is; what changed is not what it was."""
        stats = [path.stat() for _, path in self.files]
        return sum(stat.st_size for stat in stats), max(stat.st_mtime_ns for stat in stats)


class Agent(NamedTuple):
    """An agent, and where its sessions are."""

    name: str
    folder: Callable[[], Path]
    pattern: str


def home(variable: str, *below: str) -> Callable[[], Path]:
    """Find a folder by the agent's own variable, else below the user's home."""
    return lambda: Path(os.environ[variable]) if os.environ.get(variable) else Path.home().joinpath(*below)


AGENTS = (
    Agent("claude-code", home("CLAUDE_CONFIG_DIR", ".claude"), "projects/*/*.jsonl"),
    Agent("codex", home("CODEX_HOME", ".codex"), "sessions/*/*/*/rollout-*.jsonl"),
    Agent("gemini-cli", home("GEMINI_CONFIG_DIR", ".gemini"), "tmp/*/chats/session-*"),
    Agent("qwen-code", home("QWEN_CONFIG_DIR", ".qwen"), "projects/*/chats/*.jsonl"),
    Agent("copilot", home("COPILOT_HOME", ".copilot"), "session-state/*/events.jsonl"),
)


def sessions(agents: tuple[Agent, ...], *, since: float = 0.0) -> Iterator[Session]:
    """Yield the sessions that changed since a time, the oldest first."""
    found = []
    for agent in agents:
        for main in agent.folder().glob(agent.pattern):
            session = Session(agent.name, main, tuple(files_of(main)))
            try:
                at = session.stamp()[1]
            except OSError:  # it is gone by now
                continue
            if at >= since * 1e9:
                found.append((at, session))
    yield from (session for _, session in sorted(found, key=lambda pair: pair[0]))


def files_of(main: Path) -> Iterator[tuple[str, Path]]:
    """List the files of a session: the main one, and those of its sub-agents in the folder of its name."""
    yield f"{main.parent.name}/{main.name}", main
    below = main.with_suffix("")
    for path in sorted(below.rglob("*.jsonl")) if below.is_dir() else ():
        yield f"{main.parent.name}/{path.relative_to(main.parent).as_posix()}", path
