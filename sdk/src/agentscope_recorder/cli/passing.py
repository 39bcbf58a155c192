"""What a command prints: passed on byte by byte as it comes, and recorded as lines, within bounds."""

from __future__ import annotations

import contextvars
import os
import threading
from typing import IO, Any

from agentscope_recorder.limits import MIB, OUTPUT_BYTES, OUTPUT_LINE_BYTES
from agentscope_recorder.recorder import Recorder

READ_BYTES = 64 * 1024


class Passing:
    """One pipe of a command."""

    def __init__(self, record: Recorder, source: IO[bytes], out: IO[bytes] | Any, level: str) -> None:
        self.record, self.source, self.out, self.level = record, source, out, level
        self.rest = b""  #: of a line that has no end yet
        self.bytes = 0
        at = contextvars.copy_context()  # the place of the command's step
        self.thread = threading.Thread(target=at.run, args=(self.run,), daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Read until the command closes the pipe; where nobody reads us, the command learns it."""
        with self.source:
            while data := os.read(self.source.fileno(), READ_BYTES):
                try:
                    self.out.write(data)
                    self.out.flush()
                except (OSError, ValueError):
                    break
                self.note(data)
        self.tell(self.rest)

    def note(self, data: bytes) -> None:
        """Record the lines that are whole; what came at once is one event."""
        lines, end, rest = (self.rest + data).rpartition(b"\n")
        if not end and len(rest) > OUTPUT_LINE_BYTES:  # a bar of progress, or no text at all
            lines, rest = rest, b""
        self.rest = rest
        self.tell(lines)

    def tell(self, lines: bytes) -> None:
        """Record lines, up to the bound of a command."""
        if not lines or self.bytes > OUTPUT_BYTES:
            return
        self.bytes += len(lines)
        self.record.log(self.level, lines.decode("utf-8", "replace"))
        if self.bytes > OUTPUT_BYTES:
            self.record.log(
                "warning", f"Output after {OUTPUT_BYTES // MIB} MiB is passed on, and not recorded."
            )
