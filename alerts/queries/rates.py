"""Numbers over a while: failures, cost, and the slowest calls of a tool."""

from datetime import datetime, timedelta

from alerts.kinds import Rate, RuleKind
from alerts.models import AlertRule
from alerts.params import RateParams
from alerts.rates import Measured
from runs.queries.habits import tool_habit
from runs.queries.runs import RunFilter
from runs.queries.sums import totals_of
from teams.models import Project


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
    """Read the p95 of a tool as the Tools page does, from the beginning of the window's first hour."""
    habit = tool_habit(project, tool, since=since.replace(minute=0, second=0, microsecond=0))
    return Measured(value=float(habit.p95_ms), of=habit.calls)
