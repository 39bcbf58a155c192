"""Sums over the runs of a filter, and what its menus offer: from the rows of sums, not from the runs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from runs.limits import MENU_SIZE
from runs.queries.runs import RunFilter, runs_for
from teams.models import Project

_NAMES = ("runs", "failed", "calls", "cost_usd", "unpriced_calls", "lower_bound_calls")

#: What both tables are filtered by; an empty value means any.
_CHOSEN = """
    AND (%(status)s = '' OR status = %(status)s) AND (%(agent)s = '' OR agent = %(agent)s)
    AND (%(model)s = '' OR model = %(model)s) AND (%(repo)s = '' OR repo = %(repo)s)
"""
_ADDED = """
    SELECT coalesce(sum(runs), 0), coalesce(sum(runs) FILTER (WHERE status = 'failed'), 0),
        coalesce(sum(calls), 0), coalesce(sum(cost_usd), 0), coalesce(sum(unpriced_calls), 0),
        coalesce(sum(lower_bound_calls), 0)
"""
#: Rows of sums of one span. Each span by itself, as the partial indexes say it: `IN` would scan the table.
_OF_SPAN = f"""
    SELECT status, runs, calls, cost_usd, unpriced_calls, lower_bound_calls FROM runs_runsum
    WHERE project_id = %(project)s AND (failing OR NOT %(failing)s) {_CHOSEN} AND
"""
_DAYS = "AND day >= %(first)s::date AND day < %(stop)s::date"

#: All runs of a project: one row a group, and what was not folded yet.
SUMS_EVER = f"{_ADDED} FROM ({_OF_SPAN} span = 0 UNION ALL {_OF_SPAN} span = 2) AS parts"


def _between(span: int) -> str:
    """Write the sums of a time: whole days by their rows, the rest of the first and the last day run by run.

    One statement, so that a run which changes meanwhile is counted once.
    """
    return f"""
        {_ADDED} FROM (
            {_OF_SPAN} span = 0 {_DAYS} UNION ALL {_OF_SPAN} span = {span} {_DAYS}
            UNION ALL
            SELECT status, 1, llm_calls, cost_usd, unpriced_calls, lower_bound_calls FROM runs_run
            WHERE project_id = %(project)s AND (failures > 0 OR NOT %(failing)s) {_CHOSEN} AND (
                sort_at >= %(since)s AND sort_at < %(first)s OR sort_at >= %(stop)s AND sort_at <= %(until)s)
        ) AS parts
    """


#: A time of some agent, model or repository, and of all: many rows a day, and few.
SUMS_BETWEEN, SUMS_BETWEEN_OF_ALL = _between(1), _between(3)

#: Menu -> its statement: the values of a column by their number of runs.
MENUS = {
    name: f"""
        SELECT {name} FROM (
            SELECT {name}, runs FROM runs_runsum WHERE project_id = %(project)s AND span = 0 UNION ALL
            SELECT {name}, runs FROM runs_runsum WHERE project_id = %(project)s AND span = 2
        ) AS parts
        WHERE {name} <> '' GROUP BY {name} HAVING sum(runs) > 0 ORDER BY sum(runs) DESC, {name} LIMIT %(most)s
    """
    for name in ("agent", "model", "repo")
}


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Exact sums over all runs of a filter."""

    runs: int
    failed: int
    calls: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int


def totals_of(project: Project, chosen: RunFilter) -> Totals:
    """Count and sum all runs of a filter."""
    if chosen.counts_late or chosen.verdict or chosen.tag or chosen.person:
        return _totals_of_few(project, chosen)
    given = {"project": project.pk, "failing": chosen.failures, "status": chosen.status}
    given |= {"agent": chosen.agent, "model": chosen.model, "repo": chosen.repo}
    statement = SUMS_EVER
    if chosen.since or chosen.until:
        statement = SUMS_BETWEEN if chosen.agent or chosen.model or chosen.repo else SUMS_BETWEEN_OF_ALL
        given |= whole_days(chosen.since, chosen.until)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        row = cursor.fetchone()
    return Totals(
        **{name: value if name == "cost_usd" else int(value) for name, value in zip(_NAMES, row, strict=True)}
    )


def _totals_of_few(project: Project, chosen: RunFilter) -> Totals:
    """Add up the runs themselves: those that people or rules judged, tagged ones, or what a text finds."""
    found = runs_for(project, chosen).aggregate(
        runs=Count("id"),
        failed=Count("id", filter=Q(status="failed")),
        calls=Sum("llm_calls", default=0),
        cost_usd=Sum("cost_usd", default=Decimal(0)),
        unpriced_calls=Sum("unpriced_calls", default=0),
        lower_bound_calls=Sum("lower_bound_calls", default=0),
    )
    return Totals(**found)


def whole_days(since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    """Find the whole days (UTC) of a time, from `first` up to `stop`; both lie after it if there is none."""
    since = since or datetime.min.replace(tzinfo=UTC)
    until = until or datetime.max.replace(tzinfo=UTC)
    first, stop = midnight_after(since), midnight_before(until)
    if first > stop:
        first = stop = until + timedelta(microseconds=1)
    return {"since": since, "first": first, "stop": stop, "until": until}


def midnight_before(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def midnight_after(moment: datetime) -> datetime:
    """Round up to a day: a midnight is its own."""
    start = midnight_before(moment)
    return start if start == moment or start.date() == date.max else start + timedelta(days=1)


def choices_of(project: Project, name: str) -> list[str]:
    """List what a menu (`agent`, `model` or `repo`) offers: those of most runs first."""
    with connection.cursor() as cursor:
        cursor.execute(MENUS[name], {"project": project.pk, "most": MENU_SIZE})
        return [value for (value,) in cursor.fetchall()]
