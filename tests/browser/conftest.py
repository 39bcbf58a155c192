"""A real product, a real Chromium, and a wire between them that can be cut."""

import contextlib
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.product import Product

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


#: What htmx says of a request that a newer one for the same place replaced; a broken one says sendError, too.
REPLACED = ("htmx:sendAbort", "htmx:afterRequest")


def is_complaint(told: Any) -> bool:
    """Say whether a message of the console is an error."""
    return told.type == "error" and not told.text.startswith(REPLACED)


class Wire:
    """A TCP proxy: `cut` drops every connection and refuses new ones until `mend`."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.whole = True
        self.ends: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self.whole = False
        for end in list(self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.whole = True

    def close(self) -> None:
        self.cut()
        self.listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        self.ends.add(source)
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.discard(source)
        source.close()


@pytest.fixture
def wire(product: Product) -> Iterator[Wire]:
    """A wire to the product that a test may cut."""
    made = Wire(product.port)
    yield made
    made.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """The system's browser. It ends with this folder: its event loop would be in the way of other tests."""
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except sync_api.Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"Chromium does not start: {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def cookies(chromium: Any, product: Product) -> Any:
    """The cookies of a person who logged in once."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{product.url}/accounts/login/")
    page.fill("input[name=login]", product.email)
    page.fill("input[name=password]", product.password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(chromium: Any, cookies: Any, product: Product) -> Iterator[Callable[..., Any]]:
    """Open a page as that person; what the console complains of fails the test."""
    contexts, complaints = [], []

    def open_one(path: str, *, port: int = 0, quiet: bool = True, script: str = "", **options: Any) -> Any:
        context = chromium.new_context(storage_state=cookies, **options)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        if quiet:
            page.on("console", lambda told: complaints.append(told.text) if is_complaint(told) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(f"http://127.0.0.1:{port or product.port}{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def send(product: Product) -> Callable[..., None]:
    """Post events through the real ingest."""

    def post(run: str, *events: dict[str, Any]) -> None:
        lines = [json.dumps({"v": 1, "run": run, "ts": time.time(), **event}) for event in events]
        status, answer = product.ask(
            "POST", "/api/v1/events", body="\n".join(lines).encode(), key=product.ingest_key
        )
        assert status < 300, answer

    return post


@pytest.fixture
def places(product: Product) -> Any:
    """Say where the list and the runs are."""
    base = f"/{product.team}/{product.project}/"

    def of(run: str = "") -> str:
        return f"{base}runs/{product.run(run)['id']}/" if run else base

    return of
