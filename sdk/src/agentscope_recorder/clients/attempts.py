"""What a client does by itself: attempts that it makes again, copies of it with other options."""

from __future__ import annotations

import functools
from typing import Any, Callable

from agentscope_recorder.clients.calls import MARK
from agentscope_recorder.quiet import never_raises
from agentscope_recorder.recorder import Recorder

Record = Callable[[Any, Recorder], Any]


def watch_copies(client: Any, run: Recorder, record: Record) -> None:
    """Record the clients that a client makes of itself with other options."""
    for name in ("copy", "with_options"):
        method = getattr(client, name, None)
        if method is not None and not hasattr(method, MARK):
            wrapped = recorded(method, run, record)
            wrapped.__dict__[MARK] = True
            setattr(client, name, wrapped)


def recorded(method: Callable[..., Any], run: Recorder, record: Record) -> Callable[..., Any]:
    """Wrap a method that gives a client."""

    @functools.wraps(method)
    def copy(*args: Any, **options: Any) -> Any:
        return record(method(*args, **options), run)

    return copy


def watch_attempts(client: Any, run: Recorder) -> None:
    """See the attempts that a client makes again by itself, through the event hooks of its HTTP client."""
    http = getattr(client, "_client", None)
    hooks = getattr(http, "event_hooks", None)
    if not isinstance(hooks, dict) or any(hasattr(one, MARK) for one in hooks.get("response", [])):
        return

    @never_raises
    def note(response: Any) -> None:
        status = getattr(response, "status_code", 0)
        if status in (408, 409, 429) or status >= 500:
            run.retry(http_status=status, error=f"HTTP {status}", wait_ms=wait_of(response))

    async def note_async(response: Any) -> None:
        note(response)

    is_async = "Async" in type(http).__name__ or hasattr(http, "aclose")
    chosen = note_async if is_async else note
    chosen.__dict__[MARK] = True
    http.event_hooks = {**hooks, "response": [*hooks.get("response", []), chosen]}  # type: ignore[union-attr]  # it has hooks, so it is there


def wait_of(response: Any) -> int | None:
    """Read how long the server asks to wait, in milliseconds."""
    headers = getattr(response, "headers", {})
    for name, scale in (("retry-after-ms", 1), ("retry-after", 1000)):
        try:
            return round(float(headers[name]) * scale)
        except (KeyError, ValueError, TypeError):
            continue
    return None
