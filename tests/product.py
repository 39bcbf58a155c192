"""A whole product: `manage.py serve` with web, worker, PostgreSQL and Redis, to be killed at will."""

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

CHECKOUT = Path(__file__).resolve().parents[1]
START_SECONDS = 180  # a busy machine starts slowly


class Product:
    """The product as its users have it: an address, two keys, and processes that can die."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path, port: int, *, mail_port: int) -> None:
        self.process = process
        self.data = data
        self.port = port
        self.mail_port = mail_port  # where it looks for a mail server; a test may run one there
        facts = json.loads((data / "demo.json").read_text())
        self.ingest_key, self.read_key = facts["ingest_key"], facts["read_key"]
        self.email, self.password = facts["email"], facts["password"]
        self.team, self.project = facts["team"], facts["project"]

    def ask(self, method: str, path: str, *, body: bytes | None = None, key: str = "") -> tuple[int, Any]:
        """Send one request; the answer is (status, decoded JSON). Raises OSError when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            text = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text

    def read(self, path: str) -> Any:
        status, answer = self.ask("GET", path, key=self.read_key)
        assert status == 200, answer
        return answer

    def run(self, external_id: str) -> dict[str, Any]:
        """Read one run by the client's id."""
        [run] = self.read(f"/api/v1/runs?external_id={external_id}")["results"]
        return dict(run)

    def steps(self, external_id: str) -> list[dict[str, Any]]:
        """Read all steps of a run."""
        path, steps = f"/api/v1/runs/{self.run(external_id)['id']}/steps?limit=2000", []
        while path:
            answer = self.read(path)
            steps += answer["results"]
            path = (answer["next"] or "").partition(str(self.port))[2]
        return steps

    def log_in(self) -> urllib.request.OpenerDirector:
        """Log in as a person does; the opener keeps the cookies."""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        browser = urllib.request.build_opener(cookies)
        token = form_token(browser.open(f"{self.url}/accounts/login/").read().decode())
        form = {"login": self.email, "password": self.password, "csrfmiddlewaretoken": token}
        browser.open(f"{self.url}/accounts/login/", urllib.parse.urlencode(form).encode())
        return browser

    def upload(self, browser: urllib.request.OpenerDirector, name: str, data: bytes) -> None:
        """Drop a file on the import page."""
        page = f"{self.url}/{self.team}/{self.project}/import/"
        token = form_token(browser.open(page).read().decode())
        line = b"\r\n--limit"
        head = 'Content-Disposition: form-data; name="{}"'
        parts = [
            head.format("csrfmiddlewaretoken").encode() + b"\r\n\r\n" + token.encode(),
            f'{head.format("files")}; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'.encode() + data,
        ]
        body = b"".join(line + b"\r\n" + part for part in parts)[2:] + line + b"--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=limit"}
        browser.open(urllib.request.Request(page, body, kind))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self, *words: str) -> None:
        """Send SIGKILL to the oldest process of the product whose command line has all these words."""
        found = [process for process in self.processes() if has_words(process, words)]
        assert found, f"no process with {words}"
        min(found, key=lambda process: process.create_time()).send_signal(signal.SIGKILL)

    def processes(self) -> list[psutil.Process]:
        mine = str(self.data)
        return [process for process in psutil.process_iter(["cmdline", "environ"]) if belongs(process, mine)]


def form_token(page: str) -> str:
    """Take the CSRF token out of a page's form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def belongs(process: psutil.Process, data: str) -> bool:
    environ, cmdline = process.info["environ"] or {}, process.info["cmdline"] or []
    return environ.get("AGENTSCOPE_DATA") == data or any(data in word for word in cmdline)


def has_words(process: psutil.Process, words: tuple[str, ...]) -> bool:
    try:
        cmdline = process.cmdline()
    except psutil.Error:
        return False
    name = Path(cmdline[0]).name if cmdline else ""
    return name != "sh" and all(any(word in part for part in cmdline) for word in words)


def wait_for(what: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Ask until the answer is true; errors of connections count as no."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := what():
                return found
        except (OSError, AssertionError, ValueError):
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@contextlib.contextmanager
def serve(data: Path) -> Iterator[Product]:
    """Start a product with a data folder of its own, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port, mail_port = one.getsockname()[1], other.getsockname()[1]
    unset = ("DATABASE_URL", "REDIS_URL", "PYTEST_CURRENT_TEST")
    environ = {name: value for name, value in os.environ.items() if name not in unset}
    environ |= {"AGENTSCOPE_DATA": str(data), "PORT": str(port)}
    environ |= {"WEB_PROCESSES": "1"}  # one that is killed is felt
    environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "ALERTS_ALLOW_PRIVATE": "1"}
    log = (data / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=CHECKOUT, env=environ, stdout=log, stderr=log
    )
    try:
        wait_for(lambda: "ready at" in (data / "serve.log").read_text(), seconds=START_SECONDS)
        yield Product(process, data, port, mail_port=mail_port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        log.close()
