"""Rows as HTML: what the first answer, htmx and sockets all send; one file a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from runs.delegations import rows_telling
from runs.kinds import Kind
from runs.models import Run
from runs.queries.changes import hidden_steps
from runs.queries.findings import rulings_of
from runs.queries.flights import flights_of
from runs.queries.lanes import kin_of, lanes_of
from runs.queries.prompts import prompt_label
from runs.queries.runs import ListedRun
from runs.queries.steps import Row, Window
from runs.shown.listed import RunRow, run_rows
from runs.shown.runs import RunHead, run_head
from runs.shown.steps import Around, Place, StepRow, row_shown
from runs.states import Kept
from runs.tools import EDITING, family_of
from teams.models import Project


@dataclass(frozen=True, kw_only=True)
class RowFrame:
    """A step's row on its way to a client, with what the client orders and places it by."""

    seq: int
    at: int
    parent: int | None  #: seq of the step whose lane it lies in
    meta: bool
    revision: int
    html: str

    def as_json(self) -> dict[str, Any]:
        """Give what goes over the wire."""
        return {"seq": self.seq, "at": self.at, "parent": self.parent, "meta": self.meta, "html": self.html}


def place_of(project: Project, run: Run, kept: Kept = ()) -> Place:
    """Say where a run lives, and what its links carry along."""
    return Place(team=project.team.slug, project=project.slug, run_id=run.id, cwd=run.cwd, kept=kept)


def show_steps(
    project: Project,
    run: Run,
    rows: Sequence[Row],
    *,
    selected: int | None = None,
    lanes: Mapping[str, Window] | None = None,
    kept: Kept = (),
) -> list[StepRow]:
    """Build the rows of a window; `lanes` are those that are open under them, by the parent's key."""
    inner = lanes or {}
    every = [*rows, *(child for window in inner.values() for child in window.rows)]
    around = Around(
        place=place_of(project, run, kept),
        hidden=hidden_among(run, every),
        lanes=lanes_of(run, every),
        inner=inner,
        selected=selected,
    )
    return [row_shown(row, around) for row in rows]


def hidden_among(run: Run, rows: Iterable[Row]) -> set[str]:
    """Find the keys of the rows that changed files undeclared; edits declare what they change."""
    return hidden_steps(run, [row["key"] for row in rows if _may_hide(row)])


def _may_hide(row: Row) -> bool:
    edits = row["kind"] == Kind.TOOL and family_of(row["tool"]) in EDITING
    return bool(row["changes"]) and not edits


def step_frames(project: Project, run: Run, rows: Sequence[Row]) -> list[RowFrame]:
    """Render changed rows for live clients; a sub-agent's row brings the row that counts it along."""
    kin = kin_of(run, rows)
    every = rows_telling(rows, kin)
    around = Around(
        place=place_of(project, run),
        hidden=hidden_among(run, every),
        lanes=lanes_of(run, every),
    )
    return [_frame(row, around, kin) for row in every]


def _frame(row: Row, around: Around, kin: Mapping[str, Row]) -> RowFrame:
    shown = row_shown(row, around)
    parent = kin.get(row["parent_key"]) if row["agent"] else None
    return RowFrame(
        seq=shown.seq,
        at=shown.at,
        parent=parent["seq"] if parent else None,
        meta=shown.is_meta,
        revision=row["revision"],
        html=render_step(shown),
    )


def render_step(row: StepRow) -> str:
    """Render one step's row."""
    return render_to_string("runs/_step_row.html", {"row": row})


def show_runs(project: Project, runs: Sequence[ListedRun]) -> list[RunRow]:
    """Build the rows of the run list, with one query for all their strips, and one for what rules say."""
    ids = [run.id for run in runs]
    return run_rows(project, runs, flights_of(ids), rulings_of(ids))


def render_head(run: Run) -> str:
    """Render the facts above a run."""
    return render_to_string("runs/_facts.html", {"head": head_of(run)})


def head_of(run: Run) -> RunHead:
    """Build the facts above a run."""
    return run_head(run, prompt=prompt_label(run))
