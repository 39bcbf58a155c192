"""Measure OTLP through the whole product: HTTP, web, PostgreSQL and Redis on one machine.

    .venv/bin/python -m bench.ingest [--growth]     (`make bench` runs this and the others)

A span counts when it is found in the database after the last answer. Beside it, in the same run: plain COPY
of the same rows, and decoding alone. `--growth` adds the cost with 10,000, 100,000 and 500,000 stored.
"""

import http.client
import os
import statistics
import sys
import threading
import time
from typing import Any

import psutil
import psycopg

from agentscope import embedded
from bench.events import Product, as_text, name_of
from bench.report import Report
from bench.rows import Rows, copy_rows_of
from bench.traces import Load, load_of

#: (spans in a request, connections, spans in all)
ROUNDS = [
    (100, 1, 6_000),
    (100, 4, 12_000),
    (100, 8, 12_000),
    (512, 1, 10_000),
    (512, 4, 24_000),
    (512, 8, 24_000),
]
#: Spans stored before each measurement of growth.
STORED = [10_000, 100_000, 500_000]
LONG_TURNS, LONG_WINDOW = 2_000, 40
TABLES = ("runs_step", "runs_blob", "runs_contextnode", "runs_run", "ingest_tracespan", "ingest_trace")


def main() -> None:
    product = Product()
    try:
        time.sleep(5)
        report, stored = Report("ingest"), Stored(product)
        post_all(product, [load_of("warm", spans=1_000, batch=100)])
        rounds = [measure(product, stored, f"b{one[0]}x{one[1]}", *one) for one in ROUNDS]
        tell_rounds(report, rounds)
        tell_beside(report, stored, rounds[-2])
        tell_long(report, product, stored)
        if "--growth" in sys.argv:
            tell_growth(report, product, stored)
        report.save()
    finally:
        product.stop()


class Stored:
    """What the database of the product holds, asked for directly."""

    def __init__(self, product: Product) -> None:
        self.url = embedded.postgres_url(product.data)

    def one(self, query: str, *given: Any) -> Any:
        """Ask for one value."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query, given).fetchone()
        return row[0] if row else None

    def steps_of(self, name: str) -> int:
        """Count the steps of the runs of one session."""
        return int(
            self.one(
                "SELECT count(*) FROM runs_step s JOIN runs_run r ON r.id = s.run_id WHERE r.session LIKE %s",
                f"session-{name}-%",
            )
        )

    def size(self) -> int:
        """Bytes of the tables of recordings with their indexes: what a vacuumed database keeps."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for table in TABLES:
                connection.execute(f"VACUUM (ANALYZE) {table}".encode())
        query = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
        return int(self.one(query, list(TABLES)))

    def wait_for_worker(self) -> None:
        """Wait until all runs are judged, so that rounds do not pay for each other."""
        until = time.monotonic() + 120
        while self.one("SELECT count(*) FROM runs_run WHERE due") and time.monotonic() < until:
            time.sleep(0.5)


class Peak(threading.Thread):
    """Watches the memory of the web processes: proportional set size."""

    def __init__(self, product: Product) -> None:
        super().__init__(daemon=True)
        self.webs = [one for one in product.processes() if name_of(one) == "web"]
        self.size = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.5):
            self.size = max(self.size, sum(one.memory_full_info().pss for one in self.webs) / 2**20)


def measure(
    product: Product, stored: Stored, name: str, batch: int, connections: int, spans: int
) -> dict[str, Any]:
    """Post over several connections, each with runs of its own; count only what the database then has."""
    each = spans // connections
    loads = [load_of(f"{name}-c{n}", spans=each, batch=batch) for n in range(connections)]
    stored.wait_for_worker()
    before, peak = cpu_of(product), Peak(product)
    peak.start()
    began = time.perf_counter()
    times = sorted(post_all(product, loads))
    seconds = time.perf_counter() - began
    used = {part: cpu_of(product)[part] - before.get(part, 0) for part in before}
    peak.over.set()
    sent, steps = sum(load.spans for load in loads), sum(load.steps for load in loads)
    found = stored.steps_of(name)
    if found != steps:
        raise SystemExit(f"Lost steps: {found} instead of {steps}")
    return {
        "name": name, "batch": batch, "connections": connections, "spans": sent, "steps": found,
        "rate": sent / seconds, "loads": loads, "peak": peak.size, "bodies": len(times),
        "cpu": {part: value / sent * 1000 for part, value in used.items()},
        "times": [statistics.median(times), at(times, 0.95), at(times, 0.99)],
    }  # fmt: skip


def at(times: list[float], part: float) -> float:
    return times[min(int(len(times) * part), len(times) - 1)]


def cpu_of(product: Product) -> dict[str, float]:
    """Sum the CPU seconds used so far, by part of the product."""
    used: dict[str, float] = {}
    for process in product.processes():
        try:
            times, name = process.cpu_times(), name_of(process)
        except psutil.Error:
            continue
        used[name] = used.get(name, 0) + times.user + times.system
    return used


