"""`diff`: where two traces part: the first step that is not the same in both."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

from agentscope_recorder.cli.show import line_of, without_colour
from agentscope_recorder.cli.traces import Node, flat, runs_in, tree_of
from agentscope_recorder.plain import encode

#: Steps shown before and after the parting.
AROUND = 3


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)


def run(options: argparse.Namespace) -> int:
    """Print where the last runs of two traces part; the exit status is 1 when they do."""
    first, second = (steps_of(path) for path in (options.first, options.second))
    place = parting(first, second)
    if place is None:
        print(f"Both do the same {len(first)} steps.")
        return 0
    print(f"The same for {place} steps, then:")
    for sign, steps in (("-", first), ("+", second)):
        for node in steps[place : place + AROUND]:
            print(f"{sign} {without_colour(line_of(node))}")
        if len(steps) <= place:
            print(f"{sign} (ends)")
    return 1


def steps_of(path: Path) -> list[Node]:
    """List the steps of the last run of a trace, in order."""
    return list(flat(tree_of(list(runs_in(path).values())[-1])))


def parting(first: list[Node], second: list[Node]) -> int | None:
    """Find the place of the first step that is not the same; None when there is none."""
    for place, (one, other) in enumerate(itertools.zip_longest(first, second)):
        if one is None or other is None or deed_of(one) != deed_of(other):
            return place
    return None


def deed_of(node: Node) -> tuple[str, str, bytes]:
    """Say what a step did: kind, name, and what it was given; times and results may differ."""
    told = node.told
    given = (
        told.get("args")
        if node.kind == "tool"
        else told.get("content")
        if node.kind == "llm"
        else told.get("text")
    )
    return node.kind, str(told.get("name") or ""), encode(given)
