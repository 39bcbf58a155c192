"""`manage.py serve` from the outside: the processes, the port, the file demo.json."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from agentscope.engines import wait_until
from agentscope.supervisor import answers

CHECKOUT = Path(__file__).resolve().parents[2]
#: Seconds until we give up; a busy machine is slow, and that is no fault.
SOON, START_SECONDS = 60, 180


class Served:
    """One running `manage.py serve` with a data folder and a port of its own."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data
        self.log = data.with_suffix(".log")
        self.started = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=CHECKOUT,
                env={
                    **os.environ,
                    "AGENTSCOPE_DATA": str(data),
                    "PORT": str(self.port),
                    "DEBUG": "0",
                    "WEB_PROCESSES": "2",
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> float:
        """Return the seconds from start to the first answer."""
        if not wait_until(
            lambda: answers(f"{self.url}/healthz") or not self.is_running(), seconds=START_SECONDS
        ):
            pytest.fail(self.log.read_text())
        assert self.is_running(), self.log.read_text()
        return time.monotonic() - self.started

    def is_running(self) -> bool:
        return self.process.poll() is None

    def find_all(self, words: str) -> list[psutil.Process]:
        """List the python processes of this server whose command lines have the words."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if "python" in Path(line[0] if line else "").name and words in " ".join(line):
                found.append(process)
        return found

    def find(self, words: str) -> psutil.Process | None:
        """Return the first of them."""
        return next(iter(self.find_all(words)), None)

    @property
    def pid_file(self) -> Path:
        return self.data / "postgres" / "postmaster.pid"

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int(self.pid_file.read_text().split()[0]))

    def stop(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        return self.process.wait(SOON)


def post_event(served: Served, key: str) -> None:
    request = urllib.request.Request(
        f"{served.url}/api/v1/events",
        b'{"v": 1, "run": "r", "kind": "prompt", "text": "hello"}',
        {"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


class FirstStart(NamedTuple):
    """What a first start left, told and did when it was interrupted."""

    url: str
    data: Path
    facts: dict[str, str]
    log: str
    exit_code: int
    left: list[psutil.Process]
    pid_file_left: bool


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    """Start from nothing, take an event, and interrupt."""
    served = Served(tmp_path_factory.mktemp("serve") / "data")
    try:
        served.wait_ready()
        facts = json.loads((served.data / "demo.json").read_text())
        assert wait_until(lambda: facts["ingest_key"] in served.log.read_text(), seconds=SOON)
        family = psutil.Process(served.process.pid).children(recursive=True)
        post_event(served, facts["ingest_key"])
        exit_code = served.stop(signal.SIGINT)
        left = psutil.wait_procs(family, timeout=SOON)[1]
        return FirstStart(
            url=served.url,
            data=served.data,
            facts=facts,
            log=served.log.read_text(),
            exit_code=exit_code,
            left=left,
            pid_file_left=served.pid_file.exists(),
        )
    finally:
        if served.is_running():
            served.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def running(first: FirstStart) -> Iterator[Callable[[], Served]]:
    """Give a product that starts again; the next one where a test ended the last."""
    started: list[Served] = []

    def ready() -> Served:
        if not started or not started[-1].is_running():
            started.append(Served(first.data))
        started[-1].wait_ready()
        return started[-1]

    yield ready
    if started and started[-1].is_running():
        started[-1].stop(signal.SIGKILL)


def test_first_start_makes_a_demo_and_stops_clean(first: FirstStart) -> None:
    assert list(first.facts) == ["url", "email", "password", "team", "project", "ingest_key", "read_key"]
    assert (first.data / "demo.json").stat().st_mode & 0o777 == 0o600
    assert first.url in first.log
    assert (first.exit_code, first.left, first.pid_file_left) == (0, [], False)
    assert "SIGKILL" not in first.log


def test_second_start_keeps_the_demo(first: FirstStart, running: Callable[[], Served]) -> None:
    served = running()
    told = first.data / "demo.json"
    assert wait_until(lambda: served.url in told.read_text(), seconds=SOON)
    assert json.loads(told.read_text()) == {**first.facts, "url": served.url}
    assert "migrating" in first.log
    assert "migrating" not in served.log.read_text()


def test_commands_beside_it_link_to_its_port(running: Callable[[], Served]) -> None:
    served = running()
    environment = {name: value for name, value in os.environ.items() if name not in ("PORT", "PUBLIC_URL")}
    told = subprocess.run(
        [sys.executable, "-c", "from agentscope import settings; print(settings.PUBLIC_URL)"],
        cwd=CHECKOUT,
        env={**environment, "AGENTSCOPE_DATA": str(served.data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"{served.url}\n"


def test_told_to_end_it_ends_clean(running: Callable[[], Served]) -> None:
    served = running()
    assert served.stop(signal.SIGTERM) == 0
    assert not served.pid_file.exists()


def test_killed_web_and_worker_come_back(running: Callable[[], Served]) -> None:
    served = running()
    assert wait_until(lambda: served.find("manage.py worker") is not None, seconds=SOON)
    killed = [served.find("agentscope.asgi"), served.find("manage.py worker")]
    for process in killed:
        assert process is not None
        process.kill()
    assert wait_until(lambda: answers(f"{served.url}/healthz"), seconds=SOON)
    assert wait_until(lambda: served.find("manage.py worker") not in (None, killed[1]), seconds=SOON)
    assert re.search(r"web\.\d +\| ended with status 137; starting again in 1 s", served.log.read_text())


def test_connections_are_shared_evenly(running: Callable[[], Served]) -> None:
    served = running()
    assert wait_until(lambda: len(served.find_all("agentscope.asgi")) == 2, seconds=SOON)
    webs = served.find_all("agentscope.asgi")

    def fewest_of_8() -> int:
        with ExitStack() as clients:
            for _ in range(8):
                clients.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            assert wait_until(lambda: sum(map(connections_of, webs)) == 8, seconds=SOON)
            return min(map(connections_of, webs))

    assert wait_until(lambda: fewest_of_8() >= 3, seconds=SOON), "one takes nearly all, also when both listen"


def connections_of(web: psutil.Process) -> int:
    return sum(one.status == psutil.CONN_ESTABLISHED for one in web.net_connections("tcp"))


def test_one_killed_web_leaves_the_other_to_answer(running: Callable[[], Served]) -> None:
    served = running()
    assert wait_until(lambda: len(served.find_all("agentscope.asgi")) == 2, seconds=SOON)
    killed = served.find_all("agentscope.asgi")[0]
    killed.send_signal(signal.SIGSTOP)  # it takes nothing any more, and its place is not filled
    assert all(answers(f"{served.url}/healthz") for _ in range(20))
    killed.kill()
    assert wait_until(lambda: len(served.find_all("agentscope.asgi")) == 2, seconds=SOON)


def test_requests_wait_for_a_killed_postgres(running: Callable[[], Served]) -> None:
    """A request that meets an ending session may fail; one that comes later waits for the new server."""
    served = running()
    server = served.postmaster()
    family = [server, *server.children(recursive=True)]
    server.kill()
    assert psutil.wait_procs(family, timeout=SOON)[1] == []
    with urllib.request.urlopen(f"{served.url}/healthz", timeout=SOON) as answer:
        assert json.load(answer) == {"status": "ok", "database": "ok"}


#: What is sent to each way in, and how it is answered where all is well.
SENT = {
    "/v1/traces": (b'{"resourceSpans": []}', 200),
    "/api/v1/events": (b'{"v": 1, "run": "r", "kind": "prompt", "text": "hello"}', 200),
    "/runs/batch": (b'{"post": []}', 202),
    "/api/public/ingestion": (b'{"batch": []}', 207),
    "/v1/traces/ingest": (b'{"data": []}', 204),
    "/api/v1/private/spans/batch": (b'{"spans": []}', 204),
    "/api/v1/hooks/claude-code": (b'{"hook_event_name": "Stop", "session_id": "s"}', 200),
}
HARMLESS = "/api/v1/hooks/claude-code"  # the agent would obey anything but {}


def send(served: Served, key: str, path: str) -> tuple[int, str | None, bytes, float]:
    """Post to a way in: status, Retry-After, body, and seconds that it took."""
    headers = {"x-api-key": key, "content-type": "application/json"}
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(served.url + path, SENT[path][0], headers), timeout=SOON
        )
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers["Retry-After"], answer.read(), time.monotonic() - began


def test_all_is_told_at_once_while_the_database_is_away(
    first: FirstStart, running: Callable[[], Served]
) -> None:
    served, key = running(), first.facts["ingest_key"]
    server = served.postmaster()
    keeper = server.parent()
    assert keeper is not None
    keeper.suspend()  # else it starts another one
    try:
        server.send_signal(signal.SIGINT)
        assert wait_until(lambda: server.status() == psutil.STATUS_ZOMBIE, seconds=SOON)
        for _ in range(2):  # the first request of each web process waits for a connection
            told = {path: send(served, key, path) for path in SENT}
            assert {(status, wait) for status, wait, _, _ in told.values()} == {(503, "5")}
            assert told[HARMLESS][2] == b"{}"
        assert sum(seconds for *_, seconds in told.values()) < 4
    finally:
        keeper.resume()
    well = {path: status for path, (_, status) in SENT.items()}
    # Twice in a row: there are two web processes, and each finds out by itself.
    assert wait_until(
        lambda: all({path: send(served, key, path)[0] for path in SENT} == well for _ in range(2)),
        seconds=SOON,
    )


def test_killed_supervisor_leaves_nothing(running: Callable[[], Served]) -> None:
    served = running()
    family = [*psutil.Process(served.process.pid).children(recursive=True), served.postmaster()]
    served.process.kill()
    served.process.wait()
    assert psutil.wait_procs(family, timeout=SOON)[1] == []


def test_busy_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=CHECKOUT,
            env={**os.environ, "AGENTSCOPE_DATA": str(tmp_path), "PORT": str(port)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"agentscope: Port {port} of 127.0.0.1 cannot be used (Address already in use); "
        "set PORT to another one.\n"
    )
