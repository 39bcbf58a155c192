"""The pages of alerts: who sees them, what they show, what they change."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from alerts.models import Alert, AlertRule, Channel, Delivery
from alerts.sealing import unseal
from alerts.watching import watch_run
from runs.kinds import Kind, RunStatus
from runs.models import Run

pytestmark = pytest.mark.django_db

HERE = "/acme/checkout/alerts/"


@pytest.fixture
def visitor(client, project, member):
    """A member's browser."""
    client.force_login(member)
    return client


def page(visitor, path="", status=200):
    answer = visitor.get(HERE + path)
    assert answer.status_code == status
    return answer.content.decode()


def alerts(alive, number):
    for n in range(number):
        watch_run(alive(range(4), run=f"run{n}"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_inbox_lists_alerts_in_a_fixed_number_of_queries(
    visitor, alive, number, django_assert_num_queries
):
    alerts(alive, number)
    with django_assert_num_queries(7):  # session, user, project, failing channels, stamp, alerts, runs
        assert page(visitor).count('<li class="alert ') == number


@pytest.mark.parametrize("number", [1, 3])
def test_other_lists_take_a_fixed_number_of_queries(visitor, hook, alive, number, django_assert_num_queries):
    AlertRule.objects.update(cooldown_minutes=0)
    alerts(alive, number)
    with django_assert_num_queries(6):  # session, user, project, failing channels, rules, their channels
        page(visitor, "rules/")
    with django_assert_num_queries(5):  # session, user, project, failing channels, channels
        page(visitor, "channels/")
    with django_assert_num_queries(5):  # session, user, project, failing channels, deliveries
        assert page(visitor, "deliveries/").count("<tr>") == number + 1
    visitor.get("/alerts/")
    with django_assert_num_queries(3):  # session, user, alerts
        visitor.get("/alerts/")


def test_the_badge_counts_what_is_open_in_one_query(visitor, alive, django_assert_num_queries):
    alerts(alive, 3)
    Alert.objects.filter(run_name="Run run0").update(state="acknowledged")
    Alert.objects.filter(run_name="Run run1").update(is_old=True)
    with django_assert_num_queries(4):  # session, user, project, alerts
        assert visitor.get(f"{HERE}count/").json() == {"open": 1, "text": "1"}
    with django_assert_num_queries(3):  # session, user, alerts
        assert visitor.get("/alerts/count/").json() == {"open": 1, "text": "1"}


def test_an_outsider_counts_nothing(client, outsider, alive):
    alerts(alive, 1)
    client.force_login(outsider)
    assert client.get("/alerts/count/").json() == {"open": 0, "text": "0"}
    assert "Run run0" not in client.get("/alerts/").content.decode()


def test_the_alert_of_a_rate_has_no_run_and_is_shown(visitor, project):
    rule, now = AlertRule.objects.create(
        project=project, name="Failures", kind="rate", created_at=timezone.now(),
        params={"rate": "failures", "over": 1.0},
    ), timezone.now()  # fmt: skip
    Alert.objects.create(
        project=project,
        rule=rule,
        severity=2,
        sentence="60 % of 5 runs failed.",
        opened_at=now,
        last_at=now,
        state_at=now,
    )
    assert "60 % of 5 runs failed." in page(visitor)
    assert "60 % of 5 runs failed." in visitor.get("/alerts/").content.decode()


def test_pages_say_what_to_do_next_when_they_are_empty(visitor):
    assert "Nothing waits for you." in page(visitor)
    assert "Nothing was resolved yet." in page(visitor, "?state=resolved")
    assert "No channel yet." in page(visitor, "channels/")
    assert "Nothing was sent yet." in page(visitor, "deliveries/")
    AlertRule.objects.all().delete()
    assert "Nobody is told of anything." in page(visitor, "rules/")


def test_acknowledge_resolve_reopen(visitor, member, alive):
    alerts(alive, 1)
    alert = Alert.objects.get()
    for action, state, by in [
        ("acknowledge", "acknowledged", member),
        ("resolve", "resolved", member),
        ("reopen", "open", None),
    ]:
        answer = visitor.post(f"{HERE}{alert.pk}/{action}/", {"next": HERE})
        assert (answer.status_code, answer["Location"]) == (302, HERE)
        alert.refresh_from_db()
        assert (alert.state, alert.by) == (state, by)


def test_a_button_leads_nowhere_else(visitor, alive):
    alerts(alive, 1)
    answer = visitor.post(f"{HERE}{Alert.objects.get().pk}/resolve/", {"next": "https://evil.example/"})
    assert answer["Location"] == HERE


def test_resolve_all(visitor, alive):
    alerts(alive, 3)
    visitor.post(f"{HERE}resolve/")
    assert set(Alert.objects.values_list("state", flat=True)) == {"resolved"}
    assert page(visitor, "?state=resolved").count('<li class="alert ') == 3


def test_the_inbox_has_pages(visitor, project, monkeypatch):
    monkeypatch.setattr("alerts.views.inbox.ALERTS_PAGE", 2)
    rule, now = AlertRule.objects.all()[0], timezone.now()
    for n in range(3):
        at = now + timedelta(minutes=n)
        Alert.objects.create(
            project=project, rule=rule, run_id=f"019b0000-0000-7000-8000-00000000000{n}", run_name=f"R{n}",
            severity=2, sentence="s", opened_at=at, last_at=at, state_at=at,
        )  # fmt: skip
    first = page(visitor)
    assert ["R0" in first, "R1" in first, "R2" in first] == [False, True, True]
    older = Alert.objects.get(run_name="R1").pk
    assert f"?state=open&amp;before={older}" in first
    second = page(visitor, f"?state=open&before={older}")
    assert ["R0" in second, "R1" in second] == [True, False]


def test_an_alert_shows_its_deliveries(visitor, hook, alive):
    alerts(alive, 1)
    shown = page(visitor, f"{Alert.objects.get().pk}/")
    assert ("Waiting" in shown, "hook" in shown) == (True, True)


FACT = {"fact": "turns", "over": "2", "severity": "3", "cooldown_minutes": "5"}


def test_a_rule_is_made_and_named_by_what_it_watches(visitor, hook, member):
    channel = hook[0]
    answer = visitor.post(f"{HERE}rules/new/?kind=fact", {**FACT, "channels": [channel.pk]})
    assert answer["Location"] == f"{HERE}rules/"
    rule = AlertRule.objects.get(name="More than 2 turns")
    assert (rule.kind, rule.params) == ("fact", {"fact": "turns", "over": 2.0, "pattern": ""})
    assert (rule.severity, rule.cooldown_minutes, rule.created_by) == (3, 5, member)
    assert list(rule.channels.all()) == [channel]


@pytest.mark.parametrize(
    ("kind", "given", "params"),
    [
        ("finding", {"signature": "tool-loop", "least": "2"}, {"signature": "tool-loop", "severity": 2}),
        ("finding", {"signature": "", "least": "3"}, {"signature": "", "severity": 3}),
        (
            "fact",
            {"fact": "files", "over": "0", "pattern": "migrations/**", "severity": "2"},
            {"fact": "files", "over": 0.0, "pattern": "migrations/**"},
        ),
        ("stuck", {"minutes": "5", "severity": "2"}, {"minutes": 5}),
        (
            "rate",
            {"rate": "tool", "over": "900", "hours": "6", "tool": "Bash", "least": "3", "severity": "2"},
            {"rate": "tool", "over": 900.0, "hours": 6, "tool": "Bash", "least": 3},
        ),
    ],
)
def test_every_kind_of_rule_is_made_and_changed(visitor, kind, given, params):
    visitor.post(f"{HERE}rules/new/?kind={kind}", {**given, "name": "Mine", "cooldown_minutes": "0"})
    rule = AlertRule.objects.get(name="Mine")
    assert rule.params == params
    assert 'value="Mine"' in page(visitor, f"rules/{rule.pk}/")
    visitor.post(f"{HERE}rules/{rule.pk}/", {**given, "name": "Yours", "cooldown_minutes": "7"})
    rule.refresh_from_db()
    assert (rule.name, rule.cooldown_minutes, rule.params) == ("Yours", 7, params)


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("stuck", {"minutes": "15", "severity": "2"}, "less than or equal to 14"),
        ("fact", {"fact": "files", "over": "0", "severity": "2"}, "Say which files"),
        ("fact", {"fact": "turns", "over": "nan", "severity": "2"}, "Enter a number"),
        (
            "rate",
            {"rate": "tool", "over": "1", "hours": "1", "least": "1", "severity": "2"},
            "Say which tool",
        ),
    ],
)
def test_a_rule_that_cannot_work_is_refused(visitor, kind, given, why):
    before = AlertRule.objects.count()
    answer = visitor.post(f"{HERE}rules/new/?kind={kind}", {**given, "cooldown_minutes": "0"})
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert AlertRule.objects.count() == before


