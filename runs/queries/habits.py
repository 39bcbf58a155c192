"""How long the calls of tools took, from the sums of tool calls."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from runs.findings.habits import Habit, habit_of
from runs.findings.limits import HABIT_DAYS
from runs.models import Run
from runs.tool_sql import FACET

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
