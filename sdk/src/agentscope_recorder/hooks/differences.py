"""Tells what differs between two looks, beside the looks: no tool waits for it."""

from __future__ import annotations

import json
import queue
import threading
from pathlib import Path
from typing import Any, Callable, NamedTuple

from agentscope_recorder.hooks.calls import Calls
from agentscope_recorder.hooks.lines import Payload, portions
from agentscope_recorder.workspace.git import GitFailed, Repository

#: How a line about a look is written: (event that it belongs to, when, call or None, what).
Tell = Callable[..., None]
#: As far as it is told.
STATE = "told.json"
DIRTY_FILES = 50


class Look(NamedTuple):
    """What is to be told: whose deed are the differences of two trees?"""

    payload: Payload
    came: int
    old: str  #: empty: what is checked out
    new: str
    calls: Calls  #: under way at that time
    ending: str | None  #: the call that ends


class Differences:
    """A thread that tells of looks in their order, and remembers how far."""

    def __init__(self, repository: Repository, folder: Path, tell: Tell) -> None:
        self.repository, self.folder, self.tell = repository, folder, tell
        self._looks: queue.SimpleQueue[Look | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, look: Look) -> None:
        """Leave a look to be told."""
        self._looks.put(look)

    def finish(self, seconds: float) -> bool:
        """Wait until all is told, at most so long; say whether it is."""
        self._looks.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (look := self._looks.get()) is not None:
            try:
                self._tell_facts(look) if not look.old else self._tell_changes(look)
                self._keep(look.new)
            except (GitFailed, OSError) as error:
                self.tell(look.payload, look.came, None, unseen=str(error)[:200])

    def _tell_facts(self, look: Look) -> None:
        """Say what is checked out, and what is not committed."""
        dirty = self.repository.changes(self.repository.head_tree(), look.new)
        told: dict[str, Any] = {"root": str(self.repository.root), **self.repository.facts()}
        files = [change.path for change in dirty[:DIRTY_FILES]]
        self.tell(look.payload, look.came, None, **told, dirty=len(dirty), dirty_files=files)

    def _tell_changes(self, look: Look) -> None:
        """Say which files are not what they were, and whose deed that is."""
        root = str(self.repository.root)
        changes = self.repository.changes(look.old, look.new)
        for call, share in look.calls.share_out(changes, root, look.ending).items():
            for portion in portions(share):
                self.tell(look.payload, look.came, call, root=root, changes=portion)

    def _keep(self, tree: str) -> None:
        spare = self.folder / f"{STATE}.new"
        spare.write_text(json.dumps({"root": str(self.repository.root), "tree": tree}))
        spare.replace(self.folder / STATE)


def told_tree(folder: Path, root: Path) -> str:
    """Read up to which tree of a repository an earlier keeper of the session has told; empty is none."""
    try:
        told = json.loads((folder / STATE).read_text())
        return str(told["tree"]) if told["root"] == str(root) else ""
    except (OSError, ValueError, TypeError, KeyError):
        return ""
