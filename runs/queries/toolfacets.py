"""Tool calls of a project and period by agent, model or repository, from the rows of sums."""

from typing import Any

from django.db import connection

from runs.kinds import ToolSpan
from runs.periods import Period
from runs.queries.sums import choices_of
from runs.queries.tools import CHOSEN, FACETS, ToolFilter, ToolRow
from runs.tool_sql import AMOUNTS, FACET
from teams.models import Project


def _folded(by: str, span: int) -> str:
    """Write rows by the value of a facet: fresh ones, and folded ones, which know it only by its digest."""
    return f"""
        SELECT {by} AS name, at, bucket, {AMOUNTS} FROM runs_toolsum
        WHERE project_id = %(project)s AND span = 0 AND at >= %(earlier)s AND at < %(until)s
            AND {by} = ANY(%(names)s::text[]) AND starts_with(tool, %(prefix)s)
        UNION ALL
        SELECT named.name, at, bucket, {AMOUNTS}
        FROM (
            SELECT name, {FACET.format(name=f"'{by}'", value="name")} AS facet
            FROM unnest(%(names)s::text[]) AS name
        ) AS named JOIN runs_toolsum USING (facet)
        WHERE project_id = %(project)s AND span = {span} AND span >= 1
            AND at >= %(earlier)s AND at < %(until)s AND starts_with(tool, %(prefix)s)
    """


def _parts(by: str) -> str:
    """Write the parts of runs, where another facet is chosen, too."""
    return f"""
        SELECT {by} AS name, hour AS at, bucket, {AMOUNTS} FROM runs_toolpart
        WHERE project_id = %(project)s AND hour >= %(earlier)s AND hour < %(until)s
            AND {by} = ANY(%(names)s::text[]) {CHOSEN}
    """


def _summed(rows: str) -> str:
    return f"""
        SELECT name, CASE WHEN at >= %(since)s THEN %(since)s::timestamptz END AS slot, bucket,
            {", ".join(f"sum({name})::bigint" for name in AMOUNTS.split(", "))}, 0
        FROM ({rows}) AS rows GROUP BY 1, 2, 3 HAVING sum(calls) > 0
    """


#: By facet: sums by the hour, by the day, and from parts.
BY_HOUR = {by: _summed(_folded(by, ToolSpan.HOUR)) for by in FACETS}
BY_DAY = {by: _summed(_folded(by, ToolSpan.DAY)) for by in FACETS}
BY_PARTS = {by: _summed(_parts(by)) for by in FACETS}


def facet_rows(project: Project, period: Period, chosen: ToolFilter, *, by: str) -> list[ToolRow]:
    """Sum the calls of a period, and of the one before it, by agent, model or repository: those of most runs.

    The rows are those of `tool_rows`, with the name of the agent, model or repository for the tool.
    """
    others = [name for name in FACETS if name != by and getattr(chosen, name)]
    statement = BY_PARTS[by] if others else (BY_HOUR if period.is_hourly else BY_DAY)[by]
    given: dict[str, Any] = {
        "project": project.pk, "earlier": period.since - period.length, "since": period.since,
        "until": period.until, "agent": chosen.agent, "model": chosen.model, "repo": chosen.repo,
        "prefix": f"mcp__{chosen.server}__" if chosen.server else "",
        "names": [getattr(chosen, by)] if getattr(chosen, by) else choices_of(project, by),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [ToolRow._make(row) for row in cursor.fetchall()]
