"""Runs that were judged by other rules become due again: at once when people change rules, else by night."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from runs.findings.limits import REJUDGED_AT_ONCE, REJUDGED_BY_NIGHT, REJUDGED_DAYS
from runs.judging import rules_of
from teams.models import Project

#: Name of the job and its queue; runs.tasks defines it.
JUDGE_ANEW, QUEUE = "runs.judge_anew", "default"

#: The newest first: `due` alone makes the watch judge them.
MARK_OUTDATED = """
    UPDATE runs_run SET due = true WHERE id IN (
        SELECT run.id FROM runs_run AS run JOIN runs_judgement AS judgement ON judgement.run_id = run.id
        WHERE run.project_id = %(project)s AND run.sort_at >= %(since)s AND NOT run.due
            AND judgement.rules <> %(rules)s
        ORDER BY run.sort_at DESC LIMIT %(most)s
    )
"""
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def queue_judging(project: Project) -> None:
    """Queue the marking of a project's runs, in the caller's transaction."""
    jobs = JobManager(DjangoConnector())
    lock = f"{JUDGE_ANEW}:{project.pk}"
    configure_task(name=JUDGE_ANEW, job_manager=jobs, queue=QUEUE, lock=lock).defer(project_id=project.pk)


def mark_outdated(project_id: int, *, now: datetime) -> int:
    """Mark the runs of the last REJUDGED_DAYS that other rules judged. Returns how many."""
    project = Project.objects.filter(pk=project_id).first()
    marked, since = 0, now - timedelta(days=REJUDGED_DAYS)
    while project and (some := _mark(project, since=since, most=REJUDGED_AT_ONCE)):
        marked += some
    return marked


def mark_outdated_all_projects() -> int:
    """Mark a bounded number of each project's runs that other rules judged. Returns how many."""
    return sum(_mark(each, since=_EVER, most=REJUDGED_BY_NIGHT) for each in Project.objects.iterator())


def _mark(project: Project, *, since: datetime, most: int) -> int:
    given: dict[str, Any] = {"project": project.pk, "since": since, "rules": rules_of(project), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(MARK_OUTDATED, given)
        return cursor.rowcount
