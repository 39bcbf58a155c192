"""Looks at the work tree before and after each tool, in the order of the hooks, and tells what changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

from agentscope_recorder.hooks.calls import Calls, agent_of, is_looked_at
from agentscope_recorder.hooks.lines import Payload, portions
from agentscope_recorder.limits import LATE_SECONDS, SLOW_LOOKS
from agentscope_recorder.workspace.changes import Change
from agentscope_recorder.workspace.git import GitFailed, Repository, root_of

#: How a line about a look is written: (event that it belongs to, when, call or None, what).
Tell = Callable[..., None]
STATE = "looked.json"
#: Events that end whatever was under way in the main agent: what was not ended was interrupted.
ENDS = frozenset({"Stop", "StopFailure", "SessionEnd", "UserPromptSubmit"})
AFTER = frozenset({"PostToolUse", "PostToolUseFailure", "PermissionDenied"})
DIRTY_FILES = 50


class Looks:
    """The work tree of a session. What cannot be looked at is said once, as a loss of the run."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        self.repository: Repository | None = None
        self.calls, self.last = Calls(), ""
        self.slow, self.is_over = 0, False

    def take(self, payload: Payload, came: int, seen: Callable[[], None]) -> None:
        """Look, where the event asks for it; `seen` lets the tool begin. It does not raise."""
        if self.is_over:
            return
        try:
            if self.repository is None and not self.begin(payload, came):
                return
            if self.looked(payload, came, seen):
                self.keep()
        except (GitFailed, OSError) as error:
            self.give_up(payload, came, str(error))

    def looked(self, payload: Payload, came: int, seen: Callable[[], None]) -> bool:
        """Look before a call, after one, or when a turn ends; say whether. Raises GitFailed, OSError."""
        name = payload.get("hook_event_name")
        changes_files = is_looked_at(payload.get("tool_name"))
        if name == "PreToolUse" and changes_files:
            self.look(payload, came, None, seen)
            self.calls.begin(payload)
        elif name in AFTER and changes_files:
            self.end([payload], payload, came)
        elif name == "PostToolBatch":
            self.end(list(calls_in(payload)), payload, came)
        elif name in ENDS:
            self.look(payload, came, None)
            self.calls.end_all(agent_of(payload))
        else:
            return False
        return True

    def end(self, ended: list[Payload], payload: Payload, came: int) -> None:
        """Look after calls that were under way."""
        known = [call["tool_use_id"] for call in ended if call.get("tool_use_id") in self.calls.open]
        if known:
            self.look(payload, came, known[-1])
        for call in known:
            self.calls.end(call)

    def begin(self, payload: Payload, came: int) -> bool:
        """Find the repository, and look for the first time. Raises GitFailed, OSError."""
        cwd = payload.get("cwd")
        root = root_of(Path(cwd)) if isinstance(cwd, str) and Path(cwd).is_dir() else None
        if root is None:
            self.give_up(payload, came, "no repository of git")
            return False
        state = self.kept()
        self.repository = Repository(root, self.folder)
        now = self.repository.snapshot()
        if state.get("root") == str(root):
            self.last = state["tree"]
            self.calls.read(state["calls"])
        else:
            self.last = now
            self.tell(payload, came, None, **self.facts(now))
        return True

    def facts(self, now: str) -> dict[str, Any]:
        """Say what is checked out, and what is not committed. Raises GitFailed."""
        assert self.repository is not None
        dirty = self.repository.changes(self.repository.head_tree(), now)
        files = [change.path for change in dirty[:DIRTY_FILES]]
        root = str(self.repository.root)
        return {**self.repository.facts(), "root": root, "dirty": len(dirty), "dirty_files": files}

    def look(
        self, payload: Payload, came: int, ending: str | None, seen: Callable[[], None] = lambda: None
    ) -> None:
        """Tell what changed since the last look. Raises GitFailed."""
        assert self.repository is not None
        now = self.repository.snapshot()
        seen()
        self.notice_time(payload, came)
        changes, self.last = self.repository.changes(self.last, now), now
        root = str(self.repository.root)
        for call, share in self.calls.share_out(changes, root, ending).items():
            self.tell_changes(share, payload, came, call)

    def tell_changes(self, share: list[Change], payload: Payload, came: int, call: str | None) -> None:
        assert self.repository is not None
        for portion in portions(share):
            self.tell(payload, came, call, root=str(self.repository.root), changes=portion)

    def notice_time(self, payload: Payload, came: int) -> None:
        """Give up where tools wait too long for looks: the agent comes first."""
        if payload.get("hook_event_name") != "PreToolUse":
            return
        self.slow = self.slow + 1 if (time.time_ns() - came) / 1e9 > LATE_SECONDS else 0
        if self.slow >= SLOW_LOOKS:
            self.give_up(payload, came, "too large a repository")

    def give_up(self, payload: Payload, came: int, why: str) -> None:
        """Look no more, and say why."""
        self.is_over = True
        self.tell(payload, came, None, unseen=why[:200])

    def kept(self) -> dict[str, Any]:
        """Read what an earlier keeper of the session has seen."""
        try:
            state = json.loads((self.folder / STATE).read_text())
            return {"root": str(state["root"]), "tree": str(state["tree"]), "calls": dict(state["calls"])}
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def keep(self) -> None:
        """Remember what was seen, for the next keeper of the session."""
        assert self.repository is not None
        state = {"root": str(self.repository.root), "tree": self.last, "calls": self.calls.written()}
        spare = self.folder / f"{STATE}.new"
        spare.write_text(json.dumps(state))
        spare.replace(self.folder / STATE)


def calls_in(payload: Payload) -> Iterator[Payload]:
    """List the calls of a batch."""
    told = payload.get("tool_calls")
    yield from (one for one in (told if isinstance(told, list) else []) if isinstance(one, dict))
