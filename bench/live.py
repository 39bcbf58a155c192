"""Measure live pages: from a posted event to its row in a socket's frame, and what watchers cost ingest.

    .venv/bin/python -m bench.live     (`make bench` runs this and the others)

The watched run has 20,000 steps. All sockets are those of a member with a session, in a process of their own;
product, sockets and the clients that post share this machine.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

from bench.events import Product, events_of, post_batches
from bench.report import Report

WATCHERS = (1, 100, 500)
PROBES = 40
STEPS = 20_000
#: (connections, events in a request, events in all) of the load beside the watched run.
LOAD = (4, 100, 30_000)


def main() -> None:
    product = Product()
    try:
        watched = Watched(product)
        report = Report("live")
        report.table(
            f"Event posted → row in a frame, on a run of {STEPS:,} steps (bar 300 ms with 1, 1 s with 500)",
            ["sockets", "p50 ms", "p95 ms", "max ms", "arrived", "kB a frame", "web PSS MiB"],
            [watched.latency(number) for number in WATCHERS],
        )
        rows = [watched.throughput(number) for number in (0, 500, 0, 500)]
        report.table(
            "Ingest of other runs, while the watched run gets 4 events a second (bar: at most 20 % slower)",
            ["sockets", "events/s", "CPU s per 1,000", "probes' p95 ms"],
            [*rows, ratio(rows)],
        )
        rows = [watched.flood(number) for number in (0, 500, 0, 500)]
        report.table(
            "Ingest into the watched run itself, as fast as it goes",
            ["sockets", "events/s", "CPU s per 1,000", "MB sent"],
            [*rows, ratio(rows)],
        )
        report.save()
    finally:
        product.stop()


class Watched:
    """A long run, and who looks at it."""

    def __init__(self, product: Product) -> None:
        self.product, self.probes = product, 0
        facts = json.loads((product.data / "demo.json").read_text())
        self.cookie = session_of(product, facts["email"])
        lines = events_of("watched", STEPS * 3 // 2)
        batches = [b"\n".join(lines[i : i + 500]) for i in range(0, len(lines), 500)]
        post_batches(product, batches, [])
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
        headers = {"Authorization": f"Bearer {product.read_key}"}
        connection.request("GET", "/api/v1/runs?external_id=watched", headers=headers)
        self.path = f"/ws/runs/{json.loads(connection.getresponse().read())['results'][0]['id']}/"

    def latency(self, number: int) -> list[str]:
        sockets = Sockets(self, number)
        time.sleep(1)
        posted = [self.probe(pause=0.4) for _ in range(PROBES)]
        time.sleep(2)
        memory = next(row[1] for row in self.product.memory() if row[0] == "web")
        told = sockets.close()
        times = arrivals(posted, told)
        size = told["bytes"] / max(1, told["frames"]) / 1000
        sent = f"{len(times)}/{PROBES * number}"
        return [f"{number}", *spread(times), sent, f"{size:.1f}", f"{memory}"]

    def probe(self, *, pause: float) -> tuple[int, float]:
        """Post one event with a marker; return its number and when it was sent."""
        self.probes += 1
        event = {"v": 1, "run": "watched", "ts": time.time(), "kind": "tool_call", "name": "Bash"}
        event |= {"id": f"probe{self.probes}", "args": {"command": f"echo probe-{self.probes}-"}}
        began = time.monotonic()
        post_batches(self.product, [json.dumps(event).encode()], [])
        time.sleep(pause * random.uniform(0.5, 1.5))
        return self.probes, began

    def throughput(self, number: int) -> list[str]:
        sockets = Sockets(self, number)
        posted: list[tuple[int, float]] = []
        over = threading.Event()

        def trickle() -> None:
            while not over.is_set():
                posted.append(self.probe(pause=0.25))

        thread = threading.Thread(target=trickle)
        thread.start()
        rate, cpu = self.load([f"beside-{self.probes}-{n}" for n in range(LOAD[0])])
        over.set()
        thread.join()
        time.sleep(2)
        times = arrivals(posted, sockets.close())
        return [f"{number}", f"{rate:,.0f}", f"{cpu:.3f}", spread(times)[1] if times else "–"]

    def flood(self, number: int) -> list[str]:
        sockets = Sockets(self, number)
        rate, cpu = self.load(["watched"] * LOAD[0])
        sent = sockets.close()["bytes"] / 1e6
        return [f"{number}", f"{rate:,.0f}", f"{cpu:.3f}", f"{sent:,.1f}"]

    def load(self, names: list[str]) -> tuple[float, float]:
        """Post events to the runs named, one connection each; return events a second, CPU s per 1,000."""
        _, batch, count = LOAD
        each = count // len(names)
        prefix = time.monotonic_ns()
        loads = []
        for place, name in enumerate(names):
            lines = [
                line.replace(b'"id": "', b'"id": "%d-%d-' % (prefix, place)) for line in events_of(name, each)
            ]
            loads.append([b"\n".join(lines[i : i + batch]) for i in range(0, each, batch)])
        threads = [threading.Thread(target=post_batches, args=(self.product, load, [])) for load in loads]
        cpu, began = self.product.cpu()[0], time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        return each * len(names) / took, (self.product.cpu()[0] - cpu) / (each * len(names)) * 1000


class Sockets:
    """The process that holds the sockets; none for number 0."""

    def __init__(self, watched: Watched, number: int) -> None:
        self.process = None
        if number:
            command = [sys.executable, "-m", "bench.sockets", str(watched.product.port), watched.cookie]
            command += [watched.path, str(number)]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            assert self.process.stdout is not None
            if self.process.stdout.readline().strip() != "ready":
                raise SystemExit("The sockets did not open.")

    def close(self) -> dict[str, Any]:
        if self.process is None:
            return {"arrived": {}, "frames": 0, "bytes": 0, "closed": 0}
        told = dict(json.loads(self.process.communicate("")[0]))
        if told["closed"]:
            print(f"{told['closed']} sockets were closed by the product")
        return told


def session_of(product: Product, email: str) -> str:
    """Log a user in, on the product's own database."""
    os.environ["AGENTSCOPE_DATA"] = str(product.data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "agentscope.settings"
    import django

    django.setup()
    from django.test import Client

    from teams.models import User

    client = Client()
    client.force_login(User.objects.get(email=email))
    return str(client.cookies["sessionid"].value)


def arrivals(posted: list[tuple[int, float]], told: dict[str, Any]) -> list[float]:
    """List the milliseconds from post to arrival, over all probes and sockets."""
    sent = {str(number): began for number, began in posted}
    return sorted(
        (time - sent[mark]) * 1000
        for mark, times in told["arrived"].items()
        if mark in sent
        for time in times
    )


def spread(times: list[float]) -> list[str]:
    return [f"{value:,.0f}" for value in (statistics.median(times), times[int(len(times) * 0.95)], times[-1])]


def ratio(rows: list[list[str]]) -> list[str]:
    """Compare the better one of each: other load on the machine only ever slows down."""
    rates = {
        number: max(float(row[1].replace(",", "")) for row in rows if row[0] == number)
        for number in ("0", "500")
    }
    used = {number: min(float(row[2]) for row in rows if row[0] == number) for number in ("0", "500")}
    return ["500 ÷ 0", f"{rates['500'] / rates['0']:.2f}", f"{used['500'] / used['0']:.2f}", ""]


if __name__ == "__main__":
    main()
