"""The relatives of a run in its project: what it came from, what came from it, and its session."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left

from runs.limits import RELATIVES_DEEP, RELATIVES_MOST
from runs.models import Run
from runs.models.recordings import REPLAY_OF_CHARS
from runs.relatives import Relative
from teams.models import Project


class KinRow(NamedTuple):
    """What the tree shows of a run, by column; the last two out of `meta`."""

    id: UUID
    external_id: str
    sort_at: object
    session: str
    parent_external_id: str
    sources: list[str]
    name: str
    status: str
    outcome: str
    losses: dict[str, int]
    agent: str
    model: str
    turns: int
    llm_calls: int
    unpriced_calls: int
    cost_usd: Decimal
    replay_of: str | None
    replay_at: str | None


def relatives_of(project: Project, run: Run) -> list[KinRow]:
    """Read a run and its relatives, nearest first; only itself where it has none."""
    found: dict[UUID, KinRow] = {}
    told = (run.meta.get(name) for name in ("replay_of", "replay_at"))
    columns = (getattr(run, name) for name in KinRow._fields[:-2])
    fresh = [KinRow(*columns, *(str(word) if word is not None else None for word in told))]
    for _ in range(RELATIVES_DEEP):
        found |= {row.id: row for row in fresh}
        if len(found) > RELATIVES_MOST:
            break
        fresh = [row for row in _around(project, fresh) if row.id not in found]
        if not fresh:
            break
    return list(found.values())[: RELATIVES_MOST + 1]


def _around(project: Project, rows: Sequence[KinRow]) -> list[KinRow]:
    """Read those one step away, each way by its own index."""
    runs = Run.objects.filter(project=project)
    names = [row.external_id for row in rows]
    above = [name for row in rows for name in (row.parent_external_id, row.replay_of) if name]
    ways = [
        runs.filter(parent_external_id__in=names).exclude(parent_external_id=""),
        _replays(runs, [*names, *(str(row.id) for row in rows)]),
    ]
    if above:
        ways += [runs.filter(external_id__in=above), runs.filter(id__in=_ids(above))]
    if sessions := sorted({row.session for row in rows if row.session}):
        ways.append(runs.filter(session__in=sessions).exclude(session=""))
    first, *others = (_selected(way) for way in ways)
    return [KinRow._make(row) for row in first.union(*others)]


def _replays(runs: QuerySet[Run], names: Iterable[str]) -> QuerySet[Run]:
    """Select the replays of runs, as the index says it."""
    told = Left(KeyTextTransform("replay_of", "meta"), REPLAY_OF_CHARS)
    wanted = [name[:REPLAY_OF_CHARS] for name in names]
    return runs.filter(meta__has_key="replay_of").alias(replayed=told).filter(replayed__in=wanted)


def _selected(runs: QuerySet[Run]) -> QuerySet[Run, tuple]:
    told = {f"told_{name}": KeyTextTransform(name, "meta") for name in ("replay_of", "replay_at")}
    columns = KinRow._fields[: -len(told)]
    return runs.annotate(**told).order_by().values_list(*columns, *told)[: RELATIVES_MOST + 1]


def _ids(names: Iterable[str]) -> list[UUID]:
    """Read those names that are ids of the server."""
    found = []
    for name in names:
        try:
            found.append(UUID(name))
        except ValueError:
            continue
    return found


def relative_of(row: KinRow) -> Relative:
    """Give what places a run."""
    return Relative(
        id=row.id,
        external_id=row.external_id,
        sort_at=row.sort_at,
        session=row.session,
        parent=row.parent_external_id,
        replay_of=row.replay_of or "",
        replay_at=row.replay_at or "",
        copies=any(source.startswith("claude-code") for source in row.sources),
    )
