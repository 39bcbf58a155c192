"""What ends by itself: silent runs are closed, old runs and runs of deleted projects are dropped."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from runs import sql
from runs.kinds import RunStatus
from runs.limits import SILENCE, SWEEP_RUNS
from runs.models import Run
from runs.records import Batch, RunRecord
from runs.store import SavedRun, save
from teams.models import Project


def close_silent_runs_all_projects(now: datetime) -> list[tuple[Project, list[SavedRun]]]:
    """Mark runs as unfinished that are open and have been silent for `SILENCE`."""
    silent = Run.objects.filter(status=RunStatus.RUNNING, updated_at__lt=now - SILENCE)
    closed = []
    for run in silent.select_related("project__team").order_by("updated_at")[:SWEEP_RUNS]:
        record = RunRecord(
            external_id=run.external_id, source="agentscope:silence", status=RunStatus.UNFINISHED
        )
        closed.append((run.project, save(run.project, Batch(runs=[record]), now=now)))
    return closed


def delete_expired_runs_all_projects(now: datetime) -> int:
    """Delete runs left alone for longer than their project keeps runs. Returns how many."""
    expired = Run.objects.annotate(days=F("project__retention_days"))
    deleted = 0
    for days in Project.objects.values_list("retention_days", flat=True).distinct():
        old = expired.filter(days=days, updated_at__lt=now - timedelta(days=days)).order_by("updated_at")
        while ids := list(old.values_list("id", flat=True)[:SWEEP_RUNS]):
            delete_runs(ids)
            deleted += len(ids)
    return deleted


def delete_runs(run_ids: list[UUID]) -> None:
    """Delete runs with all their content."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in sql.DELETE_RUN_CONTENT:
            cursor.execute(statement, {"run_ids": run_ids})


def delete_runs_of_project(sender: Any, instance: Project, **_: Any) -> None:
    """Drop the content of a project that is about to be deleted (no foreign keys do it)."""
    runs = Run.objects.filter(project=instance)
    while ids := list(runs.values_list("id", flat=True)[:SWEEP_RUNS]):
        delete_runs(ids)
