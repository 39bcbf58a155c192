"""Numbers over a while: failures, cost, and the slowest calls of a tool."""

from datetime import datetime, timedelta

from django.db import connection

from alerts.kinds import Rate, RuleKind
from alerts.models import AlertRule
from alerts.params import RateParams
from alerts.rates import Measured
from runs.queries.runs import RunFilter
from runs.queries.sums import totals_of
from teams.models import Project

#: The 95th percentile of a tool's calls. By runs, whose steps lie together: a call of the window may belong
#: to a run that began up to a day before it.
TOOL_P95 = """
    SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY step.duration_ms), count(*)
    FROM runs_run AS run JOIN runs_step AS step ON step.run_id = run.id
    WHERE run.project_id = %(project)s AND run.sort_at >= %(since)s - interval '1 day'
        AND step.tool = %(tool)s AND step.started_at >= %(since)s AND step.duration_ms IS NOT NULL
"""


def rate_rules_all_projects() -> list[AlertRule]:
    """List all rules over rates, with their projects."""
    rules = AlertRule.objects.filter(enabled=True, kind=RuleKind.RATE)
    return list(rules.select_related("project__team").order_by("pk"))


def measure(project: Project, params: RateParams, *, now: datetime) -> Measured:
    """Measure a rate over the hours before now. Runs count from when they started."""
    since = now - timedelta(hours=params.hours)
    if params.rate == Rate.TOOL:
        return _measure_tool(project, params.tool, since)
    totals = totals_of(project, RunFilter(since=since, until=now))
    if params.rate == Rate.COST:
        return Measured(value=float(totals.cost_usd), of=totals.runs)
    return Measured(value=100 * totals.failed / totals.runs if totals.runs else 0, of=totals.runs)


def _measure_tool(project: Project, tool: str, since: datetime) -> Measured:
    with connection.cursor() as cursor:
        cursor.execute(TOOL_P95, {"project": project.pk, "tool": tool, "since": since})
        value, calls = cursor.fetchone()
    return Measured(value=float(value or 0), of=calls)
