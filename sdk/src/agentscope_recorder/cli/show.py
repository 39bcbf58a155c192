"""`show`: a trace as a tree in the terminal: status, tool, duration, tokens, errors."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.traces import Event, Node, flat, runs_in, tree_of
from agentscope_recorder.plain import text_of

#: Characters of a step's subject: at most, at least, and what else is on its line.
WIDE, NARROW, MARGIN = 100, 16, 44
#: How deep a tree is drawn, and the width of one step to the right.
DEEPEST, STEP = 30, 3
RED, GREY, BOLD, PLAIN = "\033[31m", "\033[90m", "\033[1m", "\033[0m"


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    """Print every run of a trace."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for name, events in runs_in(options.file).items():
        for line in lines_of(name, events):
            print(line if colour else without_colour(line))
    return 0


def lines_of(name: str, events: list[Event]) -> Iterator[str]:
    """Write a run: a line of facts, then its steps."""
    begin = next((event for event in events if event.get("kind") == "run_start"), {})
    end = next((event for event in events if event.get("kind") == "run_end"), {})
    status = str(end.get("status") or ("done" if any(e.get("kind") == "final" for e in events) else "open"))
    told = [begin.get("agent"), begin.get("task"), status, end.get("error")]
    yield f"{BOLD}{safe(name)}{PLAIN}  {'  '.join(short(word) for word in told if word)}"
    yield from branches(tree_of(events), "")


def branches(nodes: list[Node], before: str) -> Iterator[str]:
    """Write steps with the lines of a tree before them."""
    if nodes and len(before) >= DEEPEST * STEP:
        yield f"{GREY}{before}└─{PLAIN} … {len(list(flat(nodes))):,} steps deeper"
        return
    for place, node in enumerate(nodes):
        last = place == len(nodes) - 1
        yield f"{GREY}{before}{'└─' if last else '├─'}{PLAIN} {line_of(node)}"
        yield from branches(node.inside, before + ("   " if last else "│  "))


def line_of(node: Node) -> str:
    """Write one step."""
    told = node.told
    failed = bool(told.get("error") or told.get("is_error") or told.get("exit_code"))
    facts = [seconds(told.get("duration_ms")), tokens(told.get("usage")), code(told.get("exit_code"))]
    words = f"{mark_of(node, failed)} {safe(node.kind)} {name_of(told)}".rstrip()
    said = short(told.get("error")) if failed and told.get("error") else short(subject_of(node))
    line = "  ".join(part for part in (words, said, *facts) if part)
    return f"{RED}{line}{PLAIN}" if failed else line


def name_of(told: Event) -> str:
    return safe(str(told.get("name") or told.get("model") or ""))


def mark_of(node: Node, failed: bool) -> str:
    """Mark how a step ended: a tool without a result is open."""
    if failed:
        return "✗"
    return (
        "…"
        if node.kind == "tool" and node.told.get("kind") == "tool_call" and "output" not in node.told
        else "✓"
    )


def subject_of(node: Node) -> Any:
    """Say what a step is about."""
    told = node.told
    if node.kind == "tool":
        args = told.get("args")
        return next(iter(args.values()), "") if isinstance(args, dict) else args
    if node.kind == "llm":
        blocks = told.get("content")
        texts = (
            [block.get("text") for block in blocks if isinstance(block, dict)]
            if isinstance(blocks, list)
            else [blocks]
        )
        return next((text for text in texts if text), "")
    return told.get("text") or told.get("path") or told.get("data")


def short(value: Any) -> str:
    """Write a value on one line."""
    wide = max(shutil.get_terminal_size((WIDE + MARGIN, 0)).columns - MARGIN, NARROW)
    told = "" if value is None else text_of(value)[: 20 * WIDE]  # of ten megabytes the begin is enough
    text = " ".join(safe(told).split())
    return text if len(text) <= min(wide, WIDE) else text[: min(wide, WIDE) - 1] + "…"


def safe(text: str) -> str:
    """Leave out what would steer the terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)


def without_colour(line: str) -> str:
    """Take the colours out, for files and pipes."""
    for colour in (RED, GREY, BOLD, PLAIN):
        line = line.replace(colour, "")
    return line


def seconds(milliseconds: Any) -> str:
    return f"{milliseconds / 1000:.1f} s" if isinstance(milliseconds, (int, float)) else ""


def tokens(usage: Any) -> str:
    if not isinstance(usage, dict):
        return ""
    given = [
        usage[name]
        for name in ("input_tokens", "prompt_tokens", "input", "output_tokens", "completion_tokens", "output")
        if isinstance(usage.get(name), int)
    ]
    return " → ".join(f"{number:,}" for number in given[:2]) + " tokens" if given else ""


def code(number: Any) -> str:
    return f"exit {short(number)}" if number else ""
