"""A server that answers as it is told: the far side of the network."""

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAMES = re.compile(rb'filename="([^"]+)"')


class FarSide(ThreadingHTTPServer):
    """Takes lines of events. `answers` are given in turn, the last again and again: (status, headers)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, dict[str, str]]] = [(200, {})]
        self.requests: list[list[bytes]] = []
        self.imports: list[bytes] = []
        self.asked: list[tuple[str, str | None]] = []  #: path, and what lets through a proxy
        self.largest = 10**9  #: lines of one request; more are refused with 413

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def files(self) -> list[list[str]]:
        """List the names of the files of each import that was taken."""
        return [[name.decode() for name in NAMES.findall(body)] for body in self.imports]

    def lines(self) -> list[bytes]:
        """List the lines of all requests that were taken."""
        return [line for lines in self.requests for line in lines]


class Handler(BaseHTTPRequestHandler):
    server: FarSide

    def log_message(self, format: str, *args: object) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.path, self.headers["proxy-authorization"]))
        is_import = self.path.endswith("/import")
        lines = [] if is_import else gzip.decompress(body).splitlines()
        status, headers = self.server.answers[0]
        if len(self.server.answers) > 1:
            self.server.answers.pop(0)
        if len(lines) > self.server.largest:
            status = 413
        if status < 300 and is_import:
            self.server.imports.append(body)
        elif status < 300:
            self.server.requests.append(lines)
        self.send_response(status)
        for name, value in {**headers, "content-length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")


@contextmanager
def far_side() -> Iterator[FarSide]:
    """Serve until the block ends."""
    server = FarSide()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