def post_all(product: Product, loads: list[Load]) -> list[float]:
    """Post each load over a connection of its own; return how long each request took."""
    times: list[float] = []
    threads = [threading.Thread(target=post_bodies, args=(product, load.bodies, times)) for load in loads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def post_bodies(product: Product, bodies: list[bytes], times: list[float]) -> None:
    """Post requests over one connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=120)
    headers = {"Authorization": f"Bearer {product.key}", "Content-Type": "application/x-protobuf"}
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", "/v1/traces", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200 or text:
            raise SystemExit(f"{answer.status} {text[:300]!r}")


def cost(row: dict[str, Any]) -> float:
    """CPU seconds of 1,000 spans: server and database, without the worker's judging."""
    return float(sum(value for part, value in row["cpu"].items() if part != "worker"))


def tell_rounds(report: Report, rounds: list[dict[str, Any]]) -> None:
    head = "batch|connections|spans|steps stored|spans/s|CPU s per 1,000|of it web|PostgreSQL|worker beside"
    rows = [
        [
            *(row[name] for name in ("batch", "connections", "spans", "steps", "rate")),
            *map(
                as_figure, (cost(row), *(row["cpu"].get(part, 0) for part in ("web", "postgres", "worker")))
            ),
            *(round(value * 1000) for value in row["times"]),
            round(row["peak"]),
        ]
        for row in rounds
    ]
    report.table(
        "Durable OTLP spans a second, stack and clients on "
        f"{os.cpu_count()} cores (bar 4,000 and 0.40, aim 8,000 and 0.22 with 512 a batch, 4–8 connections)",
        [*head.split("|"), "p50 ms", "p95 ms", "p99 ms", "peak MiB of web"],
        as_text([[round(cell) if isinstance(cell, float) else cell for cell in row] for row in rows]),
    )


def as_figure(value: float) -> str:
    return f"{value:.3f}"


def tell_beside(report: Report, stored: Stored, row: dict[str, Any]) -> None:
    """Hold a round against what nobody can do without: decoding, and writing the same rows."""
    bodies = [body for load in row["loads"] for body in load.bodies]
    decoded = decode(bodies) / row["spans"] * 1000
    copied = copy_rows_of(Rows(stored.url, f"session-{row['name']}-%"), commits=len(bodies))
    spans, whole = row["spans"], cost(row)
    report.table(
        f"The same {spans:,} spans: the whole way, plain COPY of the rows they became, decoding alone",
        ["what", "spans/s", "CPU s per 1,000", "whole way ÷ it"],
        [
            ["the whole way, 4 connections", f"{row['rate']:,.0f}", as_figure(whole), ""],
            ["COPY, 1 connection", f"{spans / copied.seconds:,.0f}",
             as_figure(copied.cpu / spans * 1000), f"{whole / (copied.cpu / spans * 1000):.1f}"],
            ["decoding", f"{1000 / decoded:,.0f}", as_figure(decoded), f"{whole / decoded:.1f}"],
        ],
    )  # fmt: skip


def decode(bodies: list[bytes]) -> float:
    """Decode bodies into plain values, and return the CPU seconds."""
    from ingest.formats.otlp import read_traces

    began = time.process_time()
    for body in bodies:
        read_traces(body, json=False, redacts=True)
    return time.process_time() - began


def tell_long(report: Report, product: Product, stored: Stored) -> None:
    """Post one run of many turns, and one whose every turn sends the whole conversation again."""
    load = load_of("long", spans=1, batch=100, turns=LONG_TURNS, window=LONG_WINDOW)
    times = post_all(product, [load])
    first, last = statistics.median(times[:5]), statistics.median(times[-6:-1])
    report.table(
        f"One run of {LONG_TURNS:,} turns, compacted every {LONG_WINDOW}, 100 spans a batch (bar 2)",
        ["spans", "first batches ms", "last batches ms", "last ÷ first"],
        [[f"{load.spans:,}", f"{first * 1000:.0f}", f"{last * 1000:.0f}", f"{last / first:.2f}"]],
    )
    stored.wait_for_worker()
    whole = load_of("whole", spans=1, batch=100, turns=200, window=200)
    sent, before = sum(map(len, whole.bodies)), stored.size()
    post_all(product, [whole])
    stored.wait_for_worker()
    kept = stored.size() - before
    report.table(
        "Bytes of a run of 200 turns, each with the whole conversation (bar 1/10)",
        ["sent", "stored", "stored ÷ sent", "bytes a step"],
        [[*map(in_megabytes, (sent, kept)), f"1/{sent / kept:.0f}", f"{kept / whole.steps:,.0f}"]],
    )


def in_megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"


def tell_growth(report: Report, product: Product, stored: Stored) -> None:
    """Measure the same round with more and more stored."""
    rows: list[list[Any]] = []
    for goal in STORED:
        there = int(stored.one("SELECT count(*) FROM runs_step"))
        if there < goal:
            loads = [load_of(f"fill{goal}-{n}", spans=(goal - there) // 4, batch=512) for n in range(4)]
            post_all(product, loads)
            stored.wait_for_worker()
        measured = [measure(product, stored, f"g{goal}-{n}", 512, 4, 12_000) for n in range(3)]
        rate = statistics.median(row["rate"] for row in measured)
        rows.append([goal, rate, statistics.median(map(cost, measured))])
    report.table(
        "Cost with more and more stored: medians of 3 rounds (bar 1.15)",
        ["steps stored", "spans/s", "CPU s per 1,000", "÷ first"],
        [
            [f"{goal:,}", f"{rate:,.0f}", as_figure(value), f"{value / rows[0][2]:.2f}"]
            for goal, rate, value in rows
        ],
    )


if __name__ == "__main__":
    main()
