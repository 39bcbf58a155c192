"""Which past runs a rule would have called about, before it is saved."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Sum
from msgspec import Struct

from alerts.kinds import Fact, Rate
from alerts.limits import PREVIEW_COUNTED, PREVIEW_DAYS, PREVIEW_LISTED, PREVIEW_SECONDS
from alerts.params import FactParams, FindingParams, Params, RateParams, StuckParams
from alerts.queries.rates import measure
from alerts.rates import written
from runs.findings.limits import TOOL_NAME_CHARS
from runs.globs import pattern_of
from runs.kinds import RunStatus, Span
from runs.latencies import bucket_above
from runs.models import Finding, Run, RunSum
from runs.queries.habits import tool_habits_by_day
from teams.models import Project

#: Runs that changed more files that match a pattern than a rule lets pass, the newest first.
RUNS_WITH_FILES = """
    SELECT run.id FROM runs_run AS run WHERE run.project_id = %(project)s AND run.sort_at >= %(since)s
        AND run.changes > 0 AND (
            SELECT count(DISTINCT change.path) FROM runs_filechange AS change
            WHERE change.run_id = run.id AND change.path ~* %(pattern)s
        ) > %(over)s
    ORDER BY run.sort_at DESC, run.id DESC LIMIT %(most)s
"""

#: Runs that called a tool for longer than a limit, on some days, the newest first.
RUNS_WITH_SLOW_CALLS = """
    SELECT run_id FROM runs_toolpart
    WHERE project_id = %(project)s AND tool = %(tool)s AND hour >= %(since)s AND bucket >= %(bucket)s
        AND date_trunc('day', hour, 'UTC') = ANY(%(days)s::timestamptz[])
    GROUP BY run_id ORDER BY max(hour) DESC, run_id DESC LIMIT %(most)s
