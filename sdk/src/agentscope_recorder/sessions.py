"""Where the agents that people run keep their sessions, and which files are one session."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

from agentscope_recorder.config import home_folder

#: Sessions that are looked at each time, the newest; all others when looking at all takes 1 % of the time.
FRESH_SESSIONS, IDLE = 20, 100


class Session(NamedTuple):
    """The files of one session: the main one first."""

    agent: str
    main: Path
    files: tuple[tuple[str, Path], ...]  #: (path in the import, where it is)

    def stamp(self) -> tuple[int, int]:
        """Say how much there is and how new it is; what changed is not what it was."""
        stats = [path.stat() for _, path in self.files]
        return sum(stat.st_size for stat in stats), max(stat.st_mtime_ns for stat in stats)


_parents: dict[Path, str] = {}
Files = Callable[[Path], "Iterator[tuple[str, Path]]"]


def files_of(main: Path) -> Iterator[tuple[str, Path]]:
    """List the files of a session: the main one, and those of its sub-agents in the folder of its name."""
    yield f"{main.parent.name}/{main.name}", main
    below = main.with_suffix("")
    for path in sorted(below.rglob("*.jsonl")) if below.is_dir() else ():
        yield f"{main.parent.name}/{path.relative_to(main.parent).as_posix()}", path


def files_of_opencode(main: Path) -> Iterator[tuple[str, Path]]:
    """List the files of a session of opencode: messages and their parts, and the sessions that it began."""
    storage, waiting = main.parents[2], [main]
    if parent_of(main):  # it goes with the session that began it
        return
    while waiting:
        session = waiting.pop()
        waiting += [
            other for other in sorted(session.parent.glob("ses*.json")) if parent_of(other) == session.stem
        ]
        messages = sorted((storage / "message" / session.stem).glob("*.json"))
        parts = [part for one in messages for part in sorted((storage / "part" / one.stem).glob("*.json"))]
        for path in (session, *messages, *parts):
            yield path.relative_to(storage).as_posix(), path


def parent_of(session: Path) -> str:
    """Read which session of opencode began this one; it stays so."""
    if session not in _parents:
        try:
            _parents[session] = str(json.loads(session.read_bytes()).get("parentID") or "")
        except (OSError, ValueError, AttributeError):  # it is being written
            return ""
    return _parents[session]


class Agent(NamedTuple):
    """An agent, and where its sessions are."""

    name: str
    folder: Callable[[], Path]
    pattern: str
    files: Files = files_of


def home(variable: str, *below: str) -> Callable[[], Path]:
    """Find a folder by the agent's own variable, else below the user's home."""
    return lambda: Path(os.environ[variable]) if os.environ.get(variable) else home_folder().joinpath(*below)


def opencode_folder() -> Path:
    """Find the folder of opencode's data."""
    return Path(os.environ.get("XDG_DATA_HOME") or home_folder() / ".local" / "share") / "opencode"


AGENTS = (
    Agent("claude-code", home("CLAUDE_CONFIG_DIR", ".claude"), "projects/*/*.jsonl"),
    Agent("codex", home("CODEX_HOME", ".codex"), "sessions/*/*/*/rollout-*.jsonl"),
    Agent("gemini-cli", home("GEMINI_CONFIG_DIR", ".gemini"), "tmp/*/chats/session-*"),
    Agent("qwen-code", home("QWEN_CONFIG_DIR", ".qwen"), "projects/*/chats/*.jsonl"),
    Agent("copilot", home("COPILOT_HOME", ".copilot"), "session-state/*/events.jsonl"),
    Agent("opencode", opencode_folder, "storage/session/*/ses*.json", files_of_opencode),
)


def sessions(agents: tuple[Agent, ...], *, since: float = 0.0) -> Iterator[Session]:
    """Yield the sessions that changed since a time, the oldest first."""
    found = []
    for agent in agents:
        for main in agent.folder().glob(agent.pattern):
            session = Session(agent.name, main, tuple(agent.files(main)))
            try:
                at = session.stamp()[1] if session.files else -1
            except OSError:  # it is gone by now
                continue
            if at >= max(since * 1e9, 0):
                found.append((at, session))
    yield from (session for _, session in sorted(found, key=lambda pair: pair[0]))


class Eyes:
    """Looks at the sessions of agents: all of them seldom where they are many, the new ones each time."""

    def __init__(self, agents: tuple[Agent, ...], since: float) -> None:
        self.agents, self.since = agents, since
        self.by_name = {agent.name: agent for agent in agents}
        self.next = 0.0
        self.fresh: list[Session] = []

    def look(self) -> list[Session]:
        """List the sessions that may have changed."""
        begin = time.monotonic()
        if begin >= self.next:
            found = list(sessions(self.agents, since=self.since))
            self.fresh = found[-FRESH_SESSIONS:]
            self.next = begin + (time.monotonic() - begin) * IDLE
            return found
        self.fresh = [again for again in map(self.again, self.fresh) if again.files]
        return self.fresh

    def again(self, session: Session) -> Session:
        """Look which files a session has by now."""
        return session._replace(files=tuple(self.by_name[session.agent].files(session.main)))
