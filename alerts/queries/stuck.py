"""Open runs from which nothing comes any more."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from alerts.limits import STUCK_AT_ONCE
from runs.models import Run, Step

#: Silent runs and the rules they break, without those that have said so. By the index of open runs, of which
#: there are few. The silence is that of the server: a run's own clock may be wrong.
SILENT_RUNS = """
    SELECT run.id, rule.id FROM runs_run AS run
    JOIN alerts_alertrule AS rule ON rule.project_id = run.project_id AND rule.enabled AND rule.kind = 'stuck'
    LEFT JOIN alerts_alert AS alert
        ON alert.project_id = run.project_id AND alert.run_id = run.id AND alert.rule_id = rule.id
    WHERE run.status = 'running' AND NOT run.due
        AND run.updated_at < %(now)s - (rule.params ->> 'minutes')::int * interval '1 minute'
        AND (alert.id IS NULL OR alert.mark <> run.revision)
    ORDER BY run.id DESC LIMIT %(most)s
"""


def silent_runs_all_projects(now: datetime) -> list[tuple[UUID, int]]:
    """Find silent runs, each with the id of the rule that minds."""
    with connection.cursor() as cursor:
        cursor.execute(SILENT_RUNS, {"now": now, "most": STUCK_AT_ONCE})
        return list(cursor.fetchall())


def last_step_of(run: Run) -> Step | None:
    """Read the step that was written last."""
    return Step.objects.filter(run_id=run.id).order_by("-revision", "-seq").first()


def open_step_of(run: Run) -> Step | None:
    """Read the newest step that has not ended."""
    return Step.objects.filter(run_id=run.id, status="running").order_by("-seq").first()
