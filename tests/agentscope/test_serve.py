"""`manage.py serve` from the outside: the processes, the port, the file demo.json."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentscope.engines import wait_until
from agentscope.supervisor import answers

CHECKOUT = Path(__file__).resolve().parents[2]


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
                env={**os.environ, "AGENTSCOPE_DATA": str(data), "PORT": str(self.port), "DEBUG": "0"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> float:
        """Return the seconds from start to the first answer."""
        if not wait_until(lambda: answers(f"{self.url}/healthz") or not self.is_running(), seconds=40):
            pytest.fail(self.log.read_text())
        assert self.is_running(), self.log.read_text()
        return time.monotonic() - self.started

    def is_running(self) -> bool:
        return self.process.poll() is None

    def find(self, words: str) -> psutil.Process | None:
        """Return the python process of this server whose command line has the words."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if "python" in Path(line[0] if line else "").name and words in " ".join(line):
                return process
        return None

    def stop(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        return self.process.wait(20)


def post_event(served: Served, key: str) -> None:
    request = urllib.request.Request(
        f"{served.url}/api/v1/events",
        b'{"v": 1, "run": "r", "kind": "prompt", "text": "hello"}',
        {"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def served(data: Path) -> Iterator[Served]:
    server = Served(data)
    yield server
    if server.is_running():
        server.stop(signal.SIGKILL)


def test_first_start_makes_a_demo_and_stops_clean(served: Served, data: Path) -> None:
    served.wait_ready()
    facts = json.loads((data / "demo.json").read_text())
    assert list(facts) == ["url", "email", "password", "team", "project", "ingest_key", "read_key"]
    assert (data / "demo.json").stat().st_mode & 0o777 == 0o600
    assert wait_until(lambda: facts["ingest_key"] in served.log.read_text(), seconds=5)
    assert served.url in served.log.read_text()
    family = psutil.Process(served.process.pid).children(recursive=True)
    post_event(served, facts["ingest_key"])
    assert served.stop(signal.SIGINT) == 0
    assert "SIGKILL" not in served.log.read_text()
    assert psutil.wait_procs(family, timeout=2)[1] == []
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_second_start_keeps_the_demo(served: Served, data: Path) -> None:
    before = json.loads((data / "demo.json").read_text())
    served.wait_ready()
    assert wait_until(lambda: served.url in (data / "demo.json").read_text(), seconds=5)
    assert json.loads((data / "demo.json").read_text()) == {**before, "url": served.url}
    assert "migrating" not in served.log.read_text()
    assert served.stop(signal.SIGTERM) == 0


def test_killed_web_and_worker_come_back(served: Served) -> None:
    served.wait_ready()
    assert wait_until(lambda: served.find("manage.py worker") is not None, seconds=10)
    killed = [served.find("agentscope.asgi"), served.find("manage.py worker")]
    for process in killed:
        assert process is not None
        process.kill()
    assert wait_until(lambda: answers(f"{served.url}/healthz"), seconds=10)
    assert wait_until(lambda: served.find("manage.py worker") not in (None, killed[1]), seconds=10)
    assert re.search(r"web +\| ended with status 137; starting again in 1 s", served.log.read_text())


def test_requests_wait_for_a_killed_postgres(served: Served, data: Path) -> None:
    """A request that meets an ending session may fail; one that comes later waits for the new server."""
    served.wait_ready()
    server = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))
    family = [server, *server.children(recursive=True)]
    server.kill()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    with urllib.request.urlopen(f"{served.url}/healthz", timeout=20) as answer:
        assert json.load(answer) == {"status": "ok", "database": "ok"}


def test_killed_supervisor_leaves_nothing(served: Served, data: Path) -> None:
    served.wait_ready()
    family = psutil.Process(served.process.pid).children(recursive=True)
    server = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))
    served.process.kill()
    served.process.wait()
    _, alive = psutil.wait_procs([*family, server], timeout=15)
    assert alive == []


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
