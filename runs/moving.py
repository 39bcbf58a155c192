"""Runs that turn out to be parts of others: their steps are stored anew where they belong.

What is stored is read, dropped and saved again in one transaction, so that every sum, price and judgement
follows as if it had come there at first. The number of a run that went leads to the run it joined.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from runs import sql
from runs.models import MovedRun, Run
from runs.records import Batch
from runs.store import SavedRun, save_in_transaction

#: What a person says of a run, beside its tags.
VERDICT = ("verdict", "verdict_reason", "verdict_by_id", "verdict_at")


def rewrite_runs(project: Any, batch: Batch, goes: Mapping[UUID, str], *, now: datetime) -> list[SavedRun]:
    """Store runs anew. `batch` is all of their content; `goes` names the run that each is a part of now.

    A run that is named itself stays what it is, with what the batch has of it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        olds = list(Run.objects.filter(project=project, id__in=list(goes)).order_by("external_id"))
        led = list(MovedRun.objects.filter(project=project, part_of__in=list(goes)))
        for statement in sql.DELETE_RUN_CONTENT:
            cursor.execute(statement, {"run_ids": [old.id for old in olds]})
        staying = {old.external_id: old.id for old in olds if goes[old.id] == old.external_id}
        saved = save_in_transaction(cursor, project, batch, now=now, ids=staying)
        runs = Run.objects.filter(project=project, external_id__in=set(goes.values()))
        found = {run.external_id: run for run in runs}
        for old in olds:
            keep_said(old, found[goes[old.id]])
        lead_on(project, {old.id: found[goes[old.id]].id for old in olds}, led)
    return saved + [
        SavedRun(
            id=old.id, external_id=old.external_id, revision=old.revision + 1, created=False, changed=True
        )
        for old in olds
    ]


def keep_said(old: Run, run: Run) -> None:
    """Carry what people said of a run to what it is now."""
    if old.verdict or old.tags:
        words = {} if run.verdict else {name: getattr(old, name) for name in VERDICT}
        tags = [*run.tags, *(tag for tag in old.tags if tag not in run.tags)]
        Run.objects.filter(id=run.id).update(**words, tags=tags)


def lead_on(project: Any, places: Mapping[UUID, UUID], led: list[MovedRun]) -> None:
    """Lead from the number of each run that went to what it is now, and those that led to it, too."""
    moved = {old: new for old, new in places.items() if old != new}
    moved |= {one.run_id: places[one.part_of] for one in led}
    MovedRun.objects.bulk_create(
        [MovedRun(run_id=old, project=project, part_of=new) for old, new in moved.items()],
        update_conflicts=True,
        unique_fields=["run_id"],
        update_fields=["part_of"],
    )
