"""A tiny model that speaks OpenAI's two APIs: it fixes one bug, always the same way, and is busy once.

It looks at how many results of tools it was sent, so every loop and every framework gets the same answers.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PATCH = {"path": "calc.py", "old": "return a - b", "new": "return a + b"}
#: What it asks for, turn by turn; the second run of the test finds a crashed runner, the last one passes.
CALLS: list[tuple[str, dict[str, str]]] = [
    ("read_file", {"path": "calc.py"}),
    ("run_test", {"target": "test_calc.py"}),
    ("patch_file", PATCH),
    ("run_test", {"target": "test_calc.py"}),
]
FINAL = "Fixed the sign in calc.py; the tests pass."
#: Before this turn it says once that it is busy.
BUSY_AT = 2
MODEL = "gpt-5-mini-2025-08-07"


def usage_of(turn: int) -> tuple[int, int, int, int]:
    """Say what a turn costs: tokens in, cached of them, out, reasoning of them."""
    return 100 + 10 * turn, 40 if turn else 0, 20, 8


class Model(BaseHTTPRequestHandler):
    """Answers `POST …/chat/completions` and `POST …/responses`."""

    busy = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        is_chat = self.path.endswith("/chat/completions")
        turn = turns_in(body["messages"] if is_chat else body["input"])
        if turn == BUSY_AT and type(self).busy == 0:
            type(self).busy = 1
            self.answer(429, {"error": {"message": "Busy.", "type": "rate_limit"}})
            return
        self.answer(200, completion(turn) if is_chat else response(turn))

    def answer(self, status: int, told: dict[str, Any]) -> None:
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("retry-after-ms", "10")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


def turns_in(messages: Any) -> int:
    """Count the results of tools among what was sent."""
    items = messages if isinstance(messages, list) else []
    return sum(one.get("role") == "tool" or one.get("type") == "function_call_output" for one in items)


def completion(turn: int) -> dict[str, Any]:
    """Answer as Chat Completions does."""
    given, cached, said, thought = usage_of(turn)
    message: dict[str, Any] = {"role": "assistant", "content": FINAL}
    if turn < len(CALLS):
        name, arguments = CALLS[turn]
        function = {"name": name, "arguments": json.dumps(arguments)}
        calls = [{"id": f"call_{turn}", "type": "function", "function": function}]
        message = {"role": "assistant", "content": None, "tool_calls": calls}
    return {
        "id": f"chatcmpl-{turn}",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": MODEL,
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if turn < len(CALLS) else "stop"}
        ],
        "usage": {
            "prompt_tokens": given,
            "completion_tokens": said,
            "total_tokens": given + said,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": thought},
        },
    }


def response(turn: int) -> dict[str, Any]:
    """Answer as the Responses API does."""
    given, cached, said, thought = usage_of(turn)
    text = {"type": "output_text", "text": FINAL, "annotations": []}
    output = [{"type": "message", "id": "msg", "role": "assistant", "status": "completed", "content": [text]}]
    if turn < len(CALLS):
        name, arguments = CALLS[turn]
        call = {"type": "function_call", "id": f"fc_{turn}", "call_id": f"call_{turn}", "name": name}
        output = [{**call, "arguments": json.dumps(arguments), "status": "completed"}]
    return {
        "id": f"resp_{turn}",
        "object": "response",
        "created_at": 1_795_000_000,
        "model": MODEL,
        "status": "completed",
        "output": output,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": given + said,
        },
    }


@contextmanager
def served() -> Iterator[str]:
    """Serve a fresh model; gives the base address for clients."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Fresh", (Model,), {"busy": 0}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
