"""Chat services by their real addresses: what reaches them, and what is said when it does not."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from alerts.kinds import Event
from alerts.notices import Notice, Other, RunTold
from alerts.senders.failures import NotDelivered
from alerts.senders.services import name_of, open_service, send
from alerts.services import check_service
from tests.alerts.receivers import http_receiver
from tests.alerts.services import chat_services

TOKEN = "b3tokenb3tokenb3tokenb3"
#: A flow of Power Automate.
FLOW = (
    "/workflows/643e69f83c8944/triggers/manual/paths/invoke"
    f"?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={TOKEN}"
)
#: Address, what the service answers when it takes a message, where it takes them, how people call it.
SERVICES = {
    "slack": (
        f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
        (200, b"ok"),
        f"/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
        "Slack",
    ),
    "discord": (
        f"https://discord.com/api/webhooks/4174216298/{TOKEN}",
        (204, b""),
        f"/api/webhooks/4174216298/{TOKEN}",
        "Discord",
    ),
    "telegram": (
        f"tgram://123456789:{TOKEN}{TOKEN}/12315544/",
        (200, b'{"ok":true,"result":{"message_id":1}}'),
        f"/bot123456789:{TOKEN}{TOKEN}/sendMessage",
        "Telegram",
    ),
    "google": (
        f"https://chat.googleapis.com/v1/spaces/S/messages?key=k&token={TOKEN}",
        (200, b"{}"),
        f"/v1/spaces/S/messages?token={TOKEN}&key=k",
        "Google Chat",
    ),
    "teams": (f"https://prod-1.westus.logic.azure.com:443{FLOW}", (202, b""), FLOW, "Teams"),
    "pagerduty": (
        f"pagerduty://{'A' * 32}@{'B' * 32}",
        (202, b'{"status":"success"}'),
        "/v2/enqueue",
        "PagerDuty",
    ),
    "opsgenie": (
        f"opsgenie://{'a' * 36}",
        (202, b'{"result":"Request will be processed","requestId":"4"}'),
        "/v2/alerts",
        "Opsgenie",
    ),
    "pushover": (
        f"pover://{'u' * 30}@{'t' * 30}",
        (200, b'{"status":1,"request":"4"}'),
        "/1/messages.json",
        "Pushover",
    ),
    "pushbullet": (f"pbul://{'a' * 32}", (200, b"{}"), "/v2/pushes", "Pushbullet"),
}
#: Those that people run themselves, with the port still to come.
OWN = {
    "mattermost": (f"mmost://127.0.0.1:{{}}/{TOKEN}123", (200, b"ok"), f"/hooks/{TOKEN}123", "Mattermost"),
    "rocket": (
        f"rocket://{'a' * 24}%2F{'b' * 24}@127.0.0.1:{{}}/%23ops",
        (200, b'{"success":true}'),
        f"/hooks/{'a' * 24}/{'b' * 24}",
        "Rocket.Chat",
    ),
    "ntfy": ("ntfy://127.0.0.1:{}/ops", (200, b'{"id":"4"}'), "/", "ntfy"),
    "gotify": ("gotify://127.0.0.1:{}/AAAAAAAAAAAAAAA", (200, b'{"id":4}'), "/message", "Gotify"),
    "json": ("json://127.0.0.1:{}/hook", (200, b"ok"), "/hook", "JSON"),
}

STEP = "https://scope.example.com/acme/checkout/runs/1/?step=3"


def notice(**fields):
    told = {
        "delivery": UUID(int=0), "event": Event.FIRED, "team": "acme", "project": "checkout",
        "project_name": "Checkout", "rule": "Tool loop", "kind": "finding", "severity": 2,
        "sentence": "Read a.py was called 4 times.", "step_url": STEP, "steps": (0, 1, 2, 3),
        "url": "https://scope.example.com/acme/checkout/alerts/9/",
        "run": RunTold(id=UUID(int=1), external_id="x", name="Fix the tests", agent="a", model="m",
                       status="running", url="https://scope.example.com/acme/checkout/runs/1/"),
    }  # fmt: skip
    return Notice(**told | fields)


@pytest.fixture
def services(tmp_path, monkeypatch):
    """All of SERVICES."""
    with chat_services(tmp_path, monkeypatch) as server:
        yield server


@pytest.fixture
def own(settings):
    """A server of one's own, of any of OWN."""
    settings.ALERTS_ALLOW_PRIVATE = True
    with http_receiver() as server:
        yield server


@pytest.fixture(params=[*SERVICES, *OWN])
def service(request, settings, monkeypatch, tmp_path):
    """Each service in turn: (its server, address, answer, path, name)."""
    settings.ALERTS_ALLOW_PRIVATE = True
    given = (SERVICES | OWN)[request.param]
    with chat_services(tmp_path, monkeypatch) if request.param in SERVICES else http_receiver() as server:
        yield server, given[0].format(server.server_port), *given[1:]


