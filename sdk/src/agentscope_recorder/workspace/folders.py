"""Snapshots without git: times and sizes of all files, and their contents in memory. Slower, and bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agentscope_recorder.limits import FILE_BYTES, WALKED_BYTES, WALKED_FILES
from agentscope_recorder.workspace.changes import Change

#: Folders that are built or fetched, not written.
SKIPPED = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"}
)


class Seen(NamedTuple):
    """A file as it was."""

    stamp: tuple[int, int, int]  #: when it was changed, its size, its inode
    content: bytes | None


class Folder:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.own: str | None = None  #: how the names of our own files begin
        self.seen: dict[str, Seen] = {}
        self.bytes = 0
        self.snapshot()

    def snapshot(self) -> list[Change]:
        """Look at all files again: what changed since the last time."""
        now: dict[str, Seen] = {}
        changes = []
        for path, stamp in self.files():
            before = self.seen.get(path)
            if before is not None and before.stamp == stamp:
                now[path] = before
                continue
            now[path] = Seen(stamp, self.read(path, stamp[1]))
            if before is None:
                changes.append(Change(path, "create", None, now[path].content))
            elif before.content is None or before.content != now[path].content:
                changes.append(Change(path, "edit", before.content, now[path].content))
        gone = [
            Change(path, "delete", self.seen[path].content)
            for path in self.seen.keys() - now.keys()
            if not self.is_own(path)
        ]
        self.seen = now
        self.bytes = sum(len(one.content or b"") for one in now.values())
        return sorted(changes + gone)

    def files(self) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """Yield files with their stamps, the first of too many."""
        waiting, found = [""], 0
        while waiting and found < WALKED_FILES:
            below = waiting.pop()
            try:
                entries = sorted(os.scandir(self.root / below), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                path = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED:
                        waiting.append(path + "/")
                elif entry.is_file(follow_symlinks=False) and not self.is_own(path):
                    stat = entry.stat(follow_symlinks=False)
                    found += 1
                    yield path, (stat.st_mtime_ns, stat.st_size, stat.st_ino)

    def is_own(self, path: str) -> bool:
        """Say whether a file is one that the recorder writes."""
        return self.own is not None and path.startswith(self.own)

    def read(self, path: str, size: int) -> bytes | None:
        """Read a file, unless it is too large, or memory is full."""
        if size > FILE_BYTES or self.bytes + size > WALKED_BYTES:
            return None
        try:
            content = (self.root / path).read_bytes()
        except OSError:
            return None
        self.bytes += len(content)
        return content
