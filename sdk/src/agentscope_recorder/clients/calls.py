"""Watches one method of a client: what it is given, what it gives back, how long and how often."""

from __future__ import annotations

import functools
import inspect
import time
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


def watch_method(owner: Any, name: str, run: Recorder, dialect: Dialect) -> None:
    """Put a watched method in the place of a client's own; once."""
    method = getattr(owner, name, None)
    if method is None or hasattr(method, MARK):
        return
    wrapped = (
        watched_async(method, run, dialect)
        if inspect.iscoroutinefunction(method)
        else watched(method, run, dialect)
    )
    wrapped.__dict__[MARK] = True
    setattr(owner, name, wrapped)


def watched(method: Callable[..., Any], run: Recorder, dialect: Dialect) -> Callable[..., Any]:
    """Wrap a method; what it returns and raises stays as it is, but for streams, which are passed on."""

    @functools.wraps(method)
    def call(*args: Any, **request: Any) -> Any:
        told = Call(run, dialect, request)
        try:
            answer = method(*args, **request)
        except BaseException as error:
            told.close({}, error)
            raise
        return taken(told, request, answer)

    return call


def watched_async(method: Callable[..., Any], run: Recorder, dialect: Dialect) -> Callable[..., Any]:
    """The same for a method that is awaited."""

    @functools.wraps(method)
    async def call(*args: Any, **request: Any) -> Any:
        told = Call(run, dialect, request)
        try:
            answer = await method(*args, **request)
        except BaseException as error:
            told.close({}, error)
            raise
        return taken(told, request, answer)

    return call


def taken(told: Call, request: Fields, answer: Any) -> Any:
    """Tell an answer that is whole, or listen to one that is a stream."""
    if request.get("stream") is True:
        return told.watch(answer)
    told.done(answer)
    return answer


def watch_attempts(client: Any, run: Recorder) -> None:
    """See the attempts that a client makes again by itself, through the event hooks of its HTTP client."""
    http = getattr(client, "_client", None)
    hooks = getattr(http, "event_hooks", None)
    if not isinstance(hooks, dict):
        return

    @never_raises
    def note(response: Any) -> None:
        status = getattr(response, "status_code", 0)
        if status in (408, 409, 429) or status >= 500:
            run.retry(http_status=status, error=f"HTTP {status}", wait_ms=wait_of(response))

    async def note_async(response: Any) -> None:
        note(response)

    is_async = "Async" in type(http).__name__ or hasattr(http, "aclose")
    http.event_hooks = {**hooks, "response": [*hooks.get("response", []), note_async if is_async else note]}  # type: ignore[union-attr]  # it has hooks, so it is there


def wait_of(response: Any) -> int | None:
    """Read how long the server asks to wait, in milliseconds."""
    headers = getattr(response, "headers", {})
    for name, scale in (("retry-after-ms", 1), ("retry-after", 1000)):
        try:
            return round(float(headers[name]) * scale)
        except (KeyError, ValueError, TypeError):
            continue
    return None
