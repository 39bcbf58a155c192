"""Puts flattened attributes together again: `a.0.b.c = x` is `[{"b": {"c": x}}]`."""

from typing import Any

from ingest import wild
from ingest.formats.otlp.raw import Attributes

#: Places above this are a mistake, and would make lists that nobody sent.
MOST_PLACES = 10_000


def unflattened(attributes: Attributes, prefix: str) -> list[Any]:
    """Gather the items below `prefix.`, in the order of their numbers; missing numbers leave no gap."""
    start, tree = prefix + ".", dict[str, Any]()
    for name, value in attributes.items():
        if name.startswith(start):
            place(tree, name[len(start) :].split("."), value)
    return in_order(tree)


def place(tree: dict[str, Any], path: list[str], value: Any) -> None:
    """Put a value at its path; a longer path wins over a value in its way."""
    for part in path[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            inner = tree[part] = {}
        tree = inner
    if not isinstance(tree.get(path[-1]), dict):
        tree[path[-1]] = value


def in_order(tree: dict[str, Any]) -> list[Any]:
    """List the values under whole numbers."""
    numbers = sorted(
        (number, name)
        for name in tree
        if (number := wild.integer(name, MOST_PLACES)) is not None and name.isdecimal()
    )
    return [tree[name] for _, name in numbers]
