"""The tool sums of projects: the one writer. A judgement replaces its run's parts and moves the sums by what
that changed, in its own transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from runs import tool_sql
from runs.findings.clues import Clue
from runs.kinds import ToolSpan
from runs.limits import SUMS_FOLDED
from runs.models import Run, ToolPart, ToolSum
from runs.toolparts import AMOUNTS, PartKey, parts_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = ("project_id", "agent", "model", "repo", *AMOUNTS)
_SAVED = ("project", "agent", "model", "repo", *AMOUNTS)

#: (project, agent, model, repository, amounts …)
Row = tuple[Any, ...]


def hold_run(run_id: UUID) -> bool:
    """Keep a run from being deleted until the transaction ends. Says whether it is there."""
    with connection.cursor() as cursor:
        cursor.execute(tool_sql.HOLD_RUN, {"run": run_id})
        return cursor.fetchone() is not None


def keep_tool_parts(run: Run, clues: Sequence[Clue]) -> None:
    """Replace the parts of a run, and move the sums of its project by what that changed."""
    ours = (run.project_id, run.agent, run.model, run.repo)
    new = {_key(part): (*ours, *amounts) for part, amounts in parts_of(clues).items()}
    old = _parts_kept(run.id)
    gone = old.keys() - new.keys()
    changed = {key: row for key, row in new.items() if old.get(key) != row}
    if not gone and not changed:
        return
    for hour, tool, bucket in gone:
        ToolPart.objects.filter(run_id=run.id, hour=hour, tool=tool, bucket=bucket).delete()
    ToolPart.objects.bulk_create(
        [ToolPart(run_id=run.id, **_named(key, row)) for key, row in changed.items()],
        update_conflicts=True,
        unique_fields=["run_id", "hour", "tool", "bucket"],
        update_fields=_SAVED,
    )
    _move([*_moves(old, gone | (changed.keys() & old.keys()), -1), *_moves(changed, changed, 1)])


def _key(part: PartKey) -> tuple[datetime, str, int]:
    hours, tool, bucket = part
    return _EPOCH + timedelta(hours=hours), tool, bucket


def _parts_kept(run_id: UUID) -> dict[tuple[datetime, str, int], Row]:
    rows = ToolPart.objects.filter(run_id=run_id).values_list("hour", "tool", "bucket", *_FIELDS)
    return {(hour, tool, bucket): tuple(row) for hour, tool, bucket, *row in rows}


def _named(key: tuple[datetime, str, int], row: Row) -> dict[str, Any]:
    return dict(zip(("hour", "tool", "bucket"), key, strict=True)) | dict(zip(_FIELDS, row, strict=True))


def _moves(rows: dict[Any, Row], keys: Iterable[Any], sign: int) -> Iterator[dict[str, Any]]:
    for key in keys:
        named = _named(key, rows[key])
        yield {
            **named,
            "at": named["hour"].isoformat(),
            **{name: sign * named[name] for name in AMOUNTS},
            "hour": None,
        }


def _move(moves: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tool_sql.ADD_TOOL_SUMS, {"moved": msgspec.json.encode(moves).decode()})


def fold_tool_sums_all_projects() -> int:
    """Fold what judgements moved into sums by hour and day. Returns how many rows were folded."""
    folded = 0
    fresh = ToolSum.objects.filter(span=ToolSpan.FRESH)
    for project_id in fresh.values_list("project_id", flat=True).distinct():
        while taken := fold_tool_sums(project_id):
            folded += taken
            if taken < SUMS_FOLDED:
                break
    return folded


def fold_tool_sums(project_id: int) -> int:
    """Fold some fresh rows of a project, in one transaction. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(tool_sql.FOLD_TOOL_SUMS, {"project": project_id, "rows": SUMS_FOLDED})
        return int(cursor.fetchone()[0])


def drop_empty_tool_sums() -> None:
    """Drop the groups whose calls are all gone."""
    with connection.cursor() as cursor:
        cursor.execute(tool_sql.DROP_EMPTY_TOOL_SUMS)