def test_channels_of_another_project_cannot_be_chosen(visitor, team, owner):
    from teams.actions import create_project

    other = create_project(team, "Other")
    channel = Channel.objects.create(
        project=other, name="x", kind="email", sealed="", shown="", created_at=timezone.now()
    )
    answer = visitor.post(f"{HERE}rules/new/?kind=fact", {**FACT, "channels": [channel.pk]})
    assert answer.status_code == 422


def test_the_preview_shows_past_runs_before_saving(visitor, alive):
    alive(range(3), run="long", kind=Kind.LLM, model="m", status=RunStatus.DONE)
    alive(range(2), run="short", kind=Kind.LLM, model="m", status=RunStatus.DONE)
    before = AlertRule.objects.count()
    shown = visitor.post(f"{HERE}rules/new/?kind=fact", {**FACT, "preview": "1"}).content.decode()
    assert "Would have fired for 1 run<" in shown
    assert ("Run long" in shown, "Run short" in shown) == (True, False)
    assert AlertRule.objects.count() == before
    live = visitor.get(f"{HERE}rules/preview/", {**FACT, "kind": "fact", "over": "1"}).content.decode()
    assert "Would have fired for 2 runs<" in live


def test_the_preview_does_not_call_an_unknown_cost_nothing(visitor, alive):
    alive(range(3), run="long", kind=Kind.LLM, model="nobody-knows", status=RunStatus.DONE)
    shown = visitor.get(f"{HERE}rules/preview/", {**FACT, "kind": "fact", "over": "1"}).content.decode()
    assert "3 turns · 0 failures · cost unknown" in shown


