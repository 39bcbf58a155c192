"""Deliveries: sent, tried again, given up; by webhook, mail and Apprise."""

import json
from email.header import decode_header, make_header

import pytest
from django.utils import timezone

from alerts.actions.channels import change_secret, create_channel, switch_channel
from alerts.actions.deliveries import send_test
from alerts.delivering import deliver
from alerts.limits import DELIVERY_TRIES
from alerts.models import AlertRule, Channel, Delivery
from alerts.sealing import unseal
from alerts.senders.failures import NotDelivered
from alerts.signing import sign
from alerts.watching import watch_run
from teams.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(alive, hook):
    """A delivery that waits."""
    watch_run(alive(range(4)))
    return Delivery.objects.get()


def state():
    delivery = Delivery.objects.select_related("channel").get()
    return delivery.state, delivery.attempts, delivery.status, delivery.error, delivery.channel.state


def test_it_is_tried_again_and_gets_through(waiting, receiver):
    receiver.answers = [(503, {}, b"busy")]
    with pytest.raises(NotDelivered):
        deliver(waiting.pk)
    assert state() == ("failed", 1, 503, "The receiver answered 503: busy", "new")
    deliver(waiting.pk)
    assert state() == ("sent", 2, 200, "", "working")
    assert [got.headers["X-AgentScope-Delivery"] for got in receiver.received] == [str(waiting.uid)] * 2


def test_after_the_last_try_it_is_given_up_and_the_channel_says_so(waiting, receiver):
    receiver.answers = [(500, {}, b"")] * DELIVERY_TRIES
    for _ in range(DELIVERY_TRIES - 1):
        with pytest.raises(NotDelivered):
            deliver(waiting.pk)
    deliver(waiting.pk)
    assert state() == ("given up", 6, 500, "The receiver answered 500.", "failing")
    deliver(waiting.pk)
    assert len(receiver.received) == 6


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, {}, b"no such hook"), "The receiver answered 404: no such hook"),
        ((410, {}, b""), "The receiver answered 410."),
        (
            (302, {"Location": "http://127.0.0.1/"}, b""),
            "The receiver answered 302; redirects are not followed. Enter its own address.",
        ),
    ],
)
def test_what_will_not_change_is_given_up_at_once(waiting, receiver, answer, error):
    receiver.answers = [answer]
    deliver(waiting.pk)
    assert state() == ("given up", 1, answer[0], error, "failing")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502])
def test_what_may_change_is_tried_again(waiting, receiver, status):
    receiver.answers = [(status, {}, b"")]
    with pytest.raises(NotDelivered):
        deliver(waiting.pk)
    assert state()[:3] == ("failed", 1, status)


def test_a_private_address_is_given_up_at_once(waiting, receiver, settings):
    settings.ALERTS_ALLOW_PRIVATE = False
    deliver(waiting.pk)
    why = "127.0.0.1 lies in a private network. An operator can allow that: ALERTS_ALLOW_PRIVATE=1."
    assert state() == ("given up", 1, None, why, "failing")
    assert receiver.received == []


def test_a_channel_that_works_again_fails_no_more(waiting, receiver):
    receiver.answers = [(404, {}, b"")]
    deliver(waiting.pk)
    assert Channel.objects.get().failing_since is not None
    deliver(send_test(Channel.objects.get(), now=timezone.now()).pk)
    channel = Channel.objects.get()
    assert (channel.state, channel.error, channel.failing_since) == ("working", "", None)


def test_a_test_is_tried_once(hook, receiver):
    receiver.answers = [(503, {}, b"")]
    deliver(send_test(hook[0], now=timezone.now()).pk)
    assert state()[:3] == ("given up", 1, 503)
    assert json.loads(receiver.received[0].body)["event"] == "test"


def test_a_channel_that_is_off_is_told_nothing(waiting, receiver):
    switch_channel(waiting.channel, enabled=False)
    deliver(waiting.pk)
    assert state() == ("given up", 1, None, "The channel is switched off.", "new")
    assert receiver.received == []


def test_a_deleted_channel_takes_its_deliveries(waiting, receiver):
    Channel.objects.all().delete()
    deliver(waiting.pk)
    assert receiver.received == []


def test_a_new_secret_signs_from_then_on(waiting, receiver):
    secret = change_secret(waiting.channel)
    deliver(waiting.pk)
    [got] = receiver.received
    at = int(got.headers["X-AgentScope-Timestamp"])
    assert got.headers["X-AgentScope-Signature"] == sign(secret, at, got.body)


def test_secrets_are_sealed(hook, receiver, settings):
    channel, secret = hook
    row = Channel.objects.get(pk=channel.pk)
    assert secret not in row.sealed
    assert receiver.url not in row.sealed
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert unseal(row.sealed)["secret"] == secret


def test_a_lost_key_is_said_in_a_sentence(waiting, receiver, settings):
    settings.SECRET_KEY = "n" * 50
    deliver(waiting.pk)
    assert state()[3].startswith("The secret of this channel cannot be read: SECRET_KEY has changed.")


