"""The file of a run: one line an event, in the file before anything else happens. It is the ground truth."""

from __future__ import annotations

import collections
import os
import tempfile
import threading
from pathlib import Path

from agentscope_recorder.limits import WAITING_BYTES, WAITING_LINES
from agentscope_recorder.quiet import warn_once

FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class Journal:
    """Appends lines to a file. It never raises: lines wait in memory while the file cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0  #: lines that waited too long in memory
        self._lock = threading.RLock()  # a signal handler of the agent may record, too
        self._waiting: collections.deque[bytes] = collections.deque()
        self._waiting_bytes = 0
        self._gone = 0  #: lines that wait no more
        self._closed = False
        self._file = self._open(path)

    def append(self, line: bytes) -> None:
        """Write a line, and before it those that wait."""
        with self._lock:
            if not self._waiting and self._write(line + b"\n"):
                return
            self._wait(line)
            while self._waiting and self._write(self._waiting[0] + b"\n"):
                self._leave()

    def waiting(self, after: int = 0) -> tuple[list[bytes], int]:
        """List the lines that wait for the file, behind a place among all that ever did; and their end."""
        with self._lock:
            behind = self._gone + len(self._waiting)
            return list(self._waiting)[max(after - self._gone, 0) :], behind

    def reopen(self) -> None:
        """Take a new lock in a forked child: the other threads that may hold the old one are not there."""
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file; a further line opens it again."""
        with self._lock:
            if self._file is not None and not self._waiting:
                os.close(self._file)
                self._file, self._closed = None, True

    def _open(self, path: Path) -> int | None:
        try:
            return open_at(path)
        except (OSError, ValueError) as error:  # ValueError: a zero byte in it
            told = f"{path} cannot be written ({getattr(error, 'strerror', None) or error})"
        try:  # a folder of its own: nobody else on the machine can have put a link there
            spare = Path(tempfile.mkdtemp(prefix="agentscope-")) / path.name
            file = open_at(spare)
        except (OSError, ValueError) as error:
            warn_once(f"open:{path}", f"{told}, nor a spare file ({error}); events are kept in memory only.")
            return None
        warn_once(f"open:{path}", f"{told}; the run is written to {spare}.")
        self.path = spare
        return file

    def _write(self, data: bytes) -> bool:
        """Write it whole, or nothing of it."""
        written = 0
        try:
            if self._closed:
                self._file, self._closed = open_at(self.path), False
            if self._file is None:
                return False
            while written < len(data):
                written += os.write(self._file, data[written:])
            return True
        except OSError as error:
            warn_once(
                f"write:{self.path}",
                f"{self.path} cannot be written ({error.strerror}); events wait in memory.",
            )
            if written:
                self._take_back(written)
            return False

    def _take_back(self, written: int) -> None:
        """Cut off the part of a line that was written before the disk was full."""
        assert self._file is not None
        try:
            os.ftruncate(self._file, max(os.fstat(self._file).st_size - written, 0))
        except OSError:
            return  # the reader skips a damaged line

    def _wait(self, line: bytes) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line)
        while len(self._waiting) > WAITING_LINES or self._waiting_bytes > WAITING_BYTES:
            self._leave()
            self.lost += 1

    def _leave(self) -> None:
        self._waiting_bytes -= len(self._waiting.popleft())
        self._gone += 1


def open_at(path: Path) -> int:
    """Open a file to append whole lines; one that ends within a line (a kill) gets its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, FLAGS, 0o600)
    size = os.fstat(file).st_size
    if size:
        os.lseek(file, -1, os.SEEK_END)
        if os.read(file, 1) != b"\n":
            os.write(file, b"\n")
    return file