@pytest.mark.parametrize(
    ("kind", "given", "head"),
    [
        ("finding", {"signature": "tool-loop", "least": "1"}, "1 run"),
        ("finding", {"signature": "", "least": "3"}, "0 runs"),
        ("fact", {**FACT, "fact": "errors", "over": "0"}, "1 run"),
        ("fact", {**FACT, "fact": "cost", "over": "1"}, "1 run"),
        ("fact", {**FACT, "fact": "tokens", "over": "10"}, "1 run"),
        ("fact", {**FACT, "fact": "minutes", "over": "3"}, "1 run"),
        ("fact", {**FACT, "fact": "files", "over": "0", "pattern": "*.md"}, "0 runs"),
        ("stuck", {"minutes": "5", "severity": "2"}, "1 run"),
        ("rate", {"rate": "failures", "over": "40", "hours": "24", "least": "1", "severity": "2"}, "1 day"),
        ("rate", {"rate": "cost", "over": "1", "hours": "24", "least": "1", "severity": "2"}, "0 days"),
        ("rate", {"rate": "tool", "tool": "Read", "over": "9", "hours": "24", "least": "1", "severity": "2"},
         "1 day"),
    ],
)  # fmt: skip
def test_every_kind_of_rule_has_a_preview(visitor, alive, kind, given, head):
    watch_run(alive(range(4), run="one", status=RunStatus.FAILED))
    ended = Run.objects.get().started_at + timedelta(minutes=4)
    Run.objects.update(failures=1, cost_usd=2, output_tokens=11, ended_at=ended)
    alive([0], run="two", status=RunStatus.UNFINISHED)
    shown = visitor.get(f"{HERE}rules/preview/", {**given, "kind": kind, "cooldown_minutes": "0"})
    assert f"Would have fired for {head}<" in shown.content.decode()


def test_preview_of_a_tool_lists_days_and_runs_above_the_limit(visitor, alive):
    for run, seconds, days in (("quick", 1, 0), ("slow", 9, 2), ("as long", 9, 2), ("old", 9, 40)):
        watch_run(alive(range(3), run=run, seconds=seconds, ago=timedelta(days=days)))
    asked = {"kind": "rate", "rate": "tool", "tool": "Read", "over": "5000", "hours": "1", "least": "6"}
    shown = visitor.get(f"{HERE}rules/preview/", {**asked, "severity": "2", "cooldown_minutes": "0"})
    html = shown.content.decode()
    day = timezone.now() - timedelta(days=2, minutes=5)
    assert "Would have fired for 1 day<" in html
    assert f"<li>{day:%-d %b}: 9.1 s</li>" in html
    assert ("Run slow" in html, "Run as long" in html, "Run quick" in html, "Run old" in html) == (
        True, True, False, False,
    )  # fmt: skip


def test_mute_and_switch_and_delete(visitor):
    rule = AlertRule.objects.get(name="Tool loop")
    visitor.post(f"{HERE}rules/{rule.pk}/mute/", {"hours": "8"})
    rule.refresh_from_db()
    assert timedelta(hours=7.9) < rule.muted_until - timezone.now() < timedelta(hours=8)
    assert "Muted" in page(visitor, "rules/")
    visitor.post(f"{HERE}rules/{rule.pk}/mute/")
    visitor.post(f"{HERE}rules/{rule.pk}/switch/")
    rule.refresh_from_db()
    assert (rule.muted_until, rule.enabled) == (None, False)
    visitor.post(f"{HERE}rules/{rule.pk}/delete/")
    assert not AlertRule.objects.filter(pk=rule.pk).exists()


