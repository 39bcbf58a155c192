"""Tool calls of a project and period: sums from the rows of sums, and the calls themselves by their runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from runs.findings.limits import CALLS_PAGE, FAILED_READ, SLOWEST_SHOWN, TOOLS_SHOWN
from runs.kinds import ToolSpan
from runs.periods import Period
from runs.tool_sql import AMOUNTS, FACET
from teams.models import Project

#: What sums are kept by, beside those of all.
FACETS = ("agent", "model", "repo")

#: Rows of sums that are not folded yet, of any facet; and the parts of runs. An empty value means any.
CHOSEN = """
    AND (%(agent)s = '' OR agent = %(agent)s) AND (%(model)s = '' OR model = %(model)s)
    AND (%(repo)s = '' OR repo = %(repo)s) AND starts_with(tool, %(prefix)s)
"""
_FRESH = f"""
    SELECT date_trunc(%(unit)s, at, 'UTC') AS at, tool, bucket, {AMOUNTS} FROM runs_toolsum
    WHERE project_id = %(project)s AND span = 0 AND at >= %(earlier)s AND at < %(until)s {CHOSEN}
"""
_PARTS = f"""
    SELECT date_trunc(%(unit)s, hour, 'UTC') AS at, tool, bucket, {AMOUNTS} FROM runs_toolpart
    WHERE project_id = %(project)s AND hour >= %(earlier)s AND hour < %(until)s {CHOSEN}
"""


def _folded(span: int) -> str:
    """Write the folded rows of a span. Each by itself, as the partial index says it."""
    return f"""
        {_FRESH} UNION ALL
        SELECT at, tool, bucket, {AMOUNTS} FROM runs_toolsum
        WHERE project_id = %(project)s AND span = {span} AND span >= 1
            AND facet = {FACET.format(name="%(facet)s", value="%(value)s")}
            AND at >= %(earlier)s AND at < %(until)s AND starts_with(tool, %(prefix)s)
    """


def _summed(rows: str) -> str:
    """Write sums by tool, slot and bucket, of the tools of most calls; the time before has no slot."""
    return f"""
        WITH rows AS MATERIALIZED ({rows}),
        used AS (
            SELECT tool, count(*) OVER () AS tools FROM rows WHERE at >= %(since)s
            GROUP BY tool HAVING sum(calls) > 0 ORDER BY sum(calls) DESC, tool LIMIT %(most)s
        )
        SELECT tool, CASE WHEN at >= %(since)s THEN at END AS slot, bucket,
            {", ".join(f"sum({name})::bigint" for name in AMOUNTS.split(", "))}, min(tools)
        FROM rows JOIN used USING (tool)
        GROUP BY 1, 2, 3
        HAVING sum(calls) > 0
    """


#: All calls or those of one agent, model or repository; and under two filters or more, from runs' parts.
TOOLS_BY_HOUR, TOOLS_BY_DAY = _summed(_folded(ToolSpan.HOUR)), _summed(_folded(ToolSpan.DAY))
TOOLS_BY_PARTS = _summed(_PARTS)

_CALL = """
    step.run_id, run.name, run.external_id, run.task, step.seq, step.tool, step.status, step.started_at,
    step.duration_ms, step.error, step.output_size, left(step.input_preview, 300)
"""
_STEPS = """
    JOIN runs_run AS run ON run.id = part.run_id
    JOIN runs_step AS step ON step.run_id = part.run_id AND step.started_at >= part.hour
        AND step.started_at < part.hour + interval '1 hour' AND left(step.tool, 200) = part.tool
        AND step.kind IN ('tool', 'agent') AND NOT step.detail @> '{"meta": true}'
"""
_OF_PARTS = f"""
    FROM runs_toolpart WHERE project_id = %(project)s AND hour >= %(earlier)s AND hour < %(until)s {CHOSEN}
        AND (%(tool)s = '' OR tool = %(tool)s) AND bucket BETWEEN %(first)s AND %(last)s
        AND (failures > 0 OR NOT %(failed)s)
"""
_OF_STEPS = """
    coalesce(step.duration_ms, -1) >= %(from_ms)s AND (%(to_ms)s IS NULL OR step.duration_ms < %(to_ms)s)
    AND (step.status IN ('failed', 'denied') OR NOT %(failed)s)
"""

#: Calls, newest first. Only as many hours are looked into as hold a page: `newer` are the calls of the hours
#: after an hour, those of the cursor's own hour not counted.
CALLS = f"""
    WITH hours AS (
        SELECT hour, sum(CASE WHEN %(failed)s THEN failures ELSE calls END) FILTER (
            WHERE hour + interval '1 hour' <= %(before)s OR %(before)s >= %(until)s) AS calls {_OF_PARTS}
            AND hour <= %(before)s
        GROUP BY hour
    ),
    enough AS (
        SELECT min(hour) AS hour FROM (
            SELECT hour, coalesce(sum(calls) OVER (ORDER BY hour DESC) - calls, 0) AS newer FROM hours
        ) AS summed WHERE newer <= %(most)s
    ),
    part AS (
        SELECT DISTINCT run_id, hour, tool {_OF_PARTS} AND hour <= %(before)s
            AND hour >= (SELECT hour FROM enough)
    )
    SELECT {_CALL} FROM part {_STEPS}
    WHERE {_OF_STEPS} AND (step.started_at, step.run_id, step.seq)
        < (%(before)s, %(before_run)s::uuid, %(before_seq)s)
    ORDER BY step.started_at DESC, step.run_id DESC, step.seq DESC LIMIT %(most)s
