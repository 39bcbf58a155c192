"""The sums of findings are those of the findings, whatever happened to the runs, folded or not."""

from collections import Counter
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.judging import judge_run, settle
from runs.kinds import Kind, SignatureSpan, StepStatus
from runs.models import Finding, Judgement, Run, SignatureSum
from runs.periods import DAILY, read_period
from runs.queries.cards import Card, cards_of, trends_of
from runs.queries.overview import signatures_summed
from runs.queries.tools import ToolFilter
from runs.records import Batch, RunRecord, StepRecord
from runs.retention import delete_runs
from runs.signaturesums import drop_empty_signature_sums, fold_signature_sums_all_projects
from runs.store import save
from tests.recordings import NOW
from tests.runs.recount import signature_drift

pytestmark = pytest.mark.django_db

RUN = st.integers(0, 2)
CHANGES = st.one_of(
    st.tuples(st.just("record"), RUN, st.integers(1, 5), st.integers(-1, 1), st.sampled_from("ab")),
    st.tuples(st.just("judge"), RUN),
    st.tuples(st.just("mute"), st.sampled_from(["tool-loop", "re-read"])),
    st.tuples(st.just("delete"), RUN),
    st.just(("fold",)),
    st.just(("drop",)),
)


def record(project, number, times, day, name):
    """A run that reads one file again and again, each time half a day later; `name` is its agent and more."""
    run, start = f"r{number}", NOW + timedelta(days=day)
    told = RunRecord(
        external_id=run, source="t", agent=f"agent-{name}", repo=f"repo-{name}", started_at=start
    )
    steps = [
        StepRecord(
            run=run, key=f"{name}{n}", kind=Kind.TOOL, source="t", tool="Read", status=StepStatus.OK,
            input='{"file_path":"/w/a.py"}', output="1\tx" * 700, started_at=start + n * timedelta(hours=12),
            ended_at=start + n * timedelta(hours=12),
        )
        for n in range(times)
    ]  # fmt: skip
    save(project, Batch(runs=[told], steps=steps), now=NOW)


def judge_some(**which):
    for run_id in Run.objects.filter(**which).values_list("id", flat=True):
        ruling = judge_run(run_id, now=NOW)
        assert ruling is not None
        settle(ruling)


def change(project, what, *how):
    """Do one of CHANGES."""
    if what == "record":
        record(project, *how)
    elif what == "judge":
        judge_some(external_id=f"r{how[0]}")
    elif what == "mute":
        project.settings = {"findings": {"muted": list(how)}}
        project.save()
    elif what == "delete":
        delete_runs(list(Run.objects.filter(external_id=f"r{how[0]}").values_list("id", flat=True)))
    elif what == "fold":
        fold_signature_sums_all_projects()
    else:
        drop_empty_signature_sums()


def counted(project):
    """The cards as the findings themselves say."""
    by_signature = {}
    for finding in Finding.objects.filter(project=project):
        by_signature.setdefault(finding.signature, []).append(finding)
    return {
        signature: Card(
            signature, min(one.at for one in found), max(one.at for one in found), len(found),
            len({one.run_id for one in found}), max(one.severity for one in found),
        )
        for signature, found in by_signature.items()
    }  # fmt: skip


def check(project):
    assert signature_drift() == []
    assert {card.signature: card for card in cards_of(project)} == counted(project)
    trends = trends_of(project, today=(NOW + timedelta(days=4)).date())
    of_days = Counter(Finding.objects.filter(project=project).values_list("signature", flat=True))
    assert {signature: sum(days) for signature, days in trends.items() if sum(days)} == of_days


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, min_size=3, max_size=14))
def test_sums_follow_any_order_of_changes(project, changes):
    with transaction.atomic():
        for each in changes:
            change(project, *each)
        judge_some()
        check(project)
        fold_signature_sums_all_projects()
        drop_empty_signature_sums()
        assert not SignatureSum.objects.filter(span=SignatureSpan.FRESH).exists()
        check(project)
        delete_runs(list(Run.objects.values_list("id", flat=True)))
        fold_signature_sums_all_projects()
        drop_empty_signature_sums()
        assert not SignatureSum.objects.exists()
        transaction.set_rollback(True)


def test_judging_again_without_a_change_moves_nothing(project):
    record(project, 1, 4, 0, "a")
    judge_some()
    before = SignatureSum.objects.count()
    judge_some()
    assert SignatureSum.objects.count() == before > 0


def test_a_run_of_another_agent_takes_its_findings_with_it(project):
    record(project, 1, 4, 0, "a")
    judge_some()
    period = read_period({"when": "custom", "from": "2026-01-01", "to": "2026-01-03"}, now=NOW, presets=DAILY)

    def loops(**chosen):
        rows = signatures_summed(project, period, ToolFilter(**chosen))
        return [(row.runs, row.times, row.severity) for row in rows if row.slug == "tool-loop"]

    one = loops()
    assert [runs for runs, _, _ in one] == [1]
    assert loops(agent="agent-a") == loops(repo="repo-a") == loops(agent="agent-a", repo="repo-a") == one
    record(project, 1, 4, 0, "b")
    judge_some()
    fold_signature_sums_all_projects()
    assert loops(agent="agent-a") == []
    assert loops(agent="agent-b") == loops(agent="agent-b", repo="repo-b") == loops() != []


def test_findings_of_before_are_counted_by_the_migration(project):
    record(project, 1, 4, 0, "a")
    record(project, 2, 5, 1, "b")
    judge_some()
    SignatureSum.objects.all().delete()
    Judgement.objects.update(day=None, agent="", model="", repo="")
    assert signature_drift() != []
    migration = import_module("runs.migrations.0023_fill_signature_sums")
    with connection.cursor() as cursor:
        for statement in migration.Migration.operations[0].sql:
            cursor.execute(statement)
    check(project)
    Run.objects.update(sort_at=timezone.now())
    judge_some()
    assert signature_drift() == []
