"""The demo runs in the database: what the pages will count."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.utils import timezone

from agentscope.demo.scenarios import ALL
from agentscope.demo.seeding import seed_run, seed_runs
from ingest.models import Problem
from runs.kinds import Origin
from runs.models import FileChange, Run, Step
from runs.retention import close_silent_runs_all_projects
from teams.models import Project, Rejection, Team

#: Runs that no script makes.
OTHERS = ("the transcript", "demo-died")
COUNTERS = (
    "status", "outcome", "prompts", "turns", "tool_calls", "agents", "retries", "failures", "compactions",
    "changes", "files_changed", "lines_added", "lines_removed", "unpriced_calls",
)  # fmt: skip


def counters_of(name: str) -> dict:
    return Run.objects.values(*COUNTERS).get(external_id=name)


@pytest.fixture
def seeded(project):
    seed_runs(project, now=timezone.now())
    return project


def test_all_runs_are_read_without_problems(seeded):
    assert Problem.objects.count() == 0
    assert Run.objects.count() == len(ALL) + len(OTHERS)


def test_counters_of_the_four_stories(seeded):
    assert counters_of("demo-clean") == {
        "status": "done", "outcome": "tests green", "prompts": 1, "turns": 7, "tool_calls": 13, "agents": 0,
        "retries": 0, "failures": 0, "compactions": 0, "changes": 2, "files_changed": 2, "lines_added": 11,
        "lines_removed": 2, "unpriced_calls": 0,
    }  # fmt: skip
    assert counters_of("demo-sideways") == {
        "status": "failed", "outcome": "build red", "prompts": 1, "turns": 12, "tool_calls": 19, "agents": 1,
        "retries": 1, "failures": 5, "compactions": 0, "changes": 2, "files_changed": 2, "lines_added": 3,
        "lines_removed": 4, "unpriced_calls": 0,
    }  # fmt: skip
    retried, delegated = counters_of("demo-retried"), counters_of("demo-delegated")
    assert (retried["retries"], retried["failures"], retried["outcome"]) == (3, 0, "tests green")
    assert (delegated["agents"], delegated["failures"]) == (1, 0)
    assert (
        Step.objects.filter(
            agent="explore-1", run_id=Run.objects.get(external_id="demo-delegated").id
        ).count()
        >= 10
    )


def test_hidden_change_is_observed_on_the_step_that_made_it(seeded):
    run = Run.objects.get(external_id="demo-sideways")
    change = FileChange.objects.get(run_id=run.id, origin=Origin.OBSERVED)
    step = Step.objects.get(run_id=run.id, key=change.step_key)
    assert (change.path, change.additions, change.deletions) == ("config/default.ts", 1, 1)
    assert (step.tool, step.status, step.exit_code) == ("Bash", "ok", 0)
    assert "sed -i" in step.input_preview


def test_long_run_is_long_and_compacted(seeded):
    run = Run.objects.get(external_id="demo-long")
    assert run.steps > 500
    assert run.compactions == 2


def test_run_of_an_unknown_model_has_no_price(seeded):
    run = Run.objects.get(external_id="demo-local-model")
    assert run.unpriced_calls == run.llm_calls > 0


def test_runs_show_agents_models_repositories_and_every_end(seeded):
    runs = Run.objects.values_list("status", "repo")
    assert {status for status, _ in runs} >= {"done", "failed", "interrupted", "running"}
    assert {repo for _, repo in runs} >= {"checkout-service", "ledger-api"}
    assert Run.objects.values("agent").distinct().count() >= 6
    assert Run.objects.values("model").distinct().count() >= 7


def test_transcript_lies_in_the_last_hours(seeded):
    run = Run.objects.get(branch="feat/healthz")
    assert timedelta(hours=3) < timezone.now() - run.started_at < timedelta(hours=4)
    assert (run.failures, run.files_changed) == (1, 2)


def test_run_that_died_says_in_what_and_what_its_client_lost(seeded):
    close_silent_runs_all_projects(timezone.now())
    run = Run.objects.get(external_id="demo-died")
    assert (run.status, run.llm_calls, run.tool_calls) == ("unfinished", 3, 3)
    assert run.losses == {"attributes": 57, "scrubbed:session_id": 1, "unanswered:patch_file": 1}


def test_refused_requests_are_there_for_the_panel(seeded):
    assert sorted(Rejection.objects.values_list("status", "count")) == [(400, 2), (401, 12), (422, 1)]


def test_seeding_again_writes_nothing(seeded):
    now = timezone.now()
    before = list(Run.objects.order_by("id").values())
    seed_runs(seeded, now=now)
    first = {row["external_id"]: row["revision"] for row in Run.objects.values("external_id", "revision")}
    seed_runs(seeded, now=now)
    assert {
        row["external_id"]: row["revision"] for row in Run.objects.values("external_id", "revision")
    } == first
    assert [row["id"] for row in Run.objects.order_by("id").values("id")] == [row["id"] for row in before]
    assert Run.objects.aggregate(steps=Sum("steps"))["steps"] == Step.objects.aggregate(n=Count("key"))["n"]


def test_run_seeded_twice_at_the_same_time_is_one_run(project):
    now = timezone.now()
    for _ in range(2):
        seed_run(project, ALL[0], now=now)
    assert Run.objects.get().steps == Step.objects.count()


def test_command_makes_team_and_runs_once(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    call_command("seed_demo")
    facts = (tmp_path / "demo.json").read_text()
    state = list(Run.objects.order_by("id").values())
    call_command("seed_demo")
    assert (tmp_path / "demo.json").read_text() == facts
    assert list(Run.objects.order_by("id").values()) == state
    project = Project.objects.get()
    assert json.loads(facts)["project"] == project.slug


def test_command_leaves_other_teams_alone(team, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    told = StringIO()
    call_command("seed_demo", stdout=told)
    call_command("seed_demo", reset=True, stdout=told)
    assert "There are teams already" in told.getvalue()
    assert Team.objects.get() == team
    assert not (tmp_path / "demo.json").exists()


def test_reset_seeds_anew(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    call_command("seed_demo")
    Run.objects.filter(external_id="demo-clean").delete()
    call_command("seed_demo", reset=True)
    assert Team.objects.count() == 1
    assert Run.objects.count() == len(ALL) + len(OTHERS)


def test_production_refuses_the_demo_team(db, settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("seed_demo")
