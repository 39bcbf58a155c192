"""What a project's runs of some days come to: by day, agent, model, repository, person and signature."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from runs.limits import MENU_SIZE
from runs.periods import Period
from runs.queries.tools import FACETS, ToolFilter
from runs.sql import TOKENS
from runs.tool_sql import FACET
from teams.models import Project

_CHOSEN = """
    AND (%(agent)s = '' OR {of}agent = %(agent)s) AND (%(model)s = '' OR {of}model = %(model)s)
    AND (%(repo)s = '' OR {of}repo = %(repo)s)
"""
_SUMS = "runs, calls, cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms"
_OF_SPAN = f"""
    SELECT day, status, agent, model, repo, {_SUMS} FROM runs_runsum
    WHERE project_id = %(project)s AND day >= %(since)s::date AND day < %(until)s::date
    {_CHOSEN.format(of="")} AND
"""
_ADDED = """
    coalesce(sum(runs), 0)::bigint, coalesce(sum(runs) FILTER (WHERE status = 'done'), 0)::bigint,
    coalesce(sum(runs) FILTER (WHERE status = 'failed'), 0)::bigint, coalesce(sum(calls), 0)::bigint,
    coalesce(sum(cost_usd), 0), coalesce(sum(unpriced_calls), 0)::bigint,
    coalesce(sum(lower_bound_calls), 0)::bigint, coalesce(sum(tokens), 0)::bigint,
    coalesce(sum(llm_ms), 0)::bigint
"""

#: All sums of the page in one pass: of all, by day, agent, model and repository. Each span by itself, as the
#: partial indexes say it.
OVERVIEW = f"""
    SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(agent) = 0 THEN 'agent'
            WHEN grouping(model) = 0 THEN 'model' WHEN grouping(repo) = 0 THEN 'repo' ELSE '' END,
        day, coalesce(agent, model, repo, ''), {_ADDED}
    FROM ({_OF_SPAN} span = 0 UNION ALL {_OF_SPAN} span = 1) AS parts
    GROUP BY GROUPING SETS ((), (day), (agent), (model), (repo))
    HAVING sum(runs) > 0 OR grouping(day, agent, model, repo) = 15
"""

#: Few runs name a person, and they have an index of their own.
PEOPLE = f"""
    SELECT 'person', NULL, meta ->> 'user', {_ADDED}
    FROM (
        SELECT meta, status, 1 AS runs, llm_calls AS calls, cost_usd, unpriced_calls, lower_bound_calls,
            {TOKENS} AS tokens, llm_ms
        FROM runs_run WHERE project_id = %(project)s AND meta ? 'user' AND meta ->> 'user' <> ''
            AND sort_at >= %(since)s AND sort_at < %(until)s {_CHOSEN.format(of="")}
    ) AS named
    GROUP BY 3 ORDER BY 4 DESC, 3 LIMIT %(most)s
"""

#: Signatures by the runs that they are in, of the runs of the period: sums of all runs, or
#: of one agent, model or repository.
SIGNATURES = f"""
    WITH summed AS (
        SELECT signature, severity, sum(runs) AS runs, sum(times) AS times FROM (
            SELECT signature, severity, runs, times FROM runs_signaturesum
            WHERE project_id = %(project)s AND span = 0 AND day >= %(since)s::date AND day < %(until)s::date
                {_CHOSEN.format(of="")}
            UNION ALL
            SELECT signature, severity, runs, times FROM runs_signaturesum
            WHERE project_id = %(project)s AND span = 1 AND span >= 1
                AND facet = {FACET.format(name="%(facet)s", value="%(value)s")}
                AND day >= %(since)s::date AND day < %(until)s::date
        ) AS parts GROUP BY 1, 2 HAVING sum(runs) > 0
    )
    SELECT signature, sum(runs)::bigint, sum(times)::bigint, max(severity) FROM summed
    GROUP BY signature ORDER BY max(severity) DESC, 2 DESC, 1
"""

#: The same under two filters or more, which no sums are kept for: run by run.
SIGNATURES_OF_RUNS = f"""
    SELECT signature, count(*), sum(times)::bigint, max(severity) FROM (
        SELECT finding.signature, finding.run_id, count(*) AS times, max(finding.severity) AS severity
        FROM runs_run AS run JOIN runs_finding AS finding ON finding.run_id = run.id
        WHERE run.project_id = %(project)s AND run.sort_at >= %(since)s AND run.sort_at < %(until)s
            {_CHOSEN.format(of="run.")}
        GROUP BY 1, 2
    ) AS found
    GROUP BY signature ORDER BY max(severity) DESC, 2 DESC, 1
"""


class RunsSummed(NamedTuple):
    """Sums over some runs."""

    by: str  #: "" (all), "day", "agent", "model", "repo" or "person"
    day: date | None
    name: str
    runs: int
    done: int
    failed: int
    calls: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int
    tokens: int
    llm_ms: int


class SignatureSummed(NamedTuple):
    """One signature in some runs."""

    slug: str
    runs: int
    times: int
    severity: int


def runs_summed(project: Project, period: Period, chosen: ToolFilter) -> list[RunsSummed]:
    """Sum the runs of a period of whole days."""
    rows = _rows(OVERVIEW, project, period, chosen) + _rows(PEOPLE, project, period, chosen)
    return [RunsSummed._make(row) for row in rows]


def signatures_summed(project: Project, period: Period, chosen: ToolFilter) -> list[SignatureSummed]:
    """Count the runs of a period by the signatures found in them."""
    facets = [name for name in FACETS if getattr(chosen, name)]
    statement = SIGNATURES if len(facets) < 2 else SIGNATURES_OF_RUNS
    return [SignatureSummed._make(row) for row in _rows(statement, project, period, chosen)]


def _rows(statement: str, project: Project, period: Period, chosen: ToolFilter) -> list[tuple[Any, ...]]:
    facet = next((name for name in FACETS if getattr(chosen, name)), "")
    given = {
        "project": project.pk,
        "facet": facet,
        "value": getattr(chosen, facet) if facet else "",
        "since": period.since,
        "until": period.until,
        "agent": chosen.agent,
        "model": chosen.model,
        "repo": chosen.repo,
        "most": MENU_SIZE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()
