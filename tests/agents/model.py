"""A tiny model that speaks the wires of the providers: it follows a script, always the same way."""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from secrets import token_hex
from threading import Lock, Thread
from types import ModuleType
from typing import Any

import zstandard

from tests.agents import chats, contents, messages, responses
from tests.agents.script import MODEL, Script, Turn, talk_of, usage_of

WIRES: dict[str, ModuleType] = {
    "/messages": messages,
    "/responses": responses,
    "/chat/completions": chats,
    ":generateContent": contents,
    ":streamGenerateContent": contents,
}
#: What it says to whatever is no talk of the script.
ASIDE = Turn("Beside the script.")
#: Words that it refuses.
REFUSED = "Refuse this"


class Model(ThreadingHTTPServer):
    """Answers by a script. `busy` says once, at that turn of the main talk, that there is too much to do."""

    daemon_threads = True

    def __init__(self, script: Script, *, busy: tuple[int, int] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.busy = busy  # (turn, status)
        self.asked: list[tuple[str, dict[str, Any]]] = []  # (path, body)
        self.lock = Lock()
        self.mark, self.numbers = token_hex(4), count()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def new_name(self) -> str:
        """Name an answer as nobody has before: whatever has the same name is billed once."""
        return f"{self.mark}x{next(self.numbers)}"

    def is_busy(self, turn: int) -> int:
        """Give the status of a refusal, once."""
        with self.lock:
            if self.busy is None or self.busy[0] != turn:
                return 0
            status, self.busy = self.busy[1], None
            return status


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Model
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        body = self.body()
        self.server.asked.append((path, body))
        wire = next((wire for end, wire in WIRES.items() if path.endswith(end)), None)
        if wire is None:
            self.answer(200, {"input_tokens": 1} if path.endswith("count_tokens") else {})
            return
        if REFUSED in wire.prompt_of(body):
            self.answer(400, wire.refused())
            return
        talk, turn = talk_of(self.server.script, wire.prompt_of(body)), wire.turn_of(body)
        if talk is None:
            self.tell(wire, body, wire.answer(ASIDE, usage_of(0), self.server.new_name()))
        elif status := self.server.is_busy(turn):
            self.answer(status, wire.busy())
        else:
            said = talk[min(turn, len(talk) - 1)]
            self.tell(wire, body, wire.answer(said, usage_of(turn), self.server.new_name()))

    def tell(self, wire: ModuleType, body: dict[str, Any], told: dict[str, Any]) -> None:
        """Give an answer as it was asked for."""
        if body.get("stream") or self.path.partition("?")[0].endswith(":streamGenerateContent"):
            self.stream(told.get("id", "none"), wire.events(told), getattr(wire, "END", b""))
        else:
            self.answer(200, told)

    def body(self) -> dict[str, Any]:
        """Read what was sent."""
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        encoding = self.headers.get("content-encoding")
        if encoding == "gzip":
            data = gzip.decompress(data)
        elif encoding == "zstd":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        return dict(json.loads(data or b"{}"))

    def answer(self, status: int, told: dict[str, Any]) -> None:
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("retry-after-ms", "10")
        self.send_header("request-id", told.get("id", "none").replace("msg_", "req_"))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, name: str, events: Iterable[tuple[str, dict[str, Any]]], end: bytes) -> None:
        self.send_response(200)
        self.send_header("request-id", name.replace("msg_", "req_"))
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for place, (name, event) in enumerate(events):
            told = {"type": name, "sequence_number": place, **event} if name else event
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {json.dumps(told)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(end)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def served(script: Script, *, busy: tuple[int, int] | None = None) -> Iterator[Model]:
    """Serve a fresh model."""
    server = Model(script, busy=busy)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
