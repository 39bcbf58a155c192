"""Measure alerts: from the step that completes a tool loop to its alert, and to a receiver of webhooks.

    .venv/bin/python -m bench.alerts

The whole product, and a receiver on this machine; in the second round 4 connections post to 40 other runs as
fast as it goes, and the third judges a run of 20,000 steps that loops at its end.
"""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.events import Product, events_of, post_batches
from bench.live import spread
from bench.report import Report

PROBES = 30
LONG = 20_000


class Reachable(Product):
    """The product, which may speak to this machine."""

    def start(self, what: str) -> None:
        """Start it, with the setting that allows it."""
        self.environment["ALERTS_ALLOW_PRIVATE"] = "1"
        super().start(what)


class Receiver(ThreadingHTTPServer):
    """Keeps when which run was told of."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: dict[str, float] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.setdefault(payload["run"]["external_id"], time.time())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    product, receiver = Reachable(), Receiver()
    try:
        listen(product, f"http://127.0.0.1:{receiver.server_port}/")
        time.sleep(3)
        report = Report("alerts")
        rows = [
            ["nothing else", *measure(product, receiver, "quiet")],
            ["4 connections post", *beside_load(product, receiver)],
            [f"a run of {LONG:,} steps", *measure_long(product, receiver)],
        ]
        head = ["beside", "judged p50 ms", "p95 ms", "receiver p50 ms", "p95 ms", "max ms", "arrived"]
        title = "Step posted → judged → webhook received (bar 5 s)"
        report.table(title, head, rows)
        report.save()
    finally:
        receiver.shutdown()
        product.stop()


def listen(product: Product, url: str) -> None:
    """Let all rules of the demo project tell a webhook, without a cool-down."""
    os.environ["AGENTSCOPE_DATA"] = str(product.data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "agentscope.settings"
    import django

    django.setup()
    from django.utils import timezone

    from alerts.actions.channels import create_channel
    from alerts.models import AlertRule
    from teams.models import Project, User

    project, by = Project.objects.get(slug=product.facts["project"]), User.objects.all()[0]
    given = {"config": {"url": url}, "shown": url, "by": by, "now": timezone.now()}
    channel, _ = create_channel(project, "bench", kind="webhook", **given)
    [rule] = AlertRule.objects.filter(project=project, name="Tool loop")
    rule.channels.add(channel)
    AlertRule.objects.update(cooldown_minutes=0)


def loop_of(run: str) -> list[bytes]:
    """Write the events of one file that is read four times."""
    call = {"kind": "tool_call", "name": "Read", "args": {"file_path": "/w/a.py"}}
    events = [each for _ in range(4) for each in (call, {"kind": "tool_result", "output": "1\tx"})]
    told = {"v": 1, "run": run, "ts": time.time()}
    return [json.dumps({**told, **each, "id": f"{run}-{n // 2}"}).encode() for n, each in enumerate(events)]


def measure(product: Product, receiver: Receiver, name: str, *, probes: int = PROBES) -> list[str]:
    """Post loops one after another; each in a run of its own."""
    posted = {}
    for number in range(probes):
        run = f"{name}-{number}"
        posted[run] = time.time()
        post_batches(product, [b"\n".join(loop_of(run))], [])
        time.sleep(0.7)
    return told_within(posted, receiver)


def beside_load(product: Product, receiver: Receiver) -> list[str]:
    over = threading.Event()

    def load(number: int) -> None:
        count = 0
        while not over.is_set():
            count += 1
            lines = events_of(f"load-{number}-{count % 10}", 3_000)
            at = (count // 10) % 30 * 100  # each run grows by a hundred events in its turn
            post_batches(product, [b"\n".join(lines[at : at + 100])], [])

    threads = [threading.Thread(target=load, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    row = measure(product, receiver, "loaded")
    over.set()
    for thread in threads:
        thread.join()
    return row


def measure_long(product: Product, receiver: Receiver) -> list[str]:
    """Let long runs loop at their end, when all before has been judged."""
    posted = {}
    for number in range(3):
        run = f"long-{number}"
        lines = events_of(run, LONG * 3 // 2)
        post_batches(product, [b"\n".join(lines[i : i + 500]) for i in range(0, len(lines), 500)], [])
        time.sleep(15)
        posted[run] = time.time()
        post_batches(product, [b"\n".join(loop_of(run))], [])
        time.sleep(5)
    return told_within(posted, receiver)


def told_within(posted: dict[str, float], receiver: Receiver) -> list[str]:
    """Compare when steps were posted with when their alerts opened and were received."""
    from alerts.models import Alert

    deadline = time.time() + 60
    while not posted.keys() <= receiver.told.keys() and time.time() < deadline:
        time.sleep(0.2)
    alerts = Alert.objects.filter(run_name__in=posted, rule__name="Tool loop")
    opened = sorted((alert.opened_at.timestamp() - posted[alert.run_name]) * 1000 for alert in alerts)
    came = [run for run in posted if run in receiver.told]
    received = sorted((receiver.told[run] - posted[run]) * 1000 for run in came)
    return [*spread(opened)[:2], *spread(received), f"{len(came)}/{len(posted)}"]


if __name__ == "__main__":
    main()
