"""Runs are judged as they grow: whatever the batching, the findings are those of the whole."""

import random
from datetime import timedelta

import pytest

from runs.judging import judge_run, settle
from runs.kinds import Kind, Op, Origin, StepStatus
from runs.models import CluePage, Finding, Judgement, Run
from runs.queries.judging import due_runs_all_projects
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord
from runs.retention import delete_runs
from runs.store import save
from tests.recordings import NOW, at, one_of_everything

pytestmark = pytest.mark.django_db


def looping(run="looping", times=4):
    """A run that reads one file again and again, then changes another without saying so."""
    told = RunRecord(external_id=run, source="test", cwd="/w", started_at=at(0))
    steps = [
        StepRecord(
            run=run, key=f"r{number}", kind=Kind.TOOL, source="test", tool="Read", status=StepStatus.OK,
            input='{"file_path":"/w/a.py"}', output="1\tx", started_at=at(number), ended_at=at(number + 0.5),
        )
        for number in range(times)
    ]  # fmt: skip
    steps.append(
        StepRecord(
            run=run, key="sed", kind=Kind.TOOL, source="test", tool="Bash", status=StepStatus.OK,
            input='{"command":"sed -i s/a/b/ c.py"}', output="", started_at=at(times), ended_at=at(times + 1),
        )
    )  # fmt: skip
    change = ChangeRecord(
        run=run, step="sed", key="sed:c", path="c.py", op=Op.EDIT, origin=Origin.OBSERVED, source="test",
        before="a\n", after="b\n",
    )  # fmt: skip
    return Batch(runs=[told], steps=steps, changes=[change])


def said(run_id):
    """All findings of a run without the time at which they were found."""
    return [
        (row.signature, row.key, row.severity, row.sentence, row.steps, row.step, row.changes, row.numbers,
         row.used, row.at)
        for row in Finding.objects.filter(run_id=run_id).order_by("place")
    ]  # fmt: skip


def test_looping_run_has_its_findings(project):
    [saved] = save(project, looping(), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    assert [
        (row.signature, row.step, row.steps)
        for row in ruling.findings
        if row.signature in ("tool-loop", "hidden-change")
    ] == [
        ("tool-loop", 2, [0, 1, 2, 3]),
        ("hidden-change", 4, [4]),
    ]
    judgement = Judgement.objects.get()
    assert (judgement.revision, judgement.findings) == (saved.revision, len(ruling.findings))


def test_judged_run_is_no_longer_due_until_it_changes(project):
    [saved] = save(project, looping(), now=NOW)
    assert due_runs_all_projects(most=5) == [saved.id]
    settle(judge_run(saved.id, now=NOW))
    assert due_runs_all_projects(most=5) == []
    save(project, looping(times=5), now=NOW)
    assert due_runs_all_projects(most=5) == [saved.id]


def test_run_changed_while_judged_stays_due(project):
    [saved] = save(project, looping(), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    save(project, looping(times=6), now=NOW)
    settle(ruling)
    assert due_runs_all_projects(most=5) == [saved.id]


def test_judging_again_writes_no_finding(project):
    [saved] = save(project, looping(), now=NOW)
    judge_run(saved.id, now=NOW)
    again = judge_run(saved.id, now=NOW + timedelta(hours=1))
    assert (again.new, again.changed) == ([], False)
    assert Judgement.objects.get().at == NOW


@pytest.mark.parametrize("seed", range(6))
def test_any_batching_gives_the_findings_of_the_whole(project, seed):
    chance = random.Random(seed)
    whole = one_of_everything() if seed % 2 else looping(times=9)
    [saved] = save(project, whole, now=NOW)
    judge_run(saved.id, now=NOW)
    wanted = said(saved.id)
    delete_runs([saved.id])
    parts = [*whole.steps, *whole.changes]
    chance.shuffle(parts)
    while parts:
        some = [parts.pop() for _ in range(min(len(parts), chance.randint(1, 4)))]
        steps = [part for part in some if isinstance(part, StepRecord)]
        changes = [part for part in some if isinstance(part, ChangeRecord)]
        [saved] = save(project, Batch(runs=whole.runs, steps=steps, changes=changes), now=NOW)
        if chance.random() < 0.7:
            judge_run(saved.id, now=NOW)
    judge_run(saved.id, now=NOW)
    by_key = {step.key: number for number, step in enumerate(whole.steps)}
    assert Run.objects.get().steps == len(by_key)
    assert names_of(said(saved.id), saved.id) == names_of(wanted, None, whole)


def names_of(rows, run_id, whole=None):
    """Replace numbers of steps, which are those of arrival, by keys."""
    from runs.models import Step

    keys = (
        dict(enumerate(step.key for step in whole.steps))
        if whole
        else dict(Step.objects.filter(run_id=run_id).values_list("seq", "key"))
    )
    return sorted(
        (row[0], row[2], row[3], [keys[seq] for seq in row[4]], keys[row[5]], row[7], row[9]) for row in rows
    )


def test_deleted_run_leaves_nothing(project):
    [saved] = save(project, looping(), now=NOW)
    judge_run(saved.id, now=NOW)
    delete_runs([saved.id])
    assert (Finding.objects.count(), Judgement.objects.count(), CluePage.objects.count()) == (0, 0, 0)


def test_project_mutes_a_signature_and_sets_a_threshold(project):
    project.settings = {"findings": {"muted": ["hidden-change"], "thresholds": {"loop_repeats": 9}}}
    project.save()
    [saved] = save(project, looping(), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    assert {"tool-loop", "hidden-change"} & {row.signature for row in ruling.findings} == set()
