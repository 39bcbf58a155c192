"""Reads a trace: its events, and its steps as a tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.reading import lines_in

Event = dict[str, Any]


class Node:
    """One step of a tree: what its events tell, and the steps in it."""

    def __init__(self, kind: str, event: Event) -> None:
        self.kind = kind
        self.told: Event = dict(event)
        self.inside: list[Node] = []


def events_in(path: Path) -> Iterator[Event]:
    """Yield the events of a trace; damaged lines are left out. Raises Trouble."""
    try:
        with path.open("rb") as file:
            for line, _ in lines_in(file):
                try:
                    event = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(event, dict):
                    yield event
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}).") from error


def runs_in(path: Path) -> dict[str, list[Event]]:
    """Group the events of a trace by their run. Raises Trouble when there is none."""
    runs: dict[str, list[Event]] = {}
    for event in events_in(path):
        runs.setdefault(str(event.get("run", "")), []).append(event)
    if not runs:
        raise Trouble(f"{path} has no events; is it a trace of the recorder?")
    return runs


#: kind of an event -> kind of the step that it tells of.
STEP_OF = {
    "tool_call": "tool",
    "tool_result": "tool",
    "agent_start": "agent",
    "agent_end": "agent",
    "llm_call": "llm",
}
ENDS = ("run_start", "run_end")


def tree_of(events: list[Event]) -> list[Node]:
    """Make the steps of a run, each in the one around it."""
    nodes: dict[str, Node] = {}
    top: list[Node] = []
    for event in events:
        kind = str(event.get("kind", ""))
        if kind in ENDS or kind == "blob_ref":
            continue
        step, key = STEP_OF.get(kind, kind), str(event.get("id") or "")
        if step == kind or key not in nodes:
            node = Node(step, event)
            place_of(node, event, nodes, top).append(node)
            if (key and step != kind) or kind == "llm_call":
                nodes[key] = node
        else:
            nodes[key].told.update(event)
    return top


def place_of(node: Node, event: Event, nodes: dict[str, Node], top: list[Node]) -> list[Node]:
    """Find the list that a step belongs into."""
    around = event.get("parent") or event.get("call") or event.get("step")
    if not around and node.kind != "agent":
        around = event.get("agent")
    if not around and node.kind == "agent":
        around = event.get("parent_agent")
    found = nodes.get(str(around))
    return found.inside if found is not None and found is not node else top


def flat(nodes: list[Node]) -> Iterator[Node]:
    """Yield steps and those in them, in order, however deep they lie."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.inside)
