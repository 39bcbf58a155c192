"""What is read of runs before they are compared."""

from datetime import UTC, datetime

from django.db.transaction import atomic

from agentscope.demo.scenarios.cohort import attempt
from agentscope.demo.seeding import seed_run
from runs.judging import judge_run, settle
from runs.kinds import RunStatus, Verdict
from runs.models import Run
from runs.queries.comparing import count_side, sides_of
from runs.queries.runs import RunFilter
from runs.records import Batch, RunRecord
from runs.store import save
from tests.recordings import NOW

ALL = RunFilter()


def test_run_is_read_with_what_rules_and_sums_keep(project) -> None:
    for nth in (0, 1):  # the first try passes, the second does not
        seed_run(project, attempt(2, "thorough", nth), now=datetime(2026, 1, 9, tzinfo=UTC))
    for run_id in Run.objects.values_list("id", flat=True):
        with atomic():
            ruling = judge_run(run_id, now=NOW)
        settle(ruling)
    side, _ = sides_of(project, ALL, RunFilter(agent="nobody"))
    told = {run.success: run for run in side.runs}
    assert set(told) == {True, False}
    assert (told[True].checks_green, told[False].checks_green) == (True, False)
    assert "failing-check" in told[False].findings
    assert told[True].task_key == told[False].task_key != ""
    assert told[True].tools == {"read_file": 6, "bash": 4, "edit_file": 1, "grep": 1}
    assert told[True].prompt == told[False].prompt is not None
    one = told[True]
    assert one.times["wall"] >= one.times["model"] + one.times["tools"] + one.times["rest"] - 1


def test_what_was_not_recorded_is_none(project) -> None:
    save(project, Batch(runs=[RunRecord(external_id="r", source="t", status=RunStatus.DONE)]), now=NOW)
    [run], _ = (side.runs for side in sides_of(project, ALL, RunFilter(agent="nobody")))
    assert (run.success, run.checks_green, run.cost, run.findings, run.task_key) == (
        None,
        None,
        None,
        None,
        "",
    )
    assert (run.tokens, run.times["wall"]) == ({}, None)


def test_verdict_of_a_person_goes_first(project) -> None:
    told = RunRecord(external_id="r", source="t", status=RunStatus.DONE, outcome="resolved")
    save(project, Batch(runs=[told]), now=NOW)
    Run.objects.update(verdict=Verdict.BAD)
    assert [run.success for run in sides_of(project, ALL, ALL)[0].runs] == [False]


def test_runs_that_still_go_on_are_left_out(project) -> None:
    runs = [
        RunRecord(external_id="open", source="t", status=RunStatus.RUNNING),
        RunRecord(external_id="done", source="t", status=RunStatus.DONE),
    ]
    save(project, Batch(runs=runs), now=NOW)
    assert count_side(project, ALL) == 1
    assert len(sides_of(project, ALL, ALL)[0].runs) == 1
