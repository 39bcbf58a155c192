"""Sends what of a file the server has not got, from the offset it has acknowledged on. Twice is harmless."""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

from agentscope_recorder.limits import BATCH_BYTES, BATCH_LINES, LINE_BYTES
from agentscope_recorder.posting import PATH as EVENTS_PATH
from agentscope_recorder.posting import Answer, Target, Verdict, post_lines
from agentscope_recorder.quiet import warn_once
from agentscope_recorder.reading import lines_in

#: Beside the file: how far the server has it.
SENT = ".sent"
#: The ends of files whose lines are hooks of Claude Code and notices of Codex; those of others are events.
HOOKS, NOTICES = ".hooks.jsonl", ".notices.jsonl"
PATHS = {HOOKS: "/api/v1/hooks/claude-code", NOTICES: "/api/v1/hooks/codex"}
Post = Callable[[Target, list[bytes]], Answer]


class Batch(NamedTuple):
    """Whole lines of a file, and the offset behind them."""

    lines: list[bytes]
    end: int


def offset_of(path: Path, target: Target) -> int:
    """Read how far a server has a file; a file that is shorter by now was written anew."""
    try:
        told = json.loads(sent_path(path).read_text())
        offset = int(told.get(target.url, 0))
        return offset if 0 <= offset <= path.stat().st_size else 0
    except (OSError, ValueError, TypeError, AttributeError):
        return 0


def keep_offset(path: Path, target: Target, offset: int) -> None:
    """Remember how far a server has a file; what cannot be remembered is sent again next time."""
    place = sent_path(path)
    try:
        told = json.loads(place.read_text())
    except (OSError, ValueError):
        told = {}
    spare = place.with_name(f"{place.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        spare.write_text(json.dumps({**(told if isinstance(told, dict) else {}), target.url: offset}))
        spare.replace(place)
    except OSError as error:
        warn_once(
            f"sent:{path}", f"{place} cannot be written ({error.strerror}); the next start sends again."
        )


def sent_path(path: Path) -> Path:
    """Name the file beside a trace that says how far it was sent."""
    return path.with_name(path.name + SENT)


def batches_from(path: Path, offset: int) -> Iterator[Batch]:
    """Read whole lines from an offset on; the last line counts once it has its end."""
    with path.open("rb") as file:
        file.seek(offset)
        lines: list[bytes] = []
        size = 0
        for line, length in lines_in(file):
            if not line.endswith(b"\n"):
                break
            offset += length
            if line.strip():
                lines.append(line.rstrip(b"\n"))
                size += len(line)
            if size >= BATCH_BYTES or len(lines) >= BATCH_LINES:
                yield Batch(lines, offset)
                lines, size = [], 0
        if lines:
            yield Batch(lines, offset)


def post_in_parts(target: Target, lines: list[bytes], post: Post = post_lines) -> Answer:
    """Send lines, in halves where they are too much at once; a line refused alone is left out."""
    lines = [line for line in lines if not is_too_long(line)]
    if not lines:
        return Answer(Verdict.STORED)
    answer = post(target, lines)
    if answer.verdict is not Verdict.SMALLER:
        return answer
    if len(lines) == 1:
        warn_once("refused", f"An event stays in the file only, {target.url} refuses it: {answer.sentence}")
        return Answer(Verdict.STORED)
    middle = len(lines) // 2
    first = post_in_parts(target, lines[:middle], post)
    return first if first.verdict is not Verdict.STORED else post_in_parts(target, lines[middle:], post)


def is_too_long(line: bytes) -> bool:
    """Say whether the server would take no such line."""
    if len(line) <= LINE_BYTES:
        return False
    warn_once(
        "long", f"An event of {len(line):,} bytes stays in the file only; the server takes {LINE_BYTES:,}."
    )
    return True


def post_for(path: Path) -> Post:
    """Choose how the lines of a file are sent."""
    place = next((place for end, place in PATHS.items() if path.name.endswith(end)), EVENTS_PATH)
    return functools.partial(post_lines, path=place)


def push_file(path: Path, target: Target, post: Post | None = None) -> tuple[int, Answer]:
    """Send the rest of a file: (lines sent, the last answer)."""
    sent, answer, post = 0, Answer(Verdict.STORED), post or post_for(path)
    for batch in batches_from(path, offset_of(path, target)):
        answer = post_in_parts(target, batch.lines, post)
        if answer.verdict is not Verdict.STORED:
            return sent, answer
        sent += len(batch.lines)
        keep_offset(path, target, batch.end)
    return sent, answer
