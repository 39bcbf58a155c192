"""A call that started sub-agents tells of them: their spans are no rows of their own. Pure.

A delegation told by native events is two steps, the call of a tool and the span of the agent that lies in it;
in a transcript of Claude Code the call is the span. Both read as one row with a lane for each agent.
"""

from collections.abc import Collection, Mapping
from typing import Any

from runs.kinds import Kind

Row = Mapping[str, Any]


def is_call(row: Row) -> bool:
    """Say whether a row is the call of a tool."""
    return row["kind"] == Kind.TOOL or (row["kind"] == Kind.AGENT and bool(row["tool"]))


def is_span(row: Row) -> bool:
    """Say whether a row is the span of a sub-agent, and not the call that started it."""
    return row["kind"] == Kind.AGENT and not row["tool"]


def is_told(row: Row, parent: Row | None) -> bool:
    """Say whether a row is a span that the call it lies in tells of; not one that lies in its own lane."""
    return parent is not None and is_span(row) and is_call(parent) and parent["parent_key"] != row["key"]


def teller_of(row: Row, kin: Mapping[str, Row]) -> Row | None:
    """Find the row that shows the lane a row lies in, or the span that a row is. `kin`: rows by key."""
    parent = kin.get(row["parent_key"])
    if parent is None or not (row["agent"] or is_told(row, parent)):
        return None
    above = kin.get(parent["parent_key"])
    return above if is_told(parent, above) else parent


def rows_telling(rows: Collection[Row], kin: Mapping[str, Row]) -> list[Row]:
    """List the rows that show some changed ones: themselves, and those that count their lanes."""
    shown = [row for row in rows if not is_told(row, kin.get(row["parent_key"]))]
    tellers = (teller_of(row, kin) for row in rows)
    every = {row["key"]: row for row in [*shown, *filter(None, tellers)]}
    return list(every.values())
