"""The sums above the list are those of the runs, whatever happened to them, folded or not."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection
from django.db.models import Count, Q, Sum

from runs.kinds import Kind, RunStatus, Span, StepStatus
from runs.models import Run, RunSum
from runs.queries.runs import RunFilter, runs_for
from runs.queries.sums import (
    MENUS,
    SUMS_BETWEEN,
    SUMS_BETWEEN_OF_ALL,
    SUMS_EVER,
    Totals,
    choices_of,
    totals_of,
    whole_days,
)
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.retention import delete_runs
from runs.rollups import drop_empty_sums, fold_sums_all_projects
from runs.store import save
from tests.runs.recount import drift

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db

FILTERS = [
    RunFilter(),
    RunFilter(status="failed"),
    RunFilter(agent="codex", repo="shop"),
    RunFilter(model="gpt-5.4", failures=True),
    RunFilter(since=NOW),
    RunFilter(until=NOW + 3 * DAY),
    RunFilter(since=NOW - timedelta(hours=1), until=NOW + timedelta(hours=1)),
    RunFilter(since=datetime(2026, 1, 3, tzinfo=UTC), until=datetime(2026, 1, 5, tzinfo=UTC), agent="codex"),
    RunFilter(since=NOW + 9 * DAY, until=NOW),
    RunFilter(text="run 1"),
    RunFilter(verdict="bad"),
    RunFilter(tag="flaky", status="failed"),
]


def run(number, **fields):
    """A run with two model calls, one of them without a price, and on every third a failed tool call."""
    name = f"r{number}"
    told = {"agent": ("codex", "claude-code")[number % 2], "repo": ("shop", "till", "")[number % 3], **fields}
    told |= {"name": f"Run {number}", "started_at": NOW + number * DAY / 2}
    record = RunRecord(external_id=name, source="t", **told)
    common = {"run": name, "source": "t", "tokens": Tokens(input=10, output=5)}
    status = StepStatus.OK if number % 3 else StepStatus.FAILED
    return Batch(
        runs=[record],
        steps=[
            StepRecord(key="m", kind=Kind.LLM, model="gpt-5.4", cost_usd=0.25 + number, **common),
            StepRecord(key="n", kind=Kind.LLM, model="nobody-knows", **common),
            StepRecord(key="t", kind=Kind.TOOL, run=name, source="t", status=status),
        ],
    )


def summed(project, chosen):
    """Add up the runs themselves."""
    found = runs_for(project, chosen).aggregate(
        runs=Count("id"),
        failed=Count("id", filter=Q(status="failed")),
        calls=Sum("llm_calls", default=0),
        cost_usd=Sum("cost_usd", default=Decimal(0)),
        unpriced_calls=Sum("unpriced_calls", default=0),
        lower_bound_calls=Sum("lower_bound_calls", default=0),
    )
    return Totals(**found)


def agree(project):
    return [totals_of(project, one) for one in FILTERS] == [
        summed(project, one) for one in FILTERS
    ] and not drift()


def test_sums_follow_runs_through_everything(project):
    for number in range(8):
        save(project, run(number), now=NOW)
    assert agree(project)
    fold_sums_all_projects()
    Run.objects.filter(external_id__in=["r2", "r3"]).update(verdict="bad", tags=["flaky"])
    assert agree(project)
    save(project, run(3, status=RunStatus.FAILED, at=NOW), now=NOW)
    save(project, run(4), now=NOW)  # nothing new
    earlier = RunRecord(external_id="r5", source="t", started_at=NOW - 3 * DAY, repo="other")
    save(project, Batch(runs=[earlier]), now=NOW)
    assert agree(project)
    fold_sums_all_projects()
    delete_runs(list(Run.objects.filter(external_id__in=["r1", "r3"]).values_list("id", flat=True)))
    assert agree(project)
    assert totals_of(project, RunFilter()).runs == 6
    fold_sums_all_projects()
    assert agree(project)


def test_migration_fills_sums_of_days_of_all_as_folding_does(project):
    for number in range(8):
        save(project, run(number), now=NOW)
    fold_sums_all_projects()
    of_all = RunSum.objects.filter(span=Span.DAY_OF_ALL)
    folded = set(of_all.values_list("day", "key", "status", "agent", "failing", "runs", "calls", "cost_usd"))
    of_all.delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("runs.migrations.0014_fill_sums_of_days_of_all").FILL)
    filled = set(of_all.values_list("day", "key", "status", "agent", "failing", "runs", "calls", "cost_usd"))
    assert filled == folded
    assert sum(row[5] for row in filled) == 8


def test_migration_makes_all_sums_anew(project):
    for number in range(8):
        save(project, run(number), now=NOW)
    RunSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("runs.migrations.0021_fill_sums_of_tokens").FILL)
    assert RunSum.objects.count() == 8
    assert drift() == []


def test_what_changes_no_sum_adds_no_row(project):
    save(project, run(1), now=NOW)
    before = RunSum.objects.count()
    save(project, run(1), now=NOW)
    more = StepRecord(run="r1", key="t2", kind=Kind.TOOL, source="t", status=StepStatus.OK)
    save(project, Batch(steps=[more]), now=NOW)
    assert (before, RunSum.objects.count()) == (1, 1)


def test_folding_leaves_one_row_a_group_and_nothing_of_deleted_runs(project):
    for number in (0, 6):  # the same group on two days
        save(project, run(number), now=NOW)
    assert fold_sums_all_projects() == 2
    spans = [Span.DAY, Span.DAY, Span.EVER, Span.DAY_OF_ALL, Span.DAY_OF_ALL]
    assert sorted(RunSum.objects.values_list("span", flat=True)) == spans
    delete_runs(list(Run.objects.values_list("id", flat=True)))
    assert fold_sums_all_projects() == 2
    drop_empty_sums()
    assert not RunSum.objects.exists()


def test_sums_of_other_projects_stay_theirs(project, team):
    from teams.actions import create_project

    other = create_project(team, "Other")
    save(project, run(0), now=NOW)
    save(other, run(1), now=NOW)
    fold_sums_all_projects()
    assert [totals_of(one, RunFilter()).runs for one in (project, other)] == [1, 1]
    assert choices_of(project, "agent") == ["codex"]


@pytest.mark.parametrize("statement", [SUMS_EVER, SUMS_BETWEEN, SUMS_BETWEEN_OF_ALL, *MENUS.values()])
def test_sums_are_found_by_their_indexes(project, statement):
    given = dict.fromkeys(("status", "agent", "model", "repo"), "") | {"failing": False, "most": 9}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # of a table as small as this
        times = whole_days(NOW, NOW + 3 * DAY)
        cursor.execute(f"EXPLAIN {statement}", given | {"project": project.pk} | times)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert {"run_sum_fresh", "run_sum_of_group"} <= set(re.findall(r"run_sum_\w+", plan))
    assert "Seq Scan" not in plan


def test_choices_are_those_of_runs_that_are_there_most_runs_first(project):
    for number in range(5):
        save(project, run(number), now=NOW)
    save(project, run(7, repo="gone"), now=NOW)
    fold_sums_all_projects()
    delete_runs([Run.objects.get(repo="gone").id])
    assert choices_of(project, "repo") == ["shop", "till"]
    assert choices_of(project, "agent") == ["codex", "claude-code"]
