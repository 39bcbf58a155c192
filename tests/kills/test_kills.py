"""`kill -9` of anything in mid-import: nothing acknowledged is lost, nothing is doubled."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.product import Product, wait_for

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BATCHES, SIZE = 60, 10


def event(run: str, number: int) -> str:
    at = (START + timedelta(seconds=number)).isoformat()
    return json.dumps({"v": 1, "run": run, "ts": at, "kind": "tool_call", "id": f"t{number}", "name": "Bash",
                       "args": {"command": f"echo {number}"}})  # fmt: skip


def post_all(product: Product, run: str, after: Callable[[int], None]) -> list[int]:
    """Post all batches in order, each until it is acknowledged. Returns how often each was sent."""
    tries = []
    for batch in range(BATCHES):
        body = "\n".join(event(run, batch * SIZE + number) for number in range(SIZE)).encode()
        deadline, count = time.monotonic() + 60, 0
        while True:
            count += 1
            try:
                status, answer = product.ask("POST", "/api/v1/events", body=body, key=product.ingest_key)
                assert status in (200, 503), answer
                if status == 200:
                    break
            except OSError:
                pass
            assert time.monotonic() < deadline, f"batch {batch} was never taken"
            time.sleep(0.2)
        tries.append(count)
        after(batch)
    return tries


def assert_all_once(product: Product, run: str, count: int = BATCHES * SIZE) -> None:
    wait_for(lambda: product.run(run))
    keys = [step["key"] for step in product.steps(run)]
    assert sorted(keys) == sorted(f"t{number}" for number in range(count))
    assert (product.run(run)["steps"], product.run(run)["tool_calls"]) == (count, count)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("web", ("daphne",)),
        ("redis", ("redis-server",)),
        ("postgres", ("bin/postgres", "-D")),
    ],
)
def test_killed_while_events_come_in(product, name, words):
    run = f"kill-{name}"

    def kill_halfway(batch):
        if batch == BATCHES // 3:
            threading.Timer(0.01, lambda: product.kill(*words)).start()

    tries = post_all(product, run, kill_halfway)
    assert_all_once(product, run)
    if name == "web":
        assert max(tries) > 1  # the kill was felt, so the test tests something
    if name == "redis":
        assert max(tries) == 1  # without Redis ingest goes on as if nothing were


def test_killed_client_posts_its_file_again(product, tmp_path):
    """A client dies while it posts line by line; later its whole file is posted."""
    trace = tmp_path / "trace.jsonl"
    trace.write_text("\n".join(event("kill-client", number) for number in range(200)) + "\n")
    code = textwrap.dedent(f"""
        import http.client, sys
        connection = http.client.HTTPConnection("127.0.0.1", {product.port})
        for line in open({str(trace)!r}, "rb"):
            connection.request("POST", "/api/v1/events", body=line,
                               headers={{"Authorization": "Bearer {product.ingest_key}"}})
            connection.getresponse().read()
            print("sent", flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as client:
        for _ in range(40):
            client.stdout.readline()
        client.send_signal(signal.SIGKILL)
    assert 40 <= product.run("kill-client")["steps"] < 200
    for _ in range(2):
        status, answer = product.ask(
            "POST", "/api/v1/events", body=trace.read_bytes(), key=product.ingest_key
        )
        assert status == 200, answer
    assert_all_once(product, "kill-client", 200)


def test_killed_worker_imports_again(product):
    """The worker dies in the middle of an import; the next one finishes it."""
    count = 12_000
    trace = "\n".join(event("kill-worker", number) for number in range(count)).encode()
    browser = product.log_in()
    product.upload(browser, "trace.jsonl", trace)
    uploads = f"{product.url}/{product.team}/{product.project}/import/uploads/"
    wait_for(lambda: "Reading" in browser.open(uploads).read().decode())
    product.kill("manage.py", "worker")
    wait_for(lambda: product.run("kill-worker")["steps"] == count, seconds=120)
    wait_for(lambda: "Done" in browser.open(uploads).read().decode(), seconds=60)
    assert_all_once(product, "kill-worker", count)
