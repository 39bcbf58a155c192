"""The rows of the tree, built from the leaves up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from runs.limits import TREE_OPEN
from runs.queries.trees import Turn
from runs.queries.windows import Row, Window
from runs.shown.steps import Around, line_shown
from runs.shown.trees import (
    Scale,
    State,
    TreeRow,
    axis_for,
    figures_of,
    measure_of,
    most_of,
    query_of,
    sums_of_row,
    tags_of,
)
from runs.trees import Sums, open_after

#: Names of a place on the page.
NOWHERE = dict.fromkeys(("step", "after", "before"), "")


@dataclass(kw_only=True)
class Branches:
    """What was read for one answer. Nodes are named `t3` (turn 3) and `s34` (step 34)."""

    state: State
    origin: datetime
    around: Around
    opened: list[str]
    inner: dict[str, Window] = field(default_factory=dict)  #: rows of the opened nodes
    sums: Mapping[str, Sums] = field(default_factory=dict)  #: of steps that hold others, by key
    told: Mapping[str, int] = field(
        default_factory=dict
    )  #: numbers of spans without a row, by their call's key

    def turn(self, turn: Turn, head: Row | None, scale: Scale) -> TreeRow:
        """Build the row of a turn; it says what its model call said, and opens that call."""
        shown = line_shown(head, self._unselected) if head else None
        row = TreeRow(
            node=f"t{turn.number}",
            level=1,
            href=self._link(step=str(shown.seq if shown else turn.first_step)),
            figures=figures_of(turn.sums, scale),
            title=f"Turn {turn.number}" if turn.number else "Before the first turn",
            step=shown,
            tags=tags_of(turn.sums),
            troubled=turn.sums.failures > 0,
        )
        return self._opened(row, turn.sums)

    def step(self, row: Row, level: int, scale: Scale) -> TreeRow:
        """Build the row of a step, and those inside it when it is open."""
        own = sums_of_row(row, self.origin)
        sums = self.sums.get(row["key"], own)
        holds = sums.steps > 1
        shown = line_shown(row, self.around)
        built = TreeRow(
            node=f"s{row['seq']}",
            level=level,
            href=self._link(step=str(row["seq"])),
            figures=figures_of(sums, scale),
            step=shown,
            tags=tags_of(sums, own) if holds else (),
            troubled=holds and sums.failures > own.failures,
            selected=shown.selected,
            told=self.told.get(row["key"]),
        )
        return self._opened(built, sums) if holds else built

    def inside(self, node: str, level: int, above: Sums) -> dict[str, Any]:
        """Build the rows inside a node on their own axis, and the links to more of them."""
        window = self.inner[node]
        sums = [self._sums(row) for row in window.rows]
        by = self.state["by"]
        scale = Scale(by=by, axis=axis_for(sums), most=most_of(sums, by), whole=measure_of(above, by))
        rows = tuple(self.step(row, level, scale) for row in window.rows)
        first, last = (str(window.rows[place]["seq"]) for place in (0, -1)) if rows else ("", "")
        return {
            "rows": rows,
            "earlier_url": self._link(before=first, node=node) if window.earlier else "",
            "earlier_page": self._link(step=first) if window.earlier else "",
            "later_url": self._link(after=last, node=node) if window.later else "",
            "later_page": self._link(step=last) if window.later else "",
        }

    def _opened(self, row: TreeRow, sums: Sums) -> TreeRow:
        """Add the links that open a row, and its rows when it is open."""
        inside = self.inside(row.node, row.level + 1, sums) if row.node in self.inner else {}
        return replace(
            row, holds=True, toggle_url=self._toggle(row.node), rows_url=self._link(node=row.node), **inside
        )

    def _sums(self, row: Row) -> Sums:
        return self.sums.get(row["key"]) or sums_of_row(row, self.origin)

    def _toggle(self, node: str) -> str:
        """Link this page with one node opened or closed."""
        nodes = ".".join(open_after(self.opened, node, most=TREE_OPEN))
        return f"{_query(self._kept, nodes and f'open={nodes}', self._here)}#{node}"

    def _link(self, **places: str) -> str:
        """Link without a place on the page and without opened nodes: those of a step open by themselves."""
        return _query(self._kept, *(f"{name}={value}" for name, value in places.items()))

    @cached_property
    def _kept(self) -> str:
        """Write once what every link keeps: 600 of them on a page take 12 ms otherwise."""
        return query_of(self.state, open="", **NOWHERE)[1:]

    @cached_property
    def _here(self) -> str:
        return query_of({name: self.state.get(name, "") for name in NOWHERE})[1:]

    @cached_property
    def _unselected(self) -> Around:
        return replace(self.around, selected=None)


def _query(*parts: str) -> str:
    return "?" + "&".join(filter(None, parts))


def rows_among(windows: Iterable[Window]) -> list[Row]:
    """List the rows of some windows."""
    return [row for window in windows for row in window.rows]
