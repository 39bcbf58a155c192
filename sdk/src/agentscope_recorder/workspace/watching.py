"""`Workspace`: looks at the work tree before and after every tool call, and tells what changed."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentscope_recorder.quiet import never_raises, warn_once
from agentscope_recorder.workspace.changes import Change, event_of
from agentscope_recorder.workspace.folders import Folder
from agentscope_recorder.workspace.git import GitFailed, Repository, root_of

if TYPE_CHECKING:
    from agentscope_recorder.places import Place
    from agentscope_recorder.recorder import Recorder

#: Dirty files that the begin of a run names.
DIRTY_FILES = 50


class Workspace:
    """The work tree of a run. What git cannot do is said once; then the run goes on without it."""

    def __init__(self, path: Path, *, ignored: bool = False) -> None:
        """Look at the files as they are. `ignored`: also those that `.gitignore` leaves out."""
        self._lock = threading.RLock()
        self._is_looking = False
        self._pid = os.getpid()
        atexit.register(self.close)
        self._folder: Path | None = None
        self._repository: Repository | None = None
        self._walked: Folder | None = None
        self._last, self._first, self._commit = "", "", ""
        self._begin(path.resolve(), ignored)

    @never_raises
    def _begin(self, path: Path, ignored: bool) -> None:
        root = root_of(path)
        if root is not None:
            self._folder = Path(tempfile.mkdtemp(prefix="agentscope-"))
            try:
                self._repository = Repository(root, self._folder, ignored=ignored)
                self._first = self._last = self._repository.snapshot()
                return
            except (GitFailed, OSError) as error:
                self._repository = None
                warn_once(
                    f"workspace:{path}",
                    f"git cannot look at {root} ({error}); its files are compared without it.",
                )
        else:
            warn_once(
                f"workspace:{path}",
                f"{path} is no repository of git; its files are compared without it, which is slower.",
            )
        self._walked = Folder(path)

    @never_raises
    def leave_out(self, trace: Path) -> None:
        """Do not tell of the trace and what is kept beside it: each look would find the lines of the last."""
        for looked in (self._repository, self._walked):
            below = os.path.relpath(trace.resolve(), looked.root.resolve()) if looked is not None else ".."
            if isinstance(looked, Repository) and not below.startswith(".."):
                looked.own = os.fsencode(below)
            elif isinstance(looked, Folder) and not below.startswith(".."):
                looked.own = below

    def about(self) -> dict[str, Any]:
        """Say for `run_start` what is checked out, and which files are not committed."""
        if self._repository is None:
            return {"cwd": str(self._walked.root)} if self._walked is not None else {}
        facts = self._repository.facts()
        self._commit = facts.get("commit", "")
        dirty = self._repository.changes(self._repository.head_tree(), self._first)
        named = [change.path for change in dirty[:DIRTY_FILES]]
        return {
            "cwd": str(self._repository.root),
            "repo": self._repository.root.name,
            **facts,
            "meta": {"dirty": len(dirty), "dirty_files": named},
        }

    @never_raises
    def tell(self, run: Recorder, step: str | None, *, place: Place | None = None) -> None:
        """Tell what changed since the last look as the deed of a step, or of nobody's."""
        for change in self._look() or []:
            run.write("file_change", step=step, place=place, **event_of(change))

    @never_raises
    def tell_end(self, run: Recorder) -> None:
        """Tell what the run changed in all, and its commits."""
        self.tell(run, None)
        if self._repository is not None:
            net = self._repository.changes(self._first, self._last)
            commits = self._repository.commits_since(self._commit) if self._commit else []
            paths = [change.path for change in net[:DIRTY_FILES]]
            told = {"changed": len(net), "files": paths, "commits": commits}
            step = run.new_id()
            run.write("event", id=step, name="workspace", data=told)
            for change in net:
                run.write("file_change", step=step, **{**event_of(change), "origin": "net"})
        self.close()

    def close(self) -> None:
        """Remove what the snapshots needed; a forked child leaves it to the parent."""
        if self._folder is not None and os.getpid() == self._pid:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = self._repository = None
            atexit.unregister(self.close)

    def _look(self) -> list[Change]:
        with self._lock:
            if self._is_looking:  # a signal handler records in the midst of a look
                return []
            self._is_looking = True
            try:
                return self._changes()
            finally:
                self._is_looking = False

    def _changes(self) -> list[Change]:
        if self._walked is not None:
            return self._walked.snapshot()
        if self._repository is None:
            return []
        try:
            now = self._repository.snapshot()
            changes = self._repository.changes(self._last, now)
            self._last = now
            return changes
        except GitFailed as error:
            warn_once("workspace", f"The work tree is looked at no more: {error}")
            self.close()
            return []