def test_a_webhook_shows_its_secret_once_and_never_its_path(visitor, receiver):
    form = {"name": "hook", "url": receiver.url + "/pa55"}
    answer = visitor.post(f"{HERE}channels/new/?kind=webhook", form)
    channel = Channel.objects.get()
    secret = unseal(channel.sealed)["secret"]
    assert (answer.status_code, secret in answer.content.decode()) == (201, True)
    assert answer["Cache-Control"] == "no-store"
    for path in ("channels/", f"channels/{channel.pk}/"):
        shown = page(visitor, path)
        assert (secret in shown, "/pa55" in shown) == (False, False)
    renewed = visitor.post(f"{HERE}channels/{channel.pk}/secret/").content.decode()
    channel.refresh_from_db()
    assert unseal(channel.sealed)["secret"] in renewed
    visitor.post(f"{HERE}channels/{channel.pk}/", {"name": "renamed", "url": ""})
    channel.refresh_from_db()
    assert (channel.name, unseal(channel.sealed)["url"]) == ("renamed", receiver.url + "/pa55")


@pytest.mark.parametrize(
    ("kind", "url", "why"),
    [
        ("webhook", "http://127.0.0.1/", "lies in a private network"),
        ("webhook", "ftp://example.com/", "must begin with https://"),
        ("apprise", "json://10.0.0.1/", "speaks to a server of your own"),
        ("apprise", "slack://a", "Something is missing"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(visitor, kind, url, why):
    answer = visitor.post(f"{HERE}channels/new/?kind={kind}", {"name": "x", "url": url})
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert Channel.objects.count() == 0


def test_mail_goes_to_members_only(visitor, member, outsider):
    form = {"name": "mail", "users": [outsider.pk]}
    assert visitor.post(f"{HERE}channels/new/?kind=email", form).status_code == 422
    visitor.post(f"{HERE}channels/new/?kind=email", {"name": "mail", "users": [member.pk]})
    assert Channel.objects.get().shown == "member@example.com"


def test_a_service_is_shown_without_its_token(visitor):
    url = "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    visitor.post(f"{HERE}channels/new/?kind=apprise", {"name": "chat", "url": url})
    assert Channel.objects.get().shown == "Discord"


def test_the_test_button_queues_a_test_and_leads_to_its_history(visitor, hook):
    channel = hook[0]
    answer = visitor.post(f"{HERE}channels/{channel.pk}/test/")
    assert answer["Location"] == f"{HERE}deliveries/?channel={channel.pk}"
    assert [(row.event, row.state) for row in Delivery.objects.all()] == [("test", "waiting")]
    assert "Test message" in page(visitor, f"deliveries/?channel={channel.pk}")


def test_a_failing_channel_is_said_on_every_page(visitor, hook):
    Channel.objects.update(state="failing", error="It answered 404.", failing_since=timezone.now())
    for path in ("", "rules/", "channels/", "deliveries/"):
        assert "It answered 404." in page(visitor, path)


def test_several_failing_channels_take_one_line(visitor, project, hook):
    Channel.objects.create(
        project=project, name="chat", kind="apprise", sealed="", shown="Slack", created_at=timezone.now()
    )
    Channel.objects.update(state="failing", error="It answered 404.", failing_since=timezone.now())
    shown = page(visitor)
    assert "2 channels do not get through:" in shown
    assert shown.count('role="alert"') == 1


def test_a_whole_limit_is_shown_as_one(visitor):
    rule = AlertRule.objects.get(name="More than 20 turns")
    assert 'name="over" value="20"' in page(visitor, f"rules/{rule.pk}/")


def test_a_viewer_looks_and_changes_nothing(client, project, viewer, alive):
    alerts(alive, 1)
    client.force_login(viewer)
    assert "<form method" not in client.get(HERE).content.decode()
    assert client.get(f"{HERE}rules/").status_code == 200
    for path in ("rules/new/", "rules/preview/", "channels/new/"):
        assert client.get(HERE + path).status_code == 404


def test_unknown_kinds_and_rows_are_absent(visitor):
    for path in ("rules/new/?kind=x", "channels/new/?kind=x", "rules/preview/?kind=x", "999/", "rules/999/"):
        page(visitor, path, status=404)


def test_a_new_project_has_the_default_rules(project):
    assert list(AlertRule.objects.filter(project=project).order_by("pk").values_list("name", "enabled")) == [
        ("More than 20 turns", True),
        ("Tool loop", True),
        ("Run stuck for 10 minutes", True),
        ("Run costs more than $5", True),
    ]


def test_a_project_that_is_older_than_alerts_gets_the_same_rules(project):
    rules = AlertRule.objects.order_by("pk").values_list("name", "kind", "params", "severity")
    said = list(rules)
    AlertRule.objects.all().delete()
    import_module("alerts.migrations.0002_default_rules").install(apps, None)
    assert list(rules.all()) == said
