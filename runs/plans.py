"""Plans of agents: the items of a to-do list, and what changed since the list before. Pure."""

import re
from dataclasses import dataclass

from runs.ansi import strip_ansi
from runs.tools import text_in

#: What the agents call the states of an item, and what we call them.
_STATES = {
    "completed": "completed", "done": "completed", "complete": "completed",
    "in_progress": "in_progress", "in-progress": "in_progress", "active": "in_progress",
    "cancelled": "cancelled", "canceled": "cancelled", "deleted": "cancelled", "blocked": "blocked",
}  # fmt: skip
ITEMS_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanItem:
    """One item. `change` says what happened to it since the plan before: new, done, begun, dropped, …"""

    text: str
    state: str
    change: str = ""
    note: str = ""


def items_of(arguments: dict[str, object], detail: dict[str, object]) -> list[PlanItem]:
    """Read the items of a plan, in any spelling."""
    names = ("todos", "plan", "todoList", "tasks")
    found = next((arguments[name] for name in names if isinstance(arguments.get(name), list)), None)
    listed = found if isinstance(found, list) else detail.get("todos")
    listed = listed if listed is not None else checklist(text_in(arguments, "todos"))
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [
        PlanItem(
            text=strip_ansi(
                text_in(item, "content", "step", "description", "title", "subject", "text")[:2_000]
            ),
            state=_STATES.get(str(item.get("status", "")).lower(), "pending"),
            note=strip_ansi(text_in(item, "notes", "priority")[:200])
            if item.get("priority") != "medium"
            else "",
        )
        for item in items[:ITEMS_MOST]
    ]


_BOX = re.compile(r"^\s{0,20}[-*] \[([ xX~-])\] (.{1,2000})$", re.MULTILINE)
_BOXES = {" ": "pending", "x": "completed", "X": "completed", "-": "in_progress", "~": "in_progress"}


def checklist(text: str) -> list[dict[str, object]]:
    """Read a to-do list that is written as Markdown: `- [x] Write the tests`."""
    rows = _BOX.findall(text[:200_000])
    return [{"content": words, "status": _BOXES[box]} for box, words in rows[:ITEMS_MOST]]


_TASK = re.compile(r"^#(\w{1,20}) \[(\w{1,20})\] (.{1,500})$")


def items_of_list(output: str) -> list[PlanItem]:
    """Read the tasks that a task list answers, one a line: `#3 [completed] Write the tests (owner)`."""
    rows = [_TASK.match(line) for line in output[:50_000].split("\n")]
    return [
        PlanItem(text=strip_ansi(row[3]), state=_STATES.get(row[2].lower(), "pending"), note=f"task {row[1]}")
        for row in rows[:ITEMS_MOST]
        if row
    ]


_CHANGES = {"completed": "done", "in_progress": "begun", "pending": "put back", "cancelled": "dropped"}


def compared(now: list[PlanItem], before: list[PlanItem]) -> list[PlanItem]:
    """Mark what changed since the plan before; items that are gone come last, as dropped."""
    if not before:
        return now
    states = {item.text: item.state for item in before}
    marked = [
        PlanItem(text=item.text, state=item.state, note=item.note, change=_change(states, item))
        for item in now
    ]
    kept = {item.text for item in now}
    gone = [
        PlanItem(text=item.text, state="cancelled", change="dropped")
        for item in before
        if item.text not in kept
    ]
    return marked + gone


def _change(states: dict[str, str], item: PlanItem) -> str:
    if item.text not in states:
        return "new"
    return "" if states[item.text] == item.state else _CHANGES.get(item.state, item.state)
