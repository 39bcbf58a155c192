"""The relatives of a run as rows: its ancestors, forks, resumed runs and replays."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from runs.limits import RELATIVES_MOST
from runs.models import Run
from runs.queries.relatives import KinRow, relative_of, relatives_of
from runs.relatives import Bond, Branch, tree_of
from runs.shown.runs import Status, status_of
from runs.words import money, plural
from teams.models import Project

_INDENTED = 5  #: deepest level that is indented further


@dataclass(frozen=True, kw_only=True, slots=True)
class KinShown:
    """One run of the tree. `url` is empty for the run whose page this is."""

    title: str
    url: str
    depth: int
    bond: str
    step_url: str  #: of the step that it was replayed from
    status: Status
    facts: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """A run among its relatives."""

    rows: list[KinShown]
    cut: str


def read_family(project: Project, run: Run) -> Family | None:
    """Read the relatives of a run; None where it has none."""
    rows = relatives_of(project, run)
    if len(rows) < 2:
        return None
    by_id = {row.id: row for row in rows[:RELATIVES_MOST]}
    branches = tree_of(relative_of(row) for row in by_id.values())
    cut = f"Only the nearest {RELATIVES_MOST} are shown." if len(rows) > RELATIVES_MOST else ""
    return Family(rows=[_shown(project, run, branch, by_id) for branch in branches], cut=cut)


def _shown(project: Project, run: Run, branch: Branch, by_id: dict[UUID, KinRow]) -> KinShown:
    row = by_id[branch.run.id]
    priced = row.unpriced_calls < row.llm_calls
    facts = [row.agent, row.model, plural(row.turns, "turn"), money(row.cost_usd) if priced else ""]
    return KinShown(
        title=row.name or row.external_id,
        url="" if row.id == run.id else _url(project, row.id),
        depth=min(branch.depth, _INDENTED),
        bond=_bond_words(branch),
        step_url=_step_url(project, branch, by_id),
        status=status_of(row),
        facts=[fact for fact in facts if fact],
    )


def _bond_words(branch: Branch) -> str:
    at = branch.run.replay_at
    return {
        Bond.ROOT: "",
        Bond.STARTED: "started by it",
        Bond.FORKED: "forked from it",
        Bond.RESUMED: "same session",
        Bond.REPLAYED: f"replayed from step {at}" if at else "replayed",
    }[branch.bond]


def _step_url(project: Project, branch: Branch, by_id: dict[UUID, KinRow]) -> str:
    """Link the step that a replay began at, where it is named by its number."""
    told = branch.run
    if branch.bond is not Bond.REPLAYED or not told.replay_at.isdecimal() or len(told.replay_at) > 9:
        return ""
    names = {name: row.id for row in by_id.values() for name in (row.external_id, str(row.id))}
    return f"{_url(project, names[told.replay_of])}?step={int(told.replay_at)}"


def _url(project: Project, run_id: UUID) -> str:
    return reverse("runs:run", args=[project.team.slug, project.slug, run_id])
