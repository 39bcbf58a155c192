"""After a cool-down: what it held back is told once, in one message, and nothing where all is settled."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alerts.actions import inbox
from alerts.actions.channels import switch_channel
from alerts.actions.rules import mute_rule, switch_rule
from alerts.cooling import tell_held_all_projects
from alerts.delivering import deliver
from alerts.kinds import Event
from alerts.models import Alert, AlertRule, Delivery
from alerts.notices import Notice, Other, text_of, title_of
from alerts.watching import watch_run

pytestmark = pytest.mark.django_db


def later(minutes):
    return timezone.now() + timedelta(minutes=minutes)


@pytest.fixture
def held(alive, hook):
    """Three runs with a loop: the first is told, two are held back. Gives the rule."""
    for run in ("a", "b", "c"):
        watch_run(alive(range(4), run=run))
    return AlertRule.objects.get(name="Tool loop")


def told():
    """All deliveries as (run, held)."""
    return [(row.alert.run_name, row.held) for row in Delivery.objects.select_related("alert").order_by("pk")]


def resolve(owner, *names):
    for alert in Alert.objects.filter(run_name__in=names):
        inbox.resolve(alert, by=owner, now=timezone.now())


def test_one_message_tells_of_all_that_was_held_back(project, held, receiver):
    began = held.told_at
    assert tell_held_all_projects(later(9)) == []
    assert tell_held_all_projects(later(10.1)) == [project]
    assert told() == [("Run a", 0), ("Run c", 1)]
    deliver(Delivery.objects.latest("pk").pk)
    [got] = receiver.received
    payload = json.loads(got.body)
    other = Alert.objects.get(run_name="Run b")
    url = f"http://127.0.0.1:8000/acme/checkout/alerts/{other.pk}/"
    assert (payload["event"], payload["run"]["name"], payload["held_back"]) == ("fired", "Run c", 1)
    assert payload["held_since"] == began.isoformat()
    assert payload["others"] == [{"alert": other.pk, "sentence": other.sentence, "run": "Run b", "url": url}]


def test_it_is_told_once_and_begins_the_next_cool_down(held, alive):
    tell_held_all_projects(later(10.1))
    assert tell_held_all_projects(later(60)) == []
    watch_run(alive(range(4), run="d"))  # its clock is before the end of that cool-down
    assert told() == [("Run a", 0), ("Run c", 1)]
    assert tell_held_all_projects(later(20)) == []
    tell_held_all_projects(later(20.2))
    assert told() == [("Run a", 0), ("Run c", 1), ("Run d", 0)]


def test_a_new_alert_takes_along_what_was_held_back(held, alive):
    AlertRule.objects.update(told_at=later(-11))
    watch_run(alive(range(4), run="d"))
    assert told() == [("Run a", 0), ("Run d", 2)]
    assert tell_held_all_projects(later(60)) == []


def test_what_is_settled_is_told_no_more(held, owner):
    resolve(owner, "Run b", "Run c")
    assert tell_held_all_projects(later(11)) == []
    assert told() == [("Run a", 0)]


def test_what_is_settled_is_counted_but_not_named(held, owner, receiver):
    resolve(owner, "Run c")
    tell_held_all_projects(later(11))
    assert told() == [("Run a", 0), ("Run b", 1)]
    deliver(Delivery.objects.latest("pk").pk)
    payload = json.loads(receiver.received[0].body)
    assert (payload["held_back"], payload["others"]) == (1, [])


def test_who_takes_it_back_into_the_inbox_is_not_told_of_it(held, owner):
    resolve(owner, "Run b", "Run c")
    for alert in Alert.objects.filter(state="resolved"):
        inbox.reopen(alert, by=owner, now=timezone.now())
    assert tell_held_all_projects(later(11)) == []
    assert set(Alert.objects.exclude(run_name="Run a").values_list("state", "quiet")) == {("open", "seen")}


def test_the_worst_is_told_by_itself_and_the_others_are_named(held, receiver):
    Alert.objects.filter(run_name="Run b").update(severity=3)
    tell_held_all_projects(later(11))
    assert told() == [("Run a", 0), ("Run b", 1)]


def test_a_message_names_five_others_and_counts_the_rest(held, alive):
    for n in range(7):
        watch_run(alive(range(4), run=f"more{n}"))
    tell_held_all_projects(later(11))
    delivery = Delivery.objects.latest("pk")
    assert (delivery.held, len(delivery.others)) == (8, 5)


def test_a_mute_a_switch_and_no_channel_hold_it_back_for_longer(project, held, hook):
    channel = hook[0]
    mute_rule(held, until=later(30))
    assert tell_held_all_projects(later(20)) == []
    switch_rule(held, enabled=False)
    assert tell_held_all_projects(later(31)) == []
    switch_rule(held, enabled=True)
    switch_channel(channel, enabled=False)
    assert tell_held_all_projects(later(31)) == []
    switch_channel(channel, enabled=True)
    assert tell_held_all_projects(later(31)) == [project]


def test_who_was_told_late_is_told_when_it_resolves(held, alive):
    tell_held_all_projects(later(11))
    AlertRule.objects.filter(pk=held.pk).update(params={"signature": "retry-storm", "severity": 1})
    for run in ("b", "c"):
        watch_run(alive([9], run=run))
    events = [(row.event, row.alert.run_name) for row in Delivery.objects.select_related("alert")]
    assert sorted(events) == [("fired", "Run a"), ("fired", "Run c"), ("resolved", "Run c")]


def test_a_rolled_back_message_is_sent_by_the_next_look(project, held):
    with transaction.atomic():
        tell_held_all_projects(later(11))
        transaction.set_rollback(True)
    assert told() == [("Run a", 0)]
    assert tell_held_all_projects(later(11)) == [project]


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once(held):
    def look(_):
        try:
            return len(tell_held_all_projects(later(11)))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(look, range(2))) == 1
    assert told() == [("Run a", 0), ("Run c", 1)]


def test_pages_say_what_is_held_back_and_until_when(client, member, held):
    client.force_login(member)
    until = held.cool_at.strftime("%H:%M")
    assert f"2 held back until {until}" in client.get("/acme/checkout/alerts/rules/").content.decode()
    words = f"held back: the rule cools down until {until} UTC"
    assert client.get("/acme/checkout/alerts/").content.decode().count(words) == 2
    tell_held_all_projects(later(11))
    shown = client.get("/acme/checkout/alerts/").content.decode()
    assert (shown.count(words), shown.count("not sent by itself: the rule cooled down")) == (0, 1)


@pytest.mark.parametrize(
    ("held", "others", "lines"),
    [
        (0, 0, []),
        (1, 0, ["1 more of this rule since its last message of 24 Nov 09:05 UTC."]),
        (1, 1, ["1 more of this rule since its last message of 24 Nov 09:05 UTC, still open:",
                "- Fix 0: It loops. https://s/0/"]),
        (3, 2, ["3 more of this rule since its last message of 24 Nov 09:05 UTC, the newest that are open:",
                "- Fix 0: It loops. https://s/0/", "- Fix 1: It loops. https://s/1/"]),
    ],
)  # fmt: skip
def test_a_message_in_words(held, others, lines):
    notice = Notice(
        delivery=UUID(int=0), event=Event.FIRED, team="acme", project="checkout", project_name="Checkout",
        rule="Tool loop", kind="finding", severity=2, sentence="It loops.", url="https://s/9/", held=held,
        since=datetime(2026, 11, 24, 9, 5, tzinfo=UTC),
        others=tuple(
            Other(alert=n, sentence="It loops.", run=f"Fix {n}", url=f"https://s/{n}/") for n in range(others)
        ),
    )  # fmt: skip
    said = [
        "It loops.",
        "",
        "Severity: warning",
        "Project: acme/checkout",
        *([""] if lines else []),
        *lines,
        "",
        "https://s/9/",
    ]
    assert text_of(notice).split("\n") == said
    more = f" and {held} more" if held else ""
    assert title_of(notice) == f"[AgentScope] Tool loop · Checkout{more}"
