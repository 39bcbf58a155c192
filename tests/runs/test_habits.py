"""What a judgement is told of a project's tools: of the days before the run, once, and then kept."""

from datetime import timedelta

import pytest

from runs.findings.habits import Habit
from runs.judging import judge_run
from runs.kinds import Kind, StepStatus
from runs.models import Judgement, Run
from runs.queries.habits import habits_before
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from runs.toolsums import fold_tool_sums_all_projects
from tests.recordings import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def record(project, run="now", calls=60, *, seconds=0.1, start=NOW, tool="Fetch", agent="own-loop", first=0):
    """Record and judge calls of a tool, a minute apart."""
    steps = [
        StepRecord(
            run=run, key=f"{tool}{n}", kind=Kind.TOOL, source="t", tool=tool, input=f'{{"url":"{n}"}}',
            output="ok", status=StepStatus.OK, started_at=start + n * timedelta(minutes=1),
            ended_at=start + n * timedelta(minutes=1) + timedelta(seconds=seconds),
        )
        for n in range(first, first + calls)
    ]  # fmt: skip
    told = RunRecord(external_id=run, source="t", agent=agent, started_at=start)
    [saved] = save(project, Batch(runs=[told], steps=steps), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    return [row.sentence for row in ruling.findings if row.signature == "slow-tool"]


def habits(run="now", *tools):
    return habits_before(Run.objects.get(external_id=run), tools or ["Fetch"])


@pytest.mark.parametrize("is_folded", [False, True])
def test_habits_are_those_of_the_agent_on_the_thirty_days_before(project, is_folded):
    record(project, "old", 3, start=NOW - 31 * DAY)
    record(project, "first", 4, start=NOW - 30 * DAY)
    record(project, "eve", 5, seconds=7, start=NOW - DAY)
    record(project, "of another", 9, start=NOW - DAY, agent="codex")
    record(project, "same day", 9, start=NOW - timedelta(hours=1))
    record(project, "now", 1)
    if is_folded:
        fold_tool_sums_all_projects()
    assert habits() == {"Fetch": Habit(p95_ms=7499, calls=9)}
    assert habits("now", "Read") == {}


def test_calls_of_the_run_itself_are_no_history_of_it(project):
    record(project, "eve", 5, start=NOW - DAY)
    record(project, "now", 8, start=NOW - DAY)
    Run.objects.filter(external_id="now").update(sort_at=NOW)
    assert habits()["Fetch"].calls == 5


def test_finding_stays_whatever_the_project_does_since(project):
    record(project, "eve", 60, start=NOW - DAY)
    [said] = record(project, "now", 1, seconds=40)
    record(project, "late import", 90, seconds=100, start=NOW - 2 * DAY)
    assert record(project, "now", 1, seconds=0.1, first=1) == [said]
    assert record(project, "another", 1, seconds=40) == []


def test_run_of_another_agent_or_day_is_told_anew(project):
    record(project, "eve", 60, start=NOW - DAY)
    assert len(record(project, "now", 1, seconds=40)) == 1
    assert record(project, "now", 1, seconds=40, agent="codex") == []
    assert len(record(project, "now", 1, seconds=40)) == 1
    assert record(project, "now", 1, seconds=40, start=NOW - 2 * DAY) == []


def test_history_is_asked_once_and_only_where_a_call_took_long(project, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(*args, **fields):
        with CaptureQueriesContext(connection) as queries:
            record(project, *args, **fields)
        return sum("'agent'" in query["sql"] for query in queries)

    assert asked("now", 3) == 0
    assert asked("now", 1, seconds=20, first=3) == 1
    assert asked("now", 2, seconds=30, first=4) == 0
    assert asked("now", 2, seconds=30, tool="Query", first=4) == 1
    assert Judgement.objects.get().habits == {
        "agent": "own-loop",
        "day": "2026-01-02",
        "tools": {"Fetch": {"p95_ms": 0, "calls": 0}, "Query": {"p95_ms": 0, "calls": 0}},
    }