"""


class Preview(Struct, frozen=True, kw_only=True):
    """What would have fired."""

    count: int
    unit: str = "run"
    runs: list[Any] = []  #: the newest
    lines: list[str] = []  #: of a rate: the days above the limit
    note: str = ""

    @property
    def is_more(self) -> bool:
        """Say whether the count is only a lower bound."""
        return self.count > PREVIEW_COUNTED


def preview_of(project: Project, params: Params, *, now: datetime) -> Preview:
    """Look at the last PREVIEW_DAYS days, and no longer than PREVIEW_SECONDS."""
    since = now - timedelta(days=PREVIEW_DAYS)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [PREVIEW_SECONDS * 1000])
            if isinstance(params, RateParams):
                return _preview_rate(project, params, since=since, now=now)
            ids = _runs_that_fire(project, params, since)
            return Preview(count=len(ids), runs=_runs(project, ids[:PREVIEW_LISTED]), note=_note(params))
    except OperationalError:
        return Preview(count=0, note="That took too long to look up. The rule can be saved all the same.")


def _runs_that_fire(project: Project, params: Params, since: datetime) -> list[UUID]:
    most = PREVIEW_COUNTED + 1
    if isinstance(params, FindingParams):
        found = Finding.objects.filter(project=project, at__gte=since, severity__gte=params.severity)
        found = found.filter(signature=params.signature) if params.signature else found
        by_run = found.values("run_id").annotate(last=Max("at")).order_by("-last", "-run_id")
        return list(by_run.values_list("run_id", flat=True)[:most])
    if isinstance(params, FactParams) and params.fact == Fact.FILES:
        given = {"project": project.pk, "since": since, "over": params.over, "most": most}
        with connection.cursor() as cursor:
            cursor.execute(RUNS_WITH_FILES, given | {"pattern": pattern_of(params.pattern)})
            return [run_id for (run_id,) in cursor.fetchall()]
    runs = _above(Run.objects.filter(project=project, sort_at__gte=since), params)
    return list(runs.order_by("-sort_at", "-id").values_list("id", flat=True)[:most])


def _above(runs: QuerySet[Run], params: Params) -> QuerySet[Run]:
    if isinstance(params, StuckParams):
        return runs.filter(status=RunStatus.UNFINISHED)
    assert isinstance(params, FactParams)
    if params.fact == Fact.TURNS:
        return runs.filter(turns__gt=params.over)
    if params.fact == Fact.ERRORS:
        return runs.filter(failures__gt=params.over)
    if params.fact == Fact.COST:
        return runs.filter(cost_usd__gt=Decimal(str(params.over)))
    if params.fact == Fact.TOKENS:
        tokens = F("input_tokens") + F("cache_read_tokens") + F("output_tokens")
        written = F("cache_write_5m_tokens") + F("cache_write_1h_tokens")
        return runs.alias(tokens=tokens + written).filter(tokens__gt=params.over)
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    return runs.alias(took=took).filter(took__gt=timedelta(minutes=params.over))


def _runs(project: Project, ids: list[UUID]) -> list[Run]:
    runs = {run.id: run for run in Run.objects.filter(project=project, id__in=ids)}
    return [runs[run_id] for run_id in ids if run_id in runs]


def _note(params: Params) -> str:
    if isinstance(params, StuckParams):
        return "These runs went silent without an end. Pauses in the middle of a run are not counted here."
    return ""


def _preview_rate(project: Project, params: RateParams, *, since: datetime, now: datetime) -> Preview:
    measured = measure(project, params, now=now)
    hours = "hour" if params.hours == 1 else f"{params.hours} hours"
    note = f"Now, over the last {hours}: {written(params, measured.value)}."
    if params.rate == Rate.TOOL:
        return _preview_tool(project, params, since=since, note=note)
    days = _days(project, since)
    values = [
        (day, _value(params, row)) for day, row in days if row["of"] >= params.least or _is_cost(params)
    ]
    above = [f"{day:%-d %b}: {written(params, value)}" for day, value in values if value > params.over]
    return Preview(
        count=len(above),
        unit="day",
        lines=above[:PREVIEW_LISTED],
        note=f"{note} Whole days (UTC) are compared here.",
    )


def _preview_tool(project: Project, params: RateParams, *, since: datetime, note: str) -> Preview:
    """Compare whole days, and list the runs of those above the limit that had a call above it."""
    first = since.replace(hour=0, minute=0, second=0, microsecond=0)
    days = tool_habits_by_day(project, params.tool, since=first)
    above = [
        (day, habit) for day, habit in days if habit.calls >= params.least and habit.p95_ms > params.over
    ]
    given = {
        "project": project.pk, "tool": params.tool[:TOOL_NAME_CHARS], "since": first,
        "bucket": bucket_above(params.over), "days": [day for day, _ in above], "most": PREVIEW_LISTED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RUNS_WITH_SLOW_CALLS, given)
        ids = [run_id for (run_id,) in cursor.fetchall()]
    return Preview(
        count=len(above),
        unit="day",
        runs=_runs(project, ids),
        lines=[f"{day:%-d %b}: {written(params, habit.p95_ms)}" for day, habit in above[:PREVIEW_LISTED]],
        note=f"{note} Whole days (UTC) are compared here; the runs had calls above the limit on them.",
    )


def _days(project: Project, since: datetime) -> list[tuple[Any, dict[str, Any]]]:
    """Sum the runs of each day, the newest first."""
    spans = [Span.FRESH, Span.DAY]
    sums = RunSum.objects.filter(project=project, span__in=spans, day__gte=since.date()).values("day")
    failed = Sum("runs", filter=Q(status=RunStatus.FAILED), default=0)
    rows = sums.annotate(of=Sum("runs"), failed=failed, cost=Sum("cost_usd")).order_by("-day")
    return [(row["day"], row) for row in rows if row["of"]]


def _is_cost(params: RateParams) -> bool:
    return params.rate == Rate.COST


def _value(params: RateParams, row: dict[str, Any]) -> float:
    return float(row["cost"]) if _is_cost(params) else 100 * row["failed"] / row["of"]
