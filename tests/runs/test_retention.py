"""What ends by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Blob, ContextNode, FileChange, Run, Step
from runs.records import Batch, ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.retention import close_silent_runs_all_projects, delete_expired_runs_all_projects
from runs.store import save
from teams.actions import create_project

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def batch(run, key="t", **fields):
    given = {"kind": Kind.TOOL, "source": "t", "status": StepStatus.RUNNING, **fields}
    change = ChangeRecord(run=run, step=key, key=f"{key}:0", path="a", op="create", source="t", after="x\n")
    context = Context.of([Message(b"hi")])
    call = StepRecord(
        run=run,
        key=f"m{key}",
        kind=Kind.LLM,
        source="t",
        context=context,
        call_id="c",
        tokens=Tokens(input=1),
    )
    return Batch(steps=[StepRecord(run=run, key=key, **given), call], changes=[change])


def test_silent_run_is_unfinished_and_its_open_steps_unanswered(project):
    save(project, batch("silent"), now=NOW)
    save(project, batch("alive"), now=NOW + timedelta(minutes=14))
    closed = close_silent_runs_all_projects(NOW + timedelta(minutes=16))
    assert [run.external_id for _, saved in closed for run in saved] == ["silent"]
    assert dict(Run.objects.values_list("external_id", "status")) == {
        "silent": "unfinished",
        "alive": "running",
    }
    silent = Run.objects.get(external_id="silent")
    assert Step.objects.get(run_id=silent.id, key="t").status == "unanswered"


def test_silent_run_that_speaks_again_is_running(project):
    save(project, batch("r"), now=NOW)
    close_silent_runs_all_projects(NOW + timedelta(minutes=16))
    save(project, batch("r"), now=NOW + timedelta(minutes=17))
    assert Run.objects.get().status == "unfinished"
    save(project, batch("r", key="later"), now=NOW + timedelta(minutes=18))
    assert Run.objects.get().status == "running"


def test_ended_run_is_not_touched(project):
    ended = RunRecord(external_id="r", source="t", status=RunStatus.DONE)
    save(project, Batch(runs=[ended]), now=NOW)
    assert close_silent_runs_all_projects(NOW + timedelta(days=1)) == []


def test_expired_runs_go_with_all_their_content(project, team):
    forever = create_project(team, "Forever")
    forever.retention_days = 3650
    forever.save()
    for place in (project, forever):
        save(place, batch("old"), now=NOW)
    save(project, batch("new"), now=NOW + timedelta(days=80))
    assert delete_expired_runs_all_projects(NOW + timedelta(days=91)) == 1
    left = set(Run.objects.values_list("id", flat=True))
    assert set(Run.objects.values_list("project__name", "external_id")) == {
        ("Forever", "old"),
        ("Checkout", "new"),
    }
    for model in (Step, Blob, ContextNode, FileChange):
        assert set(model.objects.values_list("run_id", flat=True)) == left


def test_deleted_project_leaves_no_content(project):
    save(project, batch("r"), now=NOW)
    project.delete()
    for model in (Run, Step, Blob, ContextNode, FileChange):
        assert not model.objects.exists()
