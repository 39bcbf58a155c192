"""Values that no page of ours would send: each is refused in words, or not found; nothing breaks."""

import pytest

from alerts.models import Alert, AlertRule, Channel
from alerts.sealing import unseal
from alerts.watching import watch_run

pytestmark = pytest.mark.django_db

HERE = "/acme/checkout/alerts/"
#: For every field.
ODD = [
    "", "\x00", "a\x00b", "-1", "1e400", "nan", "1e-320", "9" * 19, "1.5", "²", "<script>", "%00", "\\",
    "//evil.example",
]  # fmt: skip
#: Besides, where one value is all there is.
MORE = [
    " ", "0", "inf", "9" * 400, "٣", "0x10", "1_000", "é" * 3000, "' OR 1=1 --", "{", '{"a": [1]}', "[]",
    "null", "\r\nX: y", "\u202e", "../..", "https://[::1", "http://%00/", "json://", "slack://\x00",
    "*" * 200, "***:a", "(?i)", "a{99999}", "[[:alpha:]]",
]  # fmt: skip
FINE = {
    "finding": {"signature": "tool-loop", "least": "1"},
    "fact": {"fact": "files", "over": "0", "pattern": "*.py", "severity": "2"},
    "stuck": {"minutes": "5", "severity": "2"},
    "rate": {"rate": "tool", "over": "9", "hours": "6", "tool": "Bash", "least": "3", "severity": "2"},
}
SHARED = {"name": "Mine", "cooldown_minutes": "0", "channels": []}


@pytest.fixture
def visitor(client, project, member):
    """A member's browser; an exception in a view is one in the test."""
    client.force_login(member)
    return client


@pytest.fixture
def rule(project):
    return AlertRule.objects.get(name="Tool loop")


@pytest.mark.parametrize("kind", FINE)
def test_each_field_of_a_rule(visitor, member, alive, kind):
    run_id = alive(range(4))
    for name in [*FINE[kind], *SHARED]:
        for odd in ODD:
            form = {**FINE[kind], **SHARED, name: odd}
            assert visitor.post(f"{HERE}rules/new/?kind={kind}", form).status_code in (302, 422), (name, odd)
            assert visitor.get(f"{HERE}rules/preview/", {**form, "kind": kind}).status_code == 200
        AlertRule.objects.filter(created_by=member).delete()
    assert visitor.get(f"{HERE}rules/").status_code == 200
    assert watch_run(run_id) is not None


@pytest.mark.parametrize("kind", ["email", "webhook", "apprise"])
def test_each_field_of_a_channel(visitor, member, kind, settings):
    settings.ALERTS_ALLOW_PRIVATE = True
    for name in ("name", "url", "users"):
        for odd in ODD:
            form = {"name": "x", "url": "json://127.0.0.1/", "users": [member.pk], name: odd}
            answer = visitor.post(f"{HERE}channels/new/?kind={kind}", form)
            assert answer.status_code in (201, 302, 422), (name, odd)
            Channel.objects.all().delete()


def test_patterns_of_files(visitor, alive):
    """They become regular expressions of PostgreSQL."""
    run_id = alive(range(4))
    for odd in ODD + MORE:
        form = {**FINE["fact"], **SHARED, "pattern": odd}
        assert visitor.post(f"{HERE}rules/new/?kind=fact", form).status_code in (302, 422), odd
        assert (
            "took too long"
            not in visitor.get(f"{HERE}rules/preview/", {**form, "kind": "fact"}).content.decode()
        )
    assert watch_run(run_id) is not None


def test_what_addresses_name(visitor):
    for odd in ODD + MORE:
        query = dict.fromkeys(("kind", "state", "before", "channel", "hours"), odd)
        for path in ("", "rows/", "rules/new/", "rules/preview/", "channels/new/", "deliveries/"):
            assert visitor.get(HERE + path, query).status_code in (200, 404), (path, odd)


@pytest.mark.parametrize("number", ["9" * 19, "9" * 400, "0"])
def test_numbers_that_no_row_has(visitor, number):
    for path in ("", "rules/", "channels/"):
        assert visitor.get(f"{HERE}{path}{number}/").status_code == 404
    for path in ("rules/{}/mute/", "rules/{}/switch/", "channels/{}/test/", "{}/resolve/"):
        assert visitor.post(HERE + path.format(number)).status_code == 404


def test_a_mute_of_odd_hours_changes_nothing(visitor, rule):
    visitor.post(f"{HERE}rules/{rule.pk}/mute/", {"hours": "8"})
    until = AlertRule.objects.get(pk=rule.pk).muted_until
    for hours in [*filter(None, ODD + MORE), "2", "08", "169"]:
        answer = visitor.post(f"{HERE}rules/{rule.pk}/mute/", {"hours": hours}, follow=True)
        said = "Nothing was changed: a rule is muted for 1, 8, 24 or 168 hours." in answer.content.decode()
        assert (said, AlertRule.objects.get(pk=rule.pk).muted_until) == (True, until), hours


def test_a_button_leads_back_whatever_it_is_told(visitor, alive):
    watch_run(alive(range(4)))
    here = f"{HERE}{Alert.objects.get().pk}/resolve/"
    for there in ODD + MORE:
        answer = visitor.post(here, {"next": there})
        assert (answer.status_code, answer["Location"]) == (302, HERE), there


def test_bodies_that_are_no_form(visitor, rule):
    for path in ("rules/new/", "channels/new/", f"rules/{rule.pk}/", f"rules/{rule.pk}/mute/"):
        for kind in (
            "application/json",
            "multipart/form-data; boundary=x",
            "text/plain",
            "multipart/form-data",
        ):
            answer = visitor.post(HERE + path, b'{"a": ', content_type=kind)
            assert answer.status_code in (200, 302, 400, 422), (path, kind)


def test_a_channel_whose_key_is_lost_takes_a_new_address_and_secret(client, hook, settings, receiver):
    channel = hook[0]
    settings.SECRET_KEY = "n" * 50
    client.force_login(channel.created_by)
    answer = client.post(f"{HERE}channels/{channel.pk}/", {"name": "hook", "url": f"{receiver.url}/new"})
    channel.refresh_from_db()
    config = unseal(channel.sealed)
    assert config["url"] == f"{receiver.url}/new"
    assert (answer.status_code, config["secret"] in answer.content.decode()) == (201, True)
