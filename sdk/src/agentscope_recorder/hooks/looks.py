"""Looks at the work tree before and after each tool, in the order of the hooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from agentscope_recorder.hooks.calls import Calls, agent_of, is_looked_at
from agentscope_recorder.hooks.differences import Differences, Look, Tell, told_tree
from agentscope_recorder.hooks.lines import Payload
from agentscope_recorder.limits import LATE_SECONDS, SLOW_LOOKS
from agentscope_recorder.workspace.git import GitFailed, Repository, root_of

#: Events that end whatever was under way in their agent: what was not ended was interrupted.
ENDS = frozenset({"Stop", "StopFailure", "SessionEnd", "UserPromptSubmit"})
AFTER = frozenset({"PostToolUse", "PostToolUseFailure", "PermissionDenied"})
Seen = Callable[[], None]


class Looks:
    """The work tree of a session. What cannot be looked at is said once, as a loss of the run."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        self.repository: Repository | None = None
        self.differences: Differences | None = None
        self.calls = Calls.of(folder)
        self.last, self.at = "", 0  #: the newest tree, and when it was looked at
        self.slow, self.is_over = 0, False

    def take(self, payload: Payload, came: int, seen: Seen) -> None:
        """Look, where the event asks for it; `seen` lets the tool begin. It does not raise."""
        if self.is_over:
            return
        try:
            if self.differences is None and not self.begin(payload, came):
                return
            self.look_for(payload, came, seen)
        except (GitFailed, OSError) as error:
            self.give_up(payload, came, str(error))

    def look_for(self, payload: Payload, came: int, seen: Seen) -> None:
        """Look before a call, after one, or when a turn ends. Raises GitFailed, OSError."""
        name, call = payload.get("hook_event_name"), payload.get("tool_use_id")
        if name == "PreToolUse" and is_looked_at(payload.get("tool_name")):
            if came > self.at:  # else nothing has happened since the look after the call before
                self.look(payload, came)
            self.calls.begin(payload)
            seen()
            self.notice_time(payload, came)
        elif name in AFTER and is_looked_at(payload.get("tool_name")) and isinstance(call, str):
            self.look(payload, came, [call])
        elif name == "PostToolBatch":
            self.look(payload, came, [one for one in calls_in(payload) if one in self.calls.open])
        elif name in ENDS:
            self.look(payload, came)
            self.calls.end_all(agent_of(payload))

    def look(self, payload: Payload, came: int, ended: list[str] | None = None) -> None:
        """Look, and leave what changed to be told; not where no call has ended. Raises GitFailed, OSError."""
        if ended == [] or self.repository is None or self.differences is None:
            return
        old, self.last, self.at = self.last, self.repository.snapshot(), time.time_ns()
        ending = ended[-1] if ended else None
        self.differences.put(Look(payload, came, old, self.last, self.calls.copy(), ending))
        for call in ended or ():
            self.calls.end(call)

    def begin(self, payload: Payload, came: int) -> bool:
        """Find the repository, and look for the first time. Raises GitFailed, OSError."""
        cwd = payload.get("cwd")
        root = root_of(Path(cwd)) if isinstance(cwd, str) and Path(cwd).is_dir() else None
        if root is None:
            self.give_up(payload, came, "no repository of git")
            return False
        self.repository = Repository(root, self.folder)
        self.differences = Differences(self.repository, self.folder, self.tell)
        self.last = told_tree(self.folder, root)
        if not self.last:
            self.look(payload, came)
        return True

    def notice_time(self, payload: Payload, came: int) -> None:
        """Give up where tools wait too long for looks: the agent comes first."""
        self.slow = self.slow + 1 if (time.time_ns() - came) / 1e9 > LATE_SECONDS else 0
        if self.slow >= SLOW_LOOKS:
            self.give_up(payload, came, "too large a repository")

    def give_up(self, payload: Payload, came: int, why: str) -> None:
        """Look no more, and say why."""
        self.is_over = True
        self.tell(payload, came, None, unseen=why[:200])

    def finish(self, seconds: float) -> bool:
        """Wait until all is told, at most so long; say whether it is."""
        return self.differences is None or self.differences.finish(seconds)


def calls_in(payload: Payload) -> Iterator[str]:
    """List the ids of the calls of a batch."""
    told = payload.get("tool_calls")
    for one in told if isinstance(told, list) else []:
        if isinstance(one, dict) and isinstance(one.get("tool_use_id"), str):
            yield one["tool_use_id"]
