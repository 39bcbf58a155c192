"""How long the calls of tools took, from the sums of tool calls."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from runs.findings.habits import Habit, habit_of
from runs.findings.limits import HABIT_DAYS, TOOL_NAME_CHARS
from runs.kinds import ToolSpan
from runs.models import Run
from runs.tool_sql import FACET
from teams.models import Project

#: Calls of an agent's runs on whole days before a run; those of the run itself are no history of it.
HABITS_BEFORE = f"""
    SELECT tool, bucket, sum(calls)::bigint FROM (
        SELECT tool, bucket, calls FROM runs_toolsum
        WHERE project_id = %(project)s AND span = 0 AND agent = %(agent)s AND tool = ANY(%(tools)s)
            AND at >= %(since)s AND at < %(until)s
        UNION ALL
        SELECT tool, bucket, calls FROM runs_toolsum
        WHERE project_id = %(project)s AND span = 2 AND span >= 1
            AND facet = {FACET.format(name="'agent'", value="%(agent)s::text")}
            AND tool = ANY(%(tools)s) AND at >= %(since)s AND at < %(until)s
        UNION ALL
        SELECT tool, bucket, -calls FROM runs_toolpart
        WHERE run_id = %(run)s AND agent = %(agent)s AND tool = ANY(%(tools)s)
            AND hour >= %(since)s AND hour < %(until)s
    ) AS parts GROUP BY 1, 2 HAVING sum(calls) > 0
"""


def _of_tool(span: int, unit: str) -> str:
    """Write calls of one tool since an hour or a day: folded rows of all calls, and fresh ones."""
    return f"""
        SELECT at, bucket, sum(calls)::bigint FROM (
            SELECT date_trunc('{unit}', at, 'UTC') AS at, bucket, calls FROM runs_toolsum
            WHERE project_id = %(project)s AND span = 0 AND tool = %(tool)s AND at >= %(since)s
            UNION ALL
            SELECT at, bucket, calls FROM runs_toolsum
            WHERE project_id = %(project)s AND span = {span} AND span >= 1
                AND facet = {FACET.format(name="''", value="''")}
                AND tool = %(tool)s AND at >= %(since)s
        ) AS parts GROUP BY 1, 2 HAVING sum(calls) > 0
    """


TOOL_BY_HOUR, TOOL_BY_DAY = _of_tool(ToolSpan.HOUR, "hour"), _of_tool(ToolSpan.DAY, "day")


def tool_habit(project: Project, tool: str, *, since: datetime) -> Habit:
    """Read what calls of a tool took since the beginning of an hour."""
    counts: Counter[int] = Counter()
    for _, bucket, calls in _rows(TOOL_BY_HOUR, project, tool, since):
        counts[bucket] += calls
    return habit_of(counts)


def tool_habits_by_day(project: Project, tool: str, *, since: datetime) -> list[tuple[datetime, Habit]]:
    """Read what calls of a tool took on each day (UTC) since one, the newest day first."""
    days: defaultdict[datetime, dict[int, int]] = defaultdict(dict)
    for day, bucket, calls in _rows(TOOL_BY_DAY, project, tool, since):
        days[day][bucket] = calls
    return [(day, habit_of(days[day])) for day in sorted(days, reverse=True)]


def _rows(statement: str, project: Project, tool: str, since: datetime) -> list[tuple[Any, ...]]:
    given = {"project": project.pk, "tool": tool[:TOOL_NAME_CHARS], "since": since}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def habits_before(run: Run, tools: Iterable[str]) -> dict[str, Habit]:
    """Read what calls of tools by the run's agent took in its project on the HABIT_DAYS before its own."""
    until = datetime.combine(run.sort_at.astimezone(UTC).date(), time(), UTC)
    counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
    given: dict[str, Any] = {
        "project": run.project_id, "run": run.id, "agent": run.agent, "tools": list(tools),
        "since": until - timedelta(days=HABIT_DAYS), "until": until,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(HABITS_BEFORE, given)
        for tool, bucket, calls in cursor.fetchall():
            counts[tool][bucket] = calls
    return {tool: habit_of(of_tool) for tool, of_tool in counts.items()}
