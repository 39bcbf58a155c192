"""Watches one method of a client: what it is given, what it gives back, how long and how often."""

from __future__ import annotations

import functools
import inspect
import json
import time
from collections.abc import Awaitable, Iterable
from typing import Any, Callable, Protocol

from agentscope_recorder.clients.streams import Watched
from agentscope_recorder.plain import plain, sentence_of
from agentscope_recorder.quiet import never_raises
from agentscope_recorder.recorder import Recorder

#: On a method that is watched already.
MARK = "agentscope_recorder"
#: Parameters that are told as `params`; the others of a request are contents.
PARAMS = (
    *(
        "temperature",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "top_p",
        "seed",
        "tool_choice",
    ),
    *("reasoning_effort", "reasoning", "thinking", "stop", "response_format", "service_tier"),
)
Fields = dict[str, Any]


class Dialect(Protocol):
    """How a provider's requests and answers are read; each gives the fields of `llm_call`."""

    def asked(self, request: Fields) -> Fields:
        """Read a request."""
        ...

    def answered(self, answer: Any) -> Fields:
        """Read a whole answer."""
        ...

    def listener(self) -> Listener:
        """Make what listens to a streamed answer."""
        ...


class Listener(Protocol):
    """Puts a streamed answer together."""

    def hear(self, item: Any) -> None:
        """Take one item of the stream."""
        ...

    def fields(self) -> Fields:
        """Give what came of it."""
        ...


class Call:
    """One model call while it lasts."""

    def __init__(self, run: Recorder, dialect: Dialect, request: Fields) -> None:
        self.run, self.dialect = run, dialect
        self.started = time.perf_counter()
        self.first: float | None = None
        self.id = run.new_id()
        self._open(request)

    @never_raises
    def _open(self, request: Fields) -> None:
        self.request = self.dialect.asked(request)
        params = {name: plain(request[name]) for name in PARAMS if request.get(name) is not None}
        self.run.write(
            "llm_call",
            id=self.id,
            phase="start",
            model=request.get("model"),
            params=params or None,
            **self.request,
        )

    @never_raises
    def close(self, fields: Fields, error: BaseException | None = None) -> None:
        """Tell the end of the call."""
        told = {"duration_ms": self._since(time.perf_counter()), **fields}
        if self.first is not None:
            told["ttft_ms"] = self._since(self.first)
        if error is not None:
            told.update(error=sentence_of(error), http_status=getattr(error, "status_code", None))
        self.run.write("llm_call", id=self.id, phase="end", **told)

    def watch(self, stream: Any) -> Watched:
        """Listen to a streamed answer."""
        listener = self.dialect.listener()

        def hear(item: Any) -> None:
            self.first = self.first or time.perf_counter()
            listener.hear(item)

        return Watched(stream, hear, lambda error: self.close(listener.fields(), error))

    @never_raises
    def done(self, answer: Any) -> None:
        """Tell a whole answer."""
        self.close(self.dialect.answered(answer))

    def _since(self, at: float) -> int:
        return int((at - self.started) * 1000)  # cut: its begin is then not before it began


def watch_methods(owner: Any, names: Iterable[str], run: Recorder, dialect: Dialect) -> None:
    """Put watched methods in the place of a client's own, of those that it has; once."""
    for name in names:
        method = getattr(owner, name, None)
        if method is not None and not hasattr(method, MARK):
            wrapped = watched(method, run, dialect)
            wrapped.__dict__[MARK] = True
            setattr(owner, name, wrapped)


def watched(method: Callable[..., Any], run: Recorder, dialect: Dialect) -> Callable[..., Any]:
    """Wrap a method; what it returns and raises stays as it is, but for streams, which are passed on.

    Methods of async clients are often plain functions that give something to await.
    """

    @functools.wraps(method)
    def call(*args: Any, **request: Any) -> Any:
        told = Call(run, dialect, request)
        try:
            answer = method(*args, **request)
        except BaseException as error:
            told.close({}, error)
            raise
        return awaited(told, request, answer) if inspect.isawaitable(answer) else taken(told, request, answer)

    return call


async def awaited(told: Call, request: Fields, answer: Awaitable[Any]) -> Any:
    """Wait for an answer in the agent's place."""
    try:
        got = await answer
    except BaseException as error:
        told.close({}, error)
        raise
    return taken(told, request, got)


def taken(told: Call, request: Fields, answer: Any) -> Any:
    """Tell an answer that is whole, or listen to one that is a stream."""
    if is_raw(answer):
        take_raw(told, request, answer)
    elif request.get("stream") is True:
        return told.watch(answer)
    else:
        told.done(answer)
    return answer


def is_raw(answer: Any) -> bool:
    """Say whether this is the bare answer of `with_raw_response`, which its caller parses."""
    return hasattr(answer, "http_response") and callable(getattr(answer, "parse", None))


def take_raw(told: Call, request: Fields, answer: Any) -> None:
    """Tell a bare answer: out of its bytes where they came, else when it is parsed, if it ever is."""
    try:
        body = json.loads(answer.http_response.content)
    except Exception:  # it has not come yet, or is a stream
        told.close({})
        watch_parse(told, request, answer)
    else:
        told.done(body)


@never_raises
def watch_parse(told: Call, request: Fields, answer: Any) -> None:
    """Tell what a bare answer is parsed to."""
    method = answer.parse

    @functools.wraps(method)
    def parse(*args: Any, **kwargs: Any) -> Any:
        got = method(*args, **kwargs)
        return awaited(told, request, got) if inspect.isawaitable(got) else taken(told, request, got)

    answer.parse = parse