def mail_to(project, *users):
    channel, _ = create_channel(
        project, "mail", kind="email", config={"users": [user.pk for user in users]}, shown="…", by=users[0],
        now=timezone.now(),
    )  # fmt: skip
    AlertRule.objects.get(project=project, name="Tool loop").channels.add(channel)
    return channel


def test_mail_reaches_members_by_a_real_server(project, owner, member, viewer, alive, mailbox):
    mail_to(project, owner, member)
    watch_run(alive(range(4)))
    delivery = Delivery.objects.get()
    deliver(delivery.pk)
    [(receivers, mail)] = mailbox.mails
    assert sorted(receivers) == ["member@example.com", "owner@example.com"]
    assert str(make_header(decode_header(mail["Subject"]))) == "[AgentScope] Tool loop · Run alive"
    assert (mail["To"], mail["Bcc"], mail["Message-ID"]) == (None, None, f"<{delivery.uid}@127.0.0.1>")
    assert "Steps: 0, 1, 2, 3" in mail.get_payload()
    assert state()[:1] == ("sent",)


def test_who_has_left_the_team_gets_no_mail(project, owner, member, alive, mailbox):
    mail_to(project, member)
    watch_run(alive(range(4)))
    Membership.objects.filter(user=member).delete()
    deliver(Delivery.objects.get().pk)
    assert mailbox.mails == []
    assert state()[3] == "None of its people is in the team any more."


@pytest.mark.parametrize(("answer", "after"), [("451 later", "failed"), ("550 never", "given up")])
def test_a_mail_server_that_refuses(project, owner, alive, mailbox, answer, after):
    mail_to(project, owner)
    watch_run(alive(range(4)))
    mailbox.refuses = answer
    if after == "failed":
        with pytest.raises(NotDelivered):
            deliver(Delivery.objects.get().pk)
    else:
        deliver(Delivery.objects.get().pk)
    assert (state()[0], state()[3]) == (after, f"The mail server answered {answer[:3]}: {answer[4:]}")


def test_without_a_mail_server_a_channel_says_so(project, owner, settings):
    settings.EMAIL_URL = "console:"
    deliver(send_test(mail_to(project, owner), now=timezone.now()).pk)
    assert state()[3] == "No mail server is set up: an operator sets EMAIL_URL."


def service(project, owner, receiver):
    config = {"url": f"json://127.0.0.1:{receiver.server_port}/hook"}
    return create_channel(
        project, "own", kind="apprise", config=config, shown="JSON", by=owner, now=timezone.now()
    )[0]


def test_apprise_speaks_to_a_server_of_ones_own_where_that_is_allowed(project, owner, receiver, settings):
    channel = service(project, owner, receiver)
    deliver(send_test(channel, now=timezone.now()).pk)
    [got] = receiver.received
    assert json.loads(got.body)["title"] == "[AgentScope] Test message · Checkout"
    assert state()[:1] == ("sent",)


def test_apprise_says_why_it_failed(project, owner, receiver):
    receiver.answers = [(500, {}, b"")]
    deliver(send_test(service(project, owner, receiver), now=timezone.now()).pk)
    assert state() == ("given up", 1, 500, "JSON answered 500.", "failing")


def test_a_service_that_is_busy_is_tried_again(project, owner, receiver, alive):
    AlertRule.objects.get(project=project, name="Tool loop").channels.add(service(project, owner, receiver))
    watch_run(alive(range(4)))
    receiver.answers = [(429, {}, b"slow down")]
    with pytest.raises(NotDelivered):
        deliver(Delivery.objects.get().pk)
    assert state() == ("failed", 1, 429, "JSON answered 429: slow down", "new")
    deliver(Delivery.objects.get().pk)
    assert state() == ("sent", 2, None, "", "working")


def test_a_service_that_is_gone_is_given_up_at_once(project, owner, receiver, alive):
    AlertRule.objects.get(project=project, name="Tool loop").channels.add(service(project, owner, receiver))
    watch_run(alive(range(4)))
    receiver.answers = [(404, {}, b"no_service")]
    deliver(Delivery.objects.get().pk)
    assert state() == ("given up", 1, 404, "JSON answered 404: no_service", "failing")


def test_apprise_follows_no_redirect(project, owner, receiver):
    receiver.answers = [(307, {"Location": f"http://127.0.0.1:{receiver.server_port}/other"}, b"")]
    deliver(send_test(service(project, owner, receiver), now=timezone.now()).pk)
    assert ([got.path for got in receiver.received], state()[0]) == (["/hook"], "given up")


def test_apprise_may_not_reach_private_addresses(project, owner, receiver, settings):
    channel = service(project, owner, receiver)
    settings.ALERTS_ALLOW_PRIVATE = False
    deliver(send_test(channel, now=timezone.now()).pk)
    assert (receiver.received, state()[0]) == ([], "given up")
