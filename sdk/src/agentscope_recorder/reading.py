"""Lines of a file that may be anything: no line is held that is longer than the server takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from agentscope_recorder.limits import LINE_BYTES


def lines_in(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield lines with their ends, and their lengths; of one that is too long only what is too long of it."""
    while line := file.readline(LINE_BYTES + 2):
        length = len(line)
        while not line.endswith(b"\n") and (rest := file.readline(LINE_BYTES)):
            length += len(rest)
            if rest.endswith(b"\n"):
                line += b"\n"
        yield line, length
