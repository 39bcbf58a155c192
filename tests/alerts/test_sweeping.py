"""Silent runs and rates: what no judgement of a run can see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.actions import inbox
from alerts.models import Alert, AlertRule, Delivery
from alerts.sweeping import evaluate_rates_all_projects, sweep_stuck_all_projects
from alerts.watching import watch_run
from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Run
from runs.retention import close_silent_runs_all_projects
from runs.toolsums import fold_tool_sums_all_projects

pytestmark = pytest.mark.django_db


def later(minutes):
    return timezone.now() + timedelta(minutes=minutes)


def stuck():
    return list(Alert.objects.filter(rule__kind="stuck").values_list("state", "episode", "sentence", "step"))


@pytest.fixture
def silent(alive, hook):
    """A run that says nothing after its third step, which is open."""
    run_id = alive([0, 1])
    alive([2], status=RunStatus.RUNNING, tool="Bash", input='{"command":"npm test"}', output="")
    alive([3], tool="Bash", input='{"command":"npm run build"}', **{"output": None})
    watch_run(run_id)
    return run_id


def test_a_silent_run_is_stuck_once(project, silent):
    assert sweep_stuck_all_projects(later(9)) == []
    assert sweep_stuck_all_projects(later(10.5)) == [project]
    assert stuck() == [("open", 1, "No event for 10 minutes; Bash (step 3) was the last.", 3)]
    assert sweep_stuck_all_projects(later(11)) == []
    assert [row.event for row in Delivery.objects.all()] == ["fired"]


def test_steps_that_come_again_resolve_it_and_the_next_silence_opens_it(project, silent, alive):
    sweep_stuck_all_projects(later(10.5))
    alive([4], tool="Bash", input='{"command":"ls"}', now=later(12))
    watch_run(silent)
    assert [row[:2] for row in stuck()] == [("resolved", 1)]
    assert [row.event for row in Delivery.objects.order_by("pk")] == ["fired", "resolved"]
    AlertRule.objects.update(cooldown_minutes=0)
    assert sweep_stuck_all_projects(later(23)) == [project]
    assert [row[:2] for row in stuck()] == [("open", 2)]


def test_what_a_person_resolved_stays_so_while_the_run_is_silent(owner, silent):
    sweep_stuck_all_projects(later(10.5))
    inbox.resolve(Alert.objects.get(), by=owner, now=later(11))
    assert sweep_stuck_all_projects(later(12)) == []
    assert [row[0] for row in stuck()] == ["resolved"]


def test_a_run_that_is_closed_for_its_silence_stays_stuck(silent):
    sweep_stuck_all_projects(later(10.5))
    close_silent_runs_all_projects(later(16))
    watch_run(silent)
    assert Run.objects.get().status == "unfinished"
    assert [row[0] for row in stuck()] == ["open"]


@pytest.mark.parametrize(
    "last",
    [
        {"kind": Kind.FINAL, "output": "Done."},
        {"kind": Kind.LLM, "model": "m", "output": "Done.", "stop_reason": "end_turn"},
    ],
)
def test_a_run_that_waits_for_its_human_is_not_stuck(alive, last):
    run_id = alive([0])
    alive([1], **last)
    watch_run(run_id)
    assert sweep_stuck_all_projects(later(11)) == []
    assert stuck() == []


def test_an_open_call_is_named(alive):
    run_id = alive([0])
    alive([1], tool="Bash", status=RunStatus.RUNNING)
    from runs.models import Step

    Step.objects.filter(run_id=run_id, key="k1").update(status=StepStatus.RUNNING)
    watch_run(run_id)
    sweep_stuck_all_projects(later(13.2))
    assert [row[2] for row in stuck()] == ["No event for 13 minutes; Bash (step 1) has not ended."]


def test_a_run_that_is_over_is_not_stuck(alive):
    watch_run(alive([0], status=RunStatus.DONE))
    assert sweep_stuck_all_projects(later(60)) == []


def failures(project, *, over=50.0, least=2, **params):
    return AlertRule.objects.create(
        project=project, name="Failures", kind="rate", created_at=timezone.now(), cooldown_minutes=0,
        params={"rate": "failures", "over": over, "hours": 24, "least": least, **params},
    )  # fmt: skip


def rates():
    return list(Alert.objects.filter(run_id=None).values_list("state", "episode", "mark", "sentence"))


def test_a_failure_rate_fires_resolves_and_fires_again(project, alive, owner):
    failures(project)
    alive([0], run="a", status=RunStatus.FAILED)
    assert evaluate_rates_all_projects(timezone.now()) == []  # one run says nothing
    alive([0], run="b", status=RunStatus.FAILED)
    alive([0], run="c", status=RunStatus.DONE)
    assert evaluate_rates_all_projects(timezone.now()) == [project]
    said = "67 % of 3 runs failed in the last 24 hours, above the limit of 50 %."
    assert rates() == [("open", 1, 1, said)]
    assert evaluate_rates_all_projects(timezone.now()) == []
    alive([0], run="d", status=RunStatus.DONE)
    assert evaluate_rates_all_projects(timezone.now()) == [project]
    assert rates() == [("resolved", 1, 0, f"Back to normal. Before: {said}")]
    alive([0], run="e", status=RunStatus.FAILED)
    assert evaluate_rates_all_projects(timezone.now()) == [project]
    assert [row[:3] for row in rates()] == [("open", 2, 1)]


def test_a_rate_that_a_person_resolved_stays_so_until_it_was_normal(project, alive, owner):
    failures(project)
    for run in "ab":
        alive([0], run=run, status=RunStatus.FAILED)
    evaluate_rates_all_projects(timezone.now())
    inbox.resolve(Alert.objects.get(), by=owner, now=timezone.now())
    alive([0], run="c", status=RunStatus.FAILED)
    assert evaluate_rates_all_projects(timezone.now()) == []
    assert rates()[0][0] == "resolved"


def test_p95_of_a_tool(project, alive):
    failures(project, rate="tool", tool="Bash", over=1_100)
    watch_run(alive(range(2), tool="Bash"))  # a second each
    watch_run(alive(range(2), run="long ago", ago=timedelta(hours=26), tool="Bash", seconds=40))
    watch_run(alive(range(2), run="of another tool", tool="Read", seconds=40))
    assert evaluate_rates_all_projects(timezone.now()) == []
    watch_run(alive(range(2), run="slow", tool="Bash", seconds=1.5))
    assert evaluate_rates_all_projects(timezone.now()) == [project]
    said = "p95 of Bash was 1.6 s over 4 calls in the last 24 hours, above the limit of 1.1 s."
    assert rates() == [("open", 1, 1, said)]
    fold_tool_sums_all_projects()
    assert evaluate_rates_all_projects(timezone.now()) == []


def test_cost_of_all_runs(project, alive):
    failures(project, rate="cost", over=3)
    alive([0], run="a")
    from runs.models import Run

    Run.objects.update(cost_usd=4)
    assert evaluate_rates_all_projects(timezone.now()) == [project]
    assert rates()[0][3] == "$4.00 spent by 1 run in the last 24 hours, above the limit of $3.00."
