"""The sums of projects, folded: a page adds up few rows however many runs and batches there were."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from runs import sql
from runs.copying import copy_rows, values_for_copy
from runs.folding import Work
from runs.kinds import Span
from runs.limits import SUMS_FOLDED, TEXTS_INDEXED
from runs.models import RunSum
from runs.rows import SUM_COLUMNS
from runs.sums import moved_sums


def add_to_sums(cursor: Any, project: Any, works: Iterable[Work]) -> None:
    """Add what a batch moved as rows of its own: no two writers wait for one counter."""
    moves = moved_sums(project.pk, works)
    if moves:
        copy_rows(cursor, "runs_runsum", SUM_COLUMNS, [values_for_copy(row, SUM_COLUMNS) for row in moves])


def fold_sums_all_projects() -> int:
    """Fold what batches moved into sums by day and for ever. Returns how many rows were folded."""
    folded = 0
    for project_id in RunSum.objects.filter(span=Span.FRESH).values_list("project_id", flat=True).distinct():
        while taken := fold_sums(project_id):
            folded += taken
            if taken < SUMS_FOLDED:
                break
    return folded


def fold_sums(project_id: int) -> int:
    """Fold some fresh rows of a project, in one transaction. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FOLD_SUMS, {"project": project_id, "rows": SUMS_FOLDED})
        return int(cursor.fetchone()[0])


def index_texts_all_projects() -> None:
    """Move what the search looks into to where it has an index."""
    with connection.cursor() as cursor:
        taken = TEXTS_INDEXED
        while taken == TEXTS_INDEXED:
            cursor.execute(sql.INDEX_TEXTS, {"rows": TEXTS_INDEXED})
            taken = int(cursor.fetchone()[0])


def drop_empty_sums() -> None:
    """Drop the groups whose runs are all gone."""
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_EMPTY_SUMS)
