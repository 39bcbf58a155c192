"""Measure native events through the whole product: HTTP, web, PostgreSQL and Redis on one machine.

    .venv/bin/python -m bench.events     (`make bench` runs this and the others)

The load is a coding agent's: a model call with its answer and usage, a tool call, its result. An event counts
when it can be found in the database after the last answer.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from agentscope.supervisor import answers

CHECKOUT = Path(__file__).resolve().parents[1]
START_SECONDS = 90
#: (connections, events in a request, events in all)
ROUNDS = [
    (1, 100, 10_000),
    (4, 100, 20_000),
    (8, 100, 20_000),
    (1, 512, 20_000),
    (4, 512, 40_000),
    (8, 512, 40_000),
    (1, 1, 500),
    (8, 1, 1_000),
]
TEXT = " ".join(
    random.Random(7).choices(["the", "test", "fails", "because", "session", "expiry", "is", "read"], k=450)
)


def main() -> None:
    from bench.report import Report

    product = Product()
    try:
        report = Report("events")
        time.sleep(5)
        idle = product.memory()
        post(product, events_of("warm", 200))
        rows = [measure(product, *one) for one in ROUNDS]
        report.table(
            "Durable events a second through HTTP (bar 6,000, aim 15,000), stack and clients on "
            f"{os.cpu_count()} cores",
            [
                "connections",
                "batch",
                "events",
                "events/s",
                "CPU s per 1,000",
                "of it PostgreSQL",
                "p50 ms",
                "p95 ms",
            ],
            as_text(rows),
        )
        report.table("Memory with nothing to do (bar 450 MiB)", ["process", "PSS MiB"], as_text(idle))
        product.start_again()
        report.table(
            "Start to the first answered request (bar of the second: 3 s)",
            ["start", "seconds"],
            as_text(product.starts),
        )
        report.save()
    finally:
        product.stop()


class Product:
    """The product in a data folder of its own, with a key."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="agentscope-bench-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        keep = ("PATH", "HOME", "LANG", "TMPDIR")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ}
        self.environment |= {"AGENTSCOPE_DATA": str(self.data), "PORT": str(self.port)}
        self.starts: list[list[Any]] = []
        self.start("first, in an empty folder")
        self.facts = self._wait()
        self.key, self.read_key = self.facts["ingest_key"], self.facts["read_key"]

    def start(self, what: str) -> None:
        """Start it, and keep how long the first answer took."""
        command, began = [sys.executable, "manage.py", "serve"], time.monotonic()
        with (self.data / "serve.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log
            )
        while self.process.poll() is None and not answers(f"http://127.0.0.1:{self.port}/healthz"):
            time.sleep(0.02)
        self.starts.append([what, round(time.monotonic() - began, 2)])

    def start_again(self) -> None:
        """Stop it as Ctrl-C does, and start it with what it has."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.start("second")

    def _wait(self) -> dict[str, Any]:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return dict(json.loads((self.data / "demo.json").read_text()))
            except (OSError, ValueError):
                time.sleep(0.2)
        raise SystemExit((self.data / "serve.log").read_text())

    def processes(self) -> list[psutil.Process]:
        """List every process of this product: they all carry its data folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("AGENTSCOPE_DATA") == str(self.data) or self._is_database(process):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def _is_database(self, process: psutil.Process) -> bool:
        with process.oneshot():
            line = " ".join(process.cmdline())
            if str(self.data) in line:
                return True
            parent = process.parent()
            return (
                parent is not None
                and process.name() == "postgres"
                and str(self.data) in " ".join(parent.cmdline())
            )

    def cpu(self) -> tuple[float, float]:
        """Sum the CPU seconds used so far: (all, PostgreSQL)."""
        whole = database = 0.0
        for process in self.processes():
            try:
                times = process.cpu_times()
                used = times.user + times.system + times.children_user * 0
                whole += used
                database += used if process.name() == "postgres" else 0
            except psutil.Error:
                continue
        return whole, database

    def memory(self) -> list[list[Any]]:
        """Measure what each process takes: proportional set size."""
        rows: dict[str, float] = {}
        for process in self.processes():
            try:
                rows[name_of(process)] = (
                    rows.get(name_of(process), 0) + process.memory_full_info().pss / 2**20
                )
            except psutil.Error:
                continue
        table: list[list[Any]] = [[name, round(size)] for name, size in sorted(rows.items())]
        return [*table, ["all", round(sum(rows.values()))]]

    def stop(self) -> None:
        """Stop what was started."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.data, ignore_errors=True)


def as_text(rows: list[list[Any]]) -> list[list[str]]:
    """Write the cells of a table."""
    return [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]


def name_of(process: psutil.Process) -> str:
    """Name a process by its part in the product."""
    line = " ".join(process.cmdline())
    for word in ("postgres", "redis", "worker", "daphne"):
        if word in process.name() or f" {word}" in line or f"/{word}" in line.split(" -")[0]:
            return {"daphne": "web"}.get(word, word)
    return "supervisor and keepers"


def events_of(run: str, count: int) -> list[bytes]:
    """Make a coding agent's events: model call, tool call, result, again."""
    rng, lines = random.Random(run), []
    start = 1_767_225_600.0
    for n in range(count):
        turn, part = divmod(n, 3)
        event: dict[str, Any] = {"v": 1, "run": run, "ts": round(start + n * 0.7, 3)}
        if part == 0:
            at = rng.randrange(len(TEXT) // 2)
            event |= {
                "kind": "llm_call",
                "id": f"{run}-m{turn}",
                "turn": turn + 1,
                "model": "claude-sonnet-4-5",
            }
            event |= {"duration_ms": 900 + turn % 700, "stop_reason": "tool_use"}
            event["content"] = [{"type": "text", "text": TEXT[at : at + 300]}]
            event["usage"] = {"input_tokens": 12, "cache_read_input_tokens": 9000 + n, "output_tokens": 210}
        elif part == 1:
            event |= {"kind": "tool_call", "id": f"{run}-t{turn}", "turn": turn + 1, "name": "Bash"}
            event["args"] = {"command": f"pytest -q tests/test_{turn}.py", "description": TEXT[:60]}
        else:
            at = rng.randrange(len(TEXT) // 2)
            event |= {"kind": "tool_result", "id": f"{run}-t{turn}", "exit_code": 0, "duration_ms": 120}
            event["output"] = TEXT[at : at + 900]
        lines.append(json.dumps(event).encode())
    return lines


def measure(product: Product, connections: int, batch: int, count: int) -> list[Any]:
    """Post over several connections, each its own run; count only what the read API then finds."""
    each = count // connections
    loads = [events_of(f"b{connections}x{batch}-{n}", each) for n in range(connections)]
    loads_in_batches = [[b"\n".join(load[i : i + batch]) for i in range(0, each, batch)] for load in loads]
    times: list[float] = []
    threads = [
        threading.Thread(target=post_batches, args=(product, batches, times)) for batches in loads_in_batches
    ]
    cpu, began = product.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    used = [after - before for after, before in zip(product.cpu(), cpu, strict=True)]
    check_stored(product, connections, batch, each)
    sent = each * connections
    times.sort()
    return [
        connections,
        batch,
        sent,
        round(sent / seconds),
        round(used[0] / sent * 1000, 3),
        round(used[1] / sent * 1000, 3),
        round(statistics.median(times) * 1000, 1),
        round(times[int(len(times) * 0.95)] * 1000, 1),
    ]


def post_batches(product: Product, batches: list[bytes], times: list[float]) -> None:
    """Post batches over one connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    headers = {"Authorization": f"Bearer {product.key}", "Content-Type": "application/x-ndjson"}
    for body in batches:
        began = time.perf_counter()
        connection.request("POST", "/api/v1/events", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {text[:300]!r}")


def post(product: Product, lines: list[bytes]) -> None:
    post_batches(product, [b"\n".join(lines)], [])


def check_stored(product: Product, connections: int, batch: int, each: int) -> None:
    """Compare what the read API finds with what was sent. A call and its result are one step."""
    for n in range(connections):
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
        headers = {"Authorization": f"Bearer {product.read_key}"}
        connection.request("GET", f"/api/v1/runs?external_id=b{connections}x{batch}-{n}", headers=headers)
        [run] = json.loads(connection.getresponse().read())["results"]
        wanted = (len(range(0, each, 3)), len(range(1, each, 3)))
        if (run["llm_calls"], run["tool_calls"]) != wanted:
            raise SystemExit(f"Lost events: {run['llm_calls']}, {run['tool_calls']} instead of {wanted}")


if __name__ == "__main__":
    main()