def texts_of(value):
    """All texts in what was sent, as one."""
    if isinstance(value, dict | list):
        return "\n".join(texts_of(each) for each in (value.values() if isinstance(value, dict) else value))
    return str(value)


def text_in(got):
    form = got.headers["Content-Type"] == "application/x-www-form-urlencoded"
    return texts_of(parse_qs(got.body.decode()) if form else json.loads(got.body))


def test_a_service_gets_title_sentence_severity_and_link(service):
    server, url, (status, body), path, name = service
    server.answers = [(status, {}, body)]
    send({"url": url}, notice())
    [got] = server.received
    assert got.path == path
    said = text_in(got)
    for words in ("[AgentScope] Tool loop · Fix the tests", "Read a.py was called 4 times.", STEP):
        assert words in said
    assert "Severity: warning" in said
    assert "caronc" not in said  # no pictures of somebody else
    assert name_of(open_service(url)) == name


@pytest.mark.parametrize(
    ("status", "body", "why", "is_final"),
    [
        (500, b"", "{} answered 500.", False),
        (503, b"<b>down</b>\n", "{} answered 503: <b>down</b>", False),
        (429, b'{"error": "slow down"}', '{} answered 429: {{"error": "slow down"}}', False),
        (404, b"no_service", "{} answered 404: no_service", True),
        (403, b"invalid_token", "{} answered 403: invalid_token", True),
    ],
)
def test_a_service_that_refuses_is_named_with_its_status(service, status, body, why, is_final):
    server, url, _, _, name = service
    server.answers = [(status, {"Retry-After": "90", "X-RateLimit-Remaining": "0"}, body)] * 4
    with pytest.raises(NotDelivered) as failure:
        send({"url": url}, notice())
    said = (str(failure.value), failure.value.status, failure.value.is_final)
    assert said == (why.format(name), status, is_final)


def test_discord_does_not_keep_a_worker_waiting(services):
    """It tells when it would listen again; our own tries wait for that, as jobs."""
    later = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(datetime.now(UTC).timestamp()) + 600)}
    services.answers = [(429, later, b"")] * 4
    with pytest.raises(NotDelivered, match="Discord answered 429"):
        send({"url": SERVICES["discord"][0]}, notice())


def test_a_service_that_does_not_answer_is_hung_up_on(services):
    services.free.clear()
    with pytest.raises(NotDelivered) as failure:
        send({"url": SERVICES["slack"][0]}, notice())
    services.free.set()
    assert str(failure.value) == "Slack could not be reached: no answer in time."
    assert failure.value.is_final is False


def test_a_service_with_a_wrong_certificate_is_not_spoken_to(services, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(NotDelivered, match="Slack could not be reached: its certificate is not valid"):
        send({"url": SERVICES["slack"][0]}, notice())
    assert services.received == []


def test_nobody_there_is_said_without_the_address(own):
    url = OWN["mattermost"][0].format(own.server_port)
    own.shutdown()
    own.socket.close()
    with pytest.raises(NotDelivered) as failure:
        send({"url": url}, notice())
    assert str(failure.value) == "Mattermost could not be reached: it refuses connections."


def test_words_of_a_run_are_not_taken_for_an_answer(own):
    """Apprise logs what it sends, too."""
    own.answers = [(500, {}, b"")]
    with pytest.raises(NotDelivered, match=r"^JSON answered 500\.$"):
        send({"url": OWN["json"][0].format(own.server_port)}, notice(sentence="It said error=404, (403)."))


@pytest.mark.parametrize("name", ["@everyone", "ping @here, please", "<@1234> <@&99>", "@Channel"])
def test_the_name_of_a_run_calls_nobody(services, name):
    services.answers = [(204, {}, b"")]
    told = RunTold(id=UUID(int=1), external_id="x", name=name, agent="a", model="m", status="done", url="")
    send({"url": SERVICES["discord"][0]}, notice(run=told))
    said = text_in(services.received[0])
    assert name not in said
    assert name in said.replace("\u200b", "")


def test_a_long_message_keeps_its_link(service):
    server, url, (status, body), _, _ = service
    server.answers = [(status, {}, body)]
    others = tuple(
        Other(alert=n, sentence="x" * 500, run=f"Run {n}", url=f"https://s/{n}/") for n in range(5)
    )
    told = RunTold(id=UUID(int=1), external_id="x", name="n" * 300, agent="a", model="m", status="", url="")
    send({"url": url}, notice(sentence="It loops. " * 50, held=9, others=others, run=told))
    assert len(server.received) == 1
    assert STEP in text_in(server.received[0])


def test_a_channel_behind_a_webhook_of_mattermost_is_refused():
    with pytest.raises(Exception, match="Leave out what follows the #"):
        check_service("mmost://127.0.0.1/token/#ops", allow_private=True)