"""

#: The slowest calls: those in buckets that alone hold as many as are listed, or more.
SLOWEST = f"""
    WITH part AS (SELECT DISTINCT run_id, hour, tool {_OF_PARTS})
    SELECT {_CALL} FROM part {_STEPS}
    WHERE {_OF_STEPS}
    ORDER BY step.duration_ms DESC, step.run_id DESC, step.seq DESC LIMIT %(most)s
"""

_LAST_RUN = UUID(int=2**128 - 1)
_LAST_BUCKET = 32_000


@dataclass(frozen=True, kw_only=True)
class ToolFilter:
    """Whose calls. Empty: everybody's."""

    agent: str = ""
    model: str = ""
    repo: str = ""
    server: str = ""  #: an MCP server


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """Which of the calls."""

    tool: str = ""
    buckets: tuple[int, int] | None = None  #: of the duration, the first and the last
    bounds: tuple[int, int | None] | None = None  #: the same in milliseconds
    failed: bool = False


class ToolRow(NamedTuple):
    """Calls of a tool in one slot and bucket; `slot` is None for the time before the period."""

    tool: str
    slot: datetime | None
    bucket: int
    calls: int
    failures: int
    ms: int
    bytes: int
    tokens: int
    retries: int
    tools: int  #: different tools of the period, also those left out


class Call(NamedTuple):
    """One call as lists show it."""

    run_id: UUID
    name: str
    external_id: str
    task: str
    seq: int
    tool: str
    status: str
    started_at: datetime
    ms: int | None
    error: str
    size: int
    input: str


class CallCursor(NamedTuple):
    """The place of a call in a list: newest first."""

    at: datetime
    run_id: UUID
    seq: int


def tool_rows(project: Project, period: Period, chosen: ToolFilter) -> list[ToolRow]:
    """Sum the calls of a period, and of the one of the same length before it."""
    facets = [name for name in FACETS if getattr(chosen, name)]
    statement = TOOLS_BY_HOUR if period.is_hourly else TOOLS_BY_DAY
    if len(facets) > 1:
        statement = TOOLS_BY_PARTS
    facet = facets[0] if facets else ""
    given = _given(project, period, chosen) | {
        "earlier": period.since - period.length,
        "since": period.since,
        "unit": "hour" if period.is_hourly else "day",
        "facet": facet,
        "value": getattr(chosen, facet) if facet else "",
        "most": TOOLS_SHOWN,
    }
    return [ToolRow._make(row) for row in _rows(statement, given)]


def calls_of(
    project: Project, period: Period, chosen: ToolFilter, calls: CallFilter, *, before: CallCursor | None
) -> list[Call]:
    """Read calls, newest first, one more than a page shows."""
    place = before or CallCursor(period.until, _LAST_RUN, 0)
    return _calls_before(place, _given(project, period, chosen) | _of_calls(calls), most=CALLS_PAGE + 1)


def failed_calls(project: Project, period: Period, chosen: ToolFilter) -> list[Call]:
    """Read the last failed calls of a period, newest first, as many as are gathered by what they asked."""
    given = _given(project, period, chosen) | _of_calls(CallFilter(failed=True))
    return _calls_before(CallCursor(period.until, _LAST_RUN, 0), given, most=FAILED_READ)


def _calls_before(place: CallCursor, given: dict[str, Any], *, most: int) -> list[Call]:
    given |= {"before": place.at, "before_run": place.run_id, "before_seq": place.seq, "most": most}
    return [Call._make(row) for row in _rows(CALLS, given)]


def slowest_calls(project: Project, period: Period, chosen: ToolFilter, *, bucket: int) -> list[Call]:
    """Read the slowest calls, given that enough are in a bucket or in those above."""
    given = _given(project, period, chosen) | _of_calls(CallFilter(buckets=(bucket, _LAST_BUCKET)))
    return [Call._make(row) for row in _rows(SLOWEST, given | {"from_ms": 0, "most": SLOWEST_SHOWN})]


def _given(project: Project, period: Period, chosen: ToolFilter) -> dict[str, Any]:
    return {
        "project": project.pk,
        "earlier": period.since,
        "until": period.until,
        "agent": chosen.agent,
        "model": chosen.model,
        "repo": chosen.repo,
        "prefix": f"mcp__{chosen.server}__" if chosen.server else "",
    }


def _of_calls(calls: CallFilter) -> dict[str, Any]:
    first, last = calls.buckets or (-1, _LAST_BUCKET)
    low, high = calls.bounds or (-1, None)
    return {
        "tool": calls.tool, "first": first, "last": last, "from_ms": low, "to_ms": high,
        "failed": calls.failed,
    }  # fmt: skip


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()
