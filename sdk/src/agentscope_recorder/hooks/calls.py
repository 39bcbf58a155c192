"""Whose deed a change of the work tree is: the tool calls of a session that are under way."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from agentscope_recorder.capture import paths_in
from agentscope_recorder.workspace.changes import Change

FILE = "calls.json"
#: Tools that change no file of the work tree by themselves; all others are looked at.
READERS = frozenset(
    (
        *("Agent", "Task"),
        *("Read", "Grep", "Glob", "LS", "NotebookRead"),
        *(
            "TodoRead",
            "TodoWrite",
            "TaskCreate",
            "TaskGet",
            "TaskList",
            "TaskUpdate",
            "TaskOutput",
            "TaskStop",
            "BashOutput",
            "KillShell",
        ),
        *("KillBash", "WebFetch", "WebSearch"),
        *(
            "ToolSearch",
            "AskUserQuestion",
            "EnterPlanMode",
            "ExitPlanMode",
            "Skill",
            "SlashCommand",
            "ListMcpResourcesTool",
            "ReadMcpResourceTool",
        ),
    )
)


def is_looked_at(tool: object) -> bool:
    """Say whether a tool may change files."""
    return tool not in READERS


class Call(NamedTuple):
    """A call under way."""

    agent: str  #: the sub-agent that made it; empty is the main agent
    files: tuple[str, ...]  #: what it says that it changes


class Calls:
    """The calls under way, by their ids; kept in a file, for the next keeper of the session."""

    def __init__(self, place: Path | None = None) -> None:
        self.place = place
        self.open: dict[str, Call] = {}

    @staticmethod
    def of(folder: Path) -> Calls:
        """Take what an earlier keeper wrote."""
        calls = Calls(folder / FILE)
        try:
            told = json.loads((folder / FILE).read_text())
            calls.open = {
                name: Call(str(agent), tuple(map(str, files))) for name, (agent, *files) in told.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            calls.open = {}
        return calls

    def copy(self) -> Calls:
        """Take them as they are now."""
        calls = Calls()
        calls.open = dict(self.open)
        return calls

    def begin(self, payload: dict[str, Any]) -> None:
        """Note a call. Raises OSError."""
        call = payload.get("tool_use_id")
        if isinstance(call, str):
            self.open[call] = Call(agent_of(payload), tuple(paths_in(payload.get("tool_input"))))
            self.keep()

    def end(self, call: str) -> None:
        """Forget a call. Raises OSError."""
        if self.open.pop(call, None) is not None:
            self.keep()

    def end_all(self, agent: str) -> None:
        """Forget the calls of an agent: what was not ended by now was interrupted. Raises OSError."""
        left = {name: call for name, call in self.open.items() if call.agent != agent}
        if left != self.open:
            self.open = left
            self.keep()

    def keep(self) -> None:
        """Write them down. Raises OSError."""
        if self.place is not None:
            spare = self.place.with_name(f"{FILE}.new")
            spare.write_text(
                json.dumps({name: [call.agent, *call.files] for name, call in self.open.items()})
            )
            spare.replace(self.place)

    def share_out(
        self, changes: list[Change], root: str, ending: str | None
    ) -> dict[str | None, list[Change]]:
        """Give each change to a call, or to None.

        It is of the call that names the file; else of the one that ends; else of the only one under way.
        """
        only = next(iter(self.open)) if len(self.open) == 1 else None
        shares: dict[str | None, list[Change]] = {}
        for change in changes:
            owner = self.naming(f"{root}/{change.path}") or ending or only
            shares.setdefault(owner, []).append(change)
        return shares

    def naming(self, path: str) -> str | None:
        """Find the call under way that names a file."""
        real = os.path.realpath(path)
        return next(
            (name for name, call in self.open.items() if real in map(os.path.realpath, call.files)), None
        )


def agent_of(payload: dict[str, Any]) -> str:
    """Name the agent that an event happened in."""
    return str(payload.get("agent_id") or "")
