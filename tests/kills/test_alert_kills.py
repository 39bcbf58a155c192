"""`kill -9` of the worker around an alert: all that should arrives, what is recorded never again."""

import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from tests.alerts.receivers import Mailbox, Receiver, http_receiver, mail_server
from tests.product import Product, form_token, wait_for

SECONDS = 90  # a dead worker's jobs are given back after nine seconds, on a machine that may be busy


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


@pytest.fixture
def mailbox(product: Product) -> Iterator[Mailbox]:
    with mail_server(product.mail_port) as (box, _):
        yield box


class Alerts:
    """The alert pages of the product, as a person uses them."""

    def __init__(self, product: Product) -> None:
        self.product, self.browser = product, product.log_in()
        self.here = f"{product.url}/{product.team}/{product.project}/alerts/"

    def page(self, path: str) -> str:
        return str(self.browser.open(self.here + path).read().decode())

    def post(self, path: str, **form: Any) -> None:
        token = form_token(self.page(path))
        data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}, doseq=True)
        self.browser.open(self.here + path, data.encode())

    def listen(self, receiver: Receiver) -> None:
        """Let loops, and only they, be told to a webhook and by mail."""
        me = re.findall(r'name="users" value="(\d+)"', self.page("channels/new/?kind=email"))[0]
        self.post("channels/new/?kind=email", name="mail", users=[me])
        self.post("channels/new/?kind=webhook", name="hook", url=receiver.url)
        self.cool_down(0)

    def cool_down(self, minutes: int) -> None:
        """Let the rule of loops tell all channels, and then nobody for some minutes."""
        channels = re.findall(r'channels/(\d+)/"', self.page("channels/"))
        [rule] = re.findall(r'rules/(\d+)/">Tool loop<', self.page("rules/"))
        form = {"signature": "tool-loop", "least": 1, "cooldown_minutes": minutes, "name": "Tool loop"}
        self.post(f"rules/{rule}/", **form, channels=sorted(set(channels)))

    def loop(self, run: str) -> None:
        """Let an agent read one file again and again."""
        call = {"kind": "tool_call", "name": "Read", "args": {"file_path": "/w/a.py"}}
        events = [each for _ in range(4) for each in (call, {"kind": "tool_result", "output": "1\tx"})]
        told = {"v": 1, "run": run, "ts": time.time()}
        lines = [json.dumps({**told, **each, "id": f"{run}{n // 2}"}) for n, each in enumerate(events)]
        status, answer = self.product.ask(
            "POST", "/api/v1/events", body="\n".join(lines).encode(), key=self.product.ingest_key
        )
        assert status == 200, answer

    def sent(self) -> int:
        return self.page("deliveries/").count(">Sent<")

    def kill(self) -> None:
        self.product.kill("manage.py", "worker")


def told(receiver: Receiver) -> dict[str, list[str]]:
    """Run -> ids of the deliveries that came for it, in order."""
    found: dict[str, list[str]] = {}
    for got in receiver.received:
        payload = json.loads(got.body)
        found.setdefault(payload["run"]["external_id"], []).append(payload["delivery"])
    return found


def test_killed_around_an_alert(product: Product, receiver: Receiver, mailbox: Mailbox) -> None:
    alerts = Alerts(product)
    alerts.listen(receiver)

    # Before anything was judged: the next worker judges, and tells.
    alerts.kill()
    alerts.loop("alert-before")
    wait_for(lambda: alerts.sent() == 2, seconds=SECONDS)
    assert [len(ids) for ids in told(receiver).values()] == [1]

    # While the receiver has not answered: it cannot be known whether it took the message, so it comes again,
    # under the same id. The mail was taken and recorded, and is not sent again.
    receiver.free.clear()
    alerts.loop("alert-during")
    wait_for(lambda: "alert-during" in told(receiver) and alerts.sent() == 3, seconds=SECONDS)
    alerts.kill()
    receiver.free.set()
    wait_for(lambda: alerts.sent() == 4, seconds=SECONDS)
    first, again = told(receiver)["alert-during"]
    assert first == again

    # After it was recorded as sent: never again, though the next worker has long been at work.
    before = len(receiver.received)
    alerts.kill()
    alerts.loop("alert-after")
    wait_for(lambda: alerts.sent() == 6, seconds=SECONDS)
    time.sleep(15)  # longer than a dead worker's jobs wait to be given back
    assert len(receiver.received) == before + 1

    # While a cool-down holds something back: the next worker tells of it when that is over, once.
    alerts.cool_down(1440)
    alerts.loop("alert-held")
    wait_for(lambda: "held back: the rule cools down" in alerts.page(""), seconds=SECONDS)
    alerts.kill()
    alerts.cool_down(0)
    wait_for(lambda: alerts.sent() == 8, seconds=SECONDS)
    time.sleep(7)  # two more looks
    assert [len(ids) for ids in told(receiver).values()] == [1, 2, 1, 1]
    subjects = sorted(str(mail["Message-ID"]) for _, mail in mailbox.mails)
    assert len(subjects) == len(set(subjects)) == 4
