"""Two sides of runs as a comparison takes them: the runs, and what rules and sums keep of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Left

from runs.comparing.limits import SIDE_RUNS, TASK_CHARS
from runs.comparing.measures import ComparedRun
from runs.comparing.outcomes import success_of
from runs.kinds import Result, RunStatus
from runs.models import Run
from runs.queries.runs import RunFilter, runs_for
from runs.titles import title_of
from teams.models import Project

#: Worst finding, and how the checks stood at the end: false if the last outcome of one was red, true if none
#: was and one was green. The story keeps a mark as [step, outcome, …].
JUDGED = """
    SELECT run_id, severity, CASE
        WHEN story @? '$.checks.lines[*].marks[last][1] ? (@ == "red")' THEN false
        WHEN story @? '$.checks.lines[*].marks[last][1] ? (@ == "green")' THEN true END
    FROM runs_judgement WHERE run_id = ANY(%(ids)s)
"""
FOUND = """
    SELECT run_id, signature, count(*)::int FROM runs_finding WHERE run_id = ANY(%(ids)s) GROUP BY 1, 2
"""
TOOLS = """
    SELECT run_id, tool, sum(calls)::int FROM runs_toolpart WHERE run_id = ANY(%(ids)s) GROUP BY 1, 2
"""

_COUNTS = (
    "turns", "tool_calls", "agents", "retries", "failures", "compactions", "files_changed", "lines_added",
    "lines_removed",
)  # fmt: skip

_SUCCESS = {Result.PASSED: True, Result.FAILED: False, Result.UNKNOWN: None}


class SideRow(NamedTuple):
    """What is read of a run, by column."""

    id: UUID
    name: str
    task: str
    external_id: str
    status: str
    outcome: str
    verdict: str
    started_at: datetime | None
    ended_at: datetime | None
    llm_calls: int
    turns: int
    tool_calls: int
    agents: int
    retries: int
    failures: int
    compactions: int
    files_changed: int
    lines_added: int
    lines_removed: int
    input_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int
    llm_ms: int
    tool_ms: int
    result: str
    task_key: bytes | None
    prompt: int | None


@dataclass(kw_only=True, slots=True)
class _Judged:
    """What rules and sums keep of one run."""

    severity: int | None = None  #: None: not judged yet
    green: bool | None = None
    findings: dict[str, int] = field(default_factory=dict)
    tools: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """The newest runs of one side; `more`: there are older ones that were left out."""

    runs: list[ComparedRun]
    more: bool


def ended_runs(project: Project, chosen: RunFilter) -> QuerySet[Run]:
    """Select the runs of a side: of those that still go on nobody knows yet what they come to."""
    return runs_for(project, chosen).exclude(status=RunStatus.RUNNING)


def count_side(project: Project, chosen: RunFilter) -> int:
    """Count the runs of a side, one more than are compared at most."""
    return ended_runs(project, chosen).order_by()[: SIDE_RUNS + 1].count()


def sides_of(project: Project, a: RunFilter, b: RunFilter) -> tuple[Side, Side]:
    """Read both sides of a comparison."""
    rows_a, rows_b = _rows(project, a), _rows(project, b)
    judged = _judged({row.id for row in (*rows_a, *rows_b)})
    one, two = (_side(rows, judged) for rows in (rows_a, rows_b))
    return one, two


def _rows(project: Project, chosen: RunFilter) -> list[SideRow]:
    newest = ended_runs(project, chosen).order_by("-sort_at", "-id")
    columns = (Left("task", TASK_CHARS) if name == "task" else name for name in SideRow._fields)
    return [SideRow._make(row) for row in newest.values_list(*columns)[: SIDE_RUNS + 1]]


def _side(rows: Sequence[SideRow], judged: Mapping[UUID, _Judged]) -> Side:
    runs = [compared_run(row, judged.get(row.id, _Judged())) for row in rows[:SIDE_RUNS]]
    return Side(runs=runs, more=len(rows) > SIDE_RUNS)


def _judged(ids: Iterable[UUID]) -> dict[UUID, _Judged]:
    found = {run_id: _Judged() for run_id in ids}
    with connection.cursor() as cursor:
        for statement in (JUDGED, FOUND, TOOLS):
            cursor.execute(statement, {"ids": list(found)})
            for run_id, what, value in cursor.fetchall():
                _keep(found[run_id], statement, what, value)
    return found


def _keep(judged: _Judged, statement: str, what: Any, value: Any) -> None:
    if statement is JUDGED:
        judged.severity, judged.green = what, value
    elif statement is FOUND:
        judged.findings[what] = value
    else:
        judged.tools[what] = value


def compared_run(row: SideRow, judged: _Judged) -> ComparedRun:
    """Put together what is known of a run; what was not recorded is None, and never 0."""
    return ComparedRun(
        id=row.id,
        title=row.name or title_of(row.task) or row.external_id,
        task=row.task,
        task_key=bytes(row.task_key).hex() if row.task_key else "",
        started_at=row.started_at,
        success=_SUCCESS[success_of(row.verdict, row.result)],
        checks_green=judged.green,
        cost=_cost(row),
        cost_is_low=row.unpriced_calls > 0 or row.lower_bound_calls > 0,
        tokens=_tokens(row),
        times=_times(row),
        counts={name: getattr(row, name) for name in _COUNTS},
        findings=None if judged.severity is None else judged.findings,
        severity=judged.severity or 0,
        tools=judged.tools,
        prompt=row.prompt,
        outcome=row.outcome or row.status,
    )


def _cost(row: SideRow) -> float | None:
    priced = row.llm_calls - row.unpriced_calls
    return float(row.cost_usd) if priced > 0 or row.cost_usd > 0 else None


def _tokens(row: SideRow) -> dict[str, float | None]:
    written = row.cache_write_5m_tokens + row.cache_write_1h_tokens
    told = {
        "input": row.input_tokens,
        "cache_read": row.cache_read_tokens,
        "cache_write": written,
        "output": row.output_tokens,
    }
    total = sum(told.values())
    if not total:
        return {}
    return {name: float(value) for name, value in {**told, "all": total}.items()}


def _times(row: SideRow) -> dict[str, float | None]:
    known = row.started_at is not None and row.ended_at is not None
    wall = (row.ended_at - row.started_at) / timedelta(milliseconds=1) if known else None
    model = float(row.llm_ms) if row.llm_ms or not row.llm_calls else None
    tools = float(row.tool_ms) if row.tool_ms or not row.tool_calls else None
    told = {"wall": wall, "model": model, "tools": tools}
    if wall is None or model is None or tools is None:
        return told
    return {**told, "rest": max(0.0, wall - model - tools)}
