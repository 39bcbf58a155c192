"""A run goes on; a rule fires: an alert, a delivery and its job, in the transaction of the judgement."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from alerts.actions import inbox
from alerts.actions.rules import mute_rule
from alerts.delivering import deliver
from alerts.models import Alert, AlertRule, Delivery
from alerts.signing import sign
from alerts.watching import watch_run
from runs.kinds import Kind, RunStatus
from runs.retention import delete_runs

pytestmark = pytest.mark.django_db


def told():
    """All deliveries as (event, episode, state)."""
    return list(Delivery.objects.order_by("pk").values_list("event", "episode", "state"))


def jobs():
    """The deliveries that jobs wait for."""
    rows = ProcrastinateJob.objects.filter(task_name="alerts.deliver").order_by("id")
    return [row.args["delivery_id"] for row in rows]


def test_a_finding_reaches_a_webhook(project, owner, alive, hook, receiver):
    _, secret = hook
    run_id = alive(range(4))
    watch_run(run_id)
    alert = Alert.objects.get(project=project)
    assert (alert.rule.name, alert.state, alert.occurrences, alert.steps) == (
        "Tool loop",
        "open",
        1,
        [0, 1, 2, 3],
    )
    delivery = Delivery.objects.get(alert=alert)
    assert jobs() == [delivery.pk]
    deliver(delivery.pk)
    [got] = receiver.received
    payload = json.loads(got.body)
    assert payload["v"] == 1
    assert payload["rule"] == {"name": "Tool loop", "kind": "finding"}
    assert payload["sentence"] == alert.sentence
    assert payload["severity"] == "warning"
    assert payload["run"]["external_id"] == "alive"
    assert payload["delivery"] == got.headers["X-AgentScope-Delivery"] == str(delivery.uid)
    assert got.headers["X-AgentScope-Signature"] == sign(
        secret, int(got.headers["X-AgentScope-Timestamp"]), got.body
    )
    assert told() == [("fired", 1, "sent")]


def test_what_is_sent_is_never_sent_again(alive, hook, receiver):
    watch_run(alive(range(4)))
    [delivery_id] = jobs()
    deliver(delivery_id)
    deliver(delivery_id)
    assert len(receiver.received) == 1
    assert Delivery.objects.get().attempts == 1


def test_a_rule_tells_of_a_run_once(alive, hook):
    run_id = alive(range(4))
    watch_run(run_id)
    alive(range(4, 8))
    watch_run(run_id)
    assert told() == [("fired", 1, "waiting")]
    assert Alert.objects.get().occurrences == 1


def test_a_rolled_back_judgement_tells_nobody(alive, hook):
    run_id = alive(range(4))
    with transaction.atomic():
        watch_run(run_id)
        assert len(jobs()) == 1
        transaction.set_rollback(True)
    assert (jobs(), told(), Alert.objects.count()) == ([], [], 0)
    watch_run(run_id)
    assert len(jobs()) == 1


def test_a_run_that_was_over_long_ago_calls_nobody(alive, hook):
    watch_run(alive(range(4), ago=timedelta(hours=2), status=RunStatus.DONE))
    alert = Alert.objects.get()
    assert (alert.state, alert.is_old, alert.quiet) == ("open", True, "old")
    assert told() == []


def test_turns_over_the_limit(project, alive, hook):
    run_id = alive(range(20), kind=Kind.LLM, model="m")
    watch_run(run_id)
    assert told() == []
    alive([20], kind=Kind.LLM, model="m")
    watch_run(run_id)
    alert = Alert.objects.get()
    assert (alert.sentence, alert.step, alert.steps) == ("21 turns, above the limit of 20.", 20, [20])
    assert told() == [("fired", 1, "waiting")]


def test_it_opens_again_only_when_it_gets_worse(owner, alive, hook):
    run_id = alive(range(21), kind=Kind.LLM, model="m")
    watch_run(run_id)
    inbox.resolve(Alert.objects.get(), by=owner, now=timezone.now())
    alive(range(21, 39), kind=Kind.LLM, model="m")
    watch_run(run_id)
    assert Alert.objects.get().state == "resolved"
    AlertRule.objects.update(cooldown_minutes=0)
    alive([39], kind=Kind.LLM, model="m")  # the 40th turn: twice the limit
    watch_run(run_id)
    alert = Alert.objects.get()
    assert (alert.state, alert.episode, alert.occurrences) == ("open", 2, 2)
    assert told() == [("fired", 1, "waiting"), ("fired", 2, "waiting")]


def test_a_limit_that_is_raised_resolves(project, alive, hook):
    run_id = alive(range(21), kind=Kind.LLM, model="m")
    watch_run(run_id)
    AlertRule.objects.filter(name="More than 20 turns").update(params={"fact": "turns", "over": 100})
    alive([21], kind=Kind.LLM, model="m")
    watch_run(run_id)
    alert = Alert.objects.get()
    assert (alert.state, alert.by) == ("resolved", None)
    assert told() == [("fired", 1, "waiting"), ("resolved", 1, "waiting")]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_cause_that_was_gone_opens_it_again(project, owner, alive, hook, by_hand):
    AlertRule.objects.update(cooldown_minutes=0)
    run_id = alive(range(21), kind=Kind.LLM, model="m")
    watch_run(run_id)
    if by_hand:
        inbox.resolve(Alert.objects.get(), by=owner, now=timezone.now())
    limits = AlertRule.objects.filter(name="More than 20 turns")
    for step, over in ((21, 100), (22, 20)):
        limits.update(params={"fact": "turns", "over": over})
        alive([step], kind=Kind.LLM, model="m")
        watch_run(run_id)
    alert = Alert.objects.get()
    assert (alert.state, alert.episode, alert.occurrences) == ("open", 2, 1)
    assert [episode for event, episode, _ in told() if event == "fired"] == [1, 2]


def test_runs_in_the_cool_down_are_held_back_and_counted(project, alive, hook):
    for run in ("a", "b", "c"):
        watch_run(alive(range(4), run=run))
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == ["", "cooling", "cooling"]
    assert told() == [("fired", 1, "waiting")]
    rule = AlertRule.objects.get(name="Tool loop")
    assert rule.held == 2
    AlertRule.objects.filter(pk=rule.pk).update(told_at=timezone.now() - timedelta(minutes=11))
    watch_run(alive(range(4), run="d"))
    assert [(row.held, row.alert.run_name) for row in Delivery.objects.order_by("pk")] == [
        (0, "Run a"),
        (2, "Run d"),
    ]


def test_a_muted_rule_fills_the_inbox_only(alive, hook):
    rule = AlertRule.objects.get(name="Tool loop")
    mute_rule(rule, until=timezone.now() + timedelta(hours=1))
    watch_run(alive(range(4)))
    assert (Alert.objects.get().quiet, told()) == ("muted", [])


def test_without_a_channel_there_is_the_inbox(project, alive):
    watch_run(alive(range(4)))
    assert (Alert.objects.get().quiet, told()) == ("no channel", [])


def test_files_that_match_a_pattern(project, owner, alive):
    from tests.recordings import record_everything

    AlertRule.objects.create(
        project=project, name="Deletes", kind="fact", created_at=timezone.now(),
        params={"fact": "files", "over": 0, "pattern": "*.py"},
    )  # fmt: skip
    places = record_everything(project, owner)
    Alert.objects.all().delete()
    watch_run(places["run_id"])
    alert = Alert.objects.get(rule__name="Deletes")
    assert alert.sentence == "a.py and 4 more changed, which `*.py` watches."
    assert (alert.occurrences, alert.steps) == (5, [6, 6, 6, 6, 6])


def test_a_rule_that_cannot_be_read_does_not_stop_the_judgement(project, alive):
    AlertRule.objects.filter(name="Tool loop").update(params={"severity": "none"})
    run_id = alive(range(4))
    assert watch_run(run_id).findings != []
    assert Alert.objects.count() == 0


def test_a_deleted_run_leaves_its_alert(client, owner, project, alive):
    run_id = alive(range(4))
    watch_run(run_id)
    delete_runs([run_id])
    client.force_login(owner)
    page = client.get(f"/{project.team.slug}/{project.slug}/alerts/").content.decode()
    assert "Run alive (deleted)" in page


def test_a_deleted_project_takes_its_alerts(project, alive, hook):
    watch_run(alive(range(4)))
    project.delete()
    assert (Alert.objects.count(), AlertRule.objects.count(), Delivery.objects.count()) == (0, 0, 0)
