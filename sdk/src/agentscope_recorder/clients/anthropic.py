"""`record_anthropic(client)`: every call of `client.messages` is recorded, streamed or not."""

from __future__ import annotations

import functools
import json
from typing import Any, TypeVar, cast

from agentscope_recorder.clients.attempts import watch_attempts, watch_copies
from agentscope_recorder.clients.calls import MARK, Call, Dialect, Fields, Listener, watch_methods
from agentscope_recorder.plain import plain
from agentscope_recorder.quiet import never_raises
from agentscope_recorder.recorder import Recorder

Client = TypeVar("Client")


def record_anthropic(client: Client, run: Recorder) -> Client:
    """Record what a client of the package `anthropic` does, also an async one. Gives the client back."""
    try:
        watch_messages(cast("Any", client).messages, run)
        watch_messages(getattr(getattr(client, "beta", None), "messages", None), run)
        watch_attempts(client, run)
        watch_copies(client, run, record_anthropic)
    except Exception as error:
        run.log("warning", f"The client of anthropic is not recorded: {error!r}")
    return client


def watch_messages(messages: Any, run: Recorder) -> None:
    """Watch what asks a model, of `client.messages` or of its beta."""
    dialect = Anthropic()
    watch_methods(messages, ("create", "parse"), run, dialect)
    watch_stream(messages, run, dialect)


class Anthropic(Dialect):
    """Requests and answers of the Messages API."""

    def asked(self, request: Fields) -> Fields:
        """Read a request."""
        return {
            name: plain(request[name]) for name in ("messages", "system", "tools") if given(request.get(name))
        }

    def answered(self, answer: Any) -> Fields:
        """Read a message."""
        told = plain(answer)
        return fields_of(told) if isinstance(told, dict) else {}

    def listener(self) -> Listener:
        """Make what listens to the events of a stream."""
        return Events()


def given(value: Any) -> bool:
    """Say whether a parameter was given; the package's own NOT_GIVEN is not."""
    return value is not None and type(value).__name__ not in ("NotGiven", "Omit")


def fields_of(message: dict[str, Any]) -> Fields:
    """Read a message as the fields of a model call."""
    named = {name: message.get(name) for name in ("model", "content", "usage", "stop_reason")}
    return {**named, "request_id": message.get("id")}


class Events(Listener):
    """Puts the events of a stream together: message_start, content blocks and their deltas, message_delta."""

    def __init__(self) -> None:
        self.message: dict[str, Any] = {}
        self.blocks: list[dict[str, Any]] = []
        self.parts: dict[int, list[str]] = {}

    def hear(self, item: Any) -> None:
        """Take one event."""
        event = plain(item)
        kind = event.get("type")
        if kind == "message_start":
            self.message = {**event["message"], "content": self.blocks}
        elif kind == "content_block_start":
            self.blocks.append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            self._add(event.get("index", len(self.blocks) - 1), event["delta"])
        elif kind == "message_delta":
            self.message.update(
                {name: value for name, value in event.get("delta", {}).items() if value is not None}
            )
            self.message["usage"] = {**(self.message.get("usage") or {}), **(event.get("usage") or {})}

    def _add(self, place: int, delta: dict[str, Any]) -> None:
        block = self.blocks[place]
        for name in ("text", "thinking", "signature"):
            if isinstance(delta.get(name), str):
                block[name] = block.get(name, "") + delta[name]
        if isinstance(delta.get("partial_json"), str):
            self.parts.setdefault(place, []).append(delta["partial_json"])

    def fields(self) -> Fields:
        """Give the message so far."""
        for place, parts in self.parts.items():
            text = "".join(parts)
            try:
                self.blocks[place]["input"] = json.loads(text or "{}")
            except ValueError:  # the stream broke off
                self.blocks[place]["input"] = text
        return fields_of(self.message)


def watch_stream(messages: Any, run: Recorder, dialect: Anthropic) -> None:
    """Watch `messages.stream(…)`, whose manager gives a stream that knows its own final message."""
    method = getattr(messages, "stream", None)
    if method is None or hasattr(method, MARK):
        return

    @functools.wraps(method)
    def stream(*args: Any, **request: Any) -> Any:
        return Managed(method(*args, **request), Call(run, dialect, request), dialect)

    stream.__dict__[MARK] = True
    messages.stream = stream


class Managed:
    """Stands for the manager of a stream, and tells the message when it is left."""

    def __init__(self, manager: Any, call: Call, dialect: Anthropic) -> None:
        self._manager, self._call, self._dialect = manager, call, dialect
        self._stream: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    def __enter__(self) -> Any:
        try:
            self._stream = self._manager.__enter__()
        except BaseException as error:
            self._tell(error)
            raise
        return self._stream

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> Any:
        self._tell(error)
        return self._manager.__exit__(kind, error, traceback)

    async def __aenter__(self) -> Any:
        try:
            self._stream = await self._manager.__aenter__()
        except BaseException as error:
            self._tell(error)
            raise
        return self._stream

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> Any:
        self._tell(error)
        return await self._manager.__aexit__(kind, error, traceback)

    @never_raises
    def _tell(self, error: Any) -> None:
        try:
            told = self._dialect.answered(self._stream.current_message_snapshot)
        except Exception:  # nothing came of it
            told = {}
        self._call.close(told, error)
