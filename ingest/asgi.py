"""The short way to what is posted often: no sessions, no CSRF, no CSP, threads that keep their connection.

A recorder may post every event by itself, so what Django does around a view counts here. The view is the
same one that the URL conf names, so everything it answers is the same.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from ingest.endpoints import events, hooks
from ingest.limits import EVENTS_ENCODED_BYTES, WAITING_BYTES, WAITING_REQUESTS
from ingest.otlp_urls import PREFIXES, VIEWS
from ingest.outage import outage
from ingest.sdk_urls import PATHS as SDK_PATHS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

View = Callable[[HttpRequest], HttpResponse]
PATHS: dict[str, View] = {
    "/api/v1/events": events.post_events,
    "/api/v1/hooks/claude-code": hooks.post_claude_code,
    "/api/v1/hooks/codex": hooks.post_codex,
    **{f"/{prefix}v1/{signal}": view for prefix in PREFIXES for signal, view in VIEWS.items()},
    **{f"/{path}": view for path, (_, view) in SDK_PATHS.items()},
}
#: As many as keep two cores and one database busy; each holds one connection.
THREADS = 4
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="events")


class Line:
    """The requests that wait for a thread, and their bytes; one loop alone counts them."""

    def __init__(self) -> None:
        self.requests = self.bytes = 0

    def is_full(self) -> bool:
        """Say whether more would wait longer than clients do, or fill the memory."""
        return self.requests >= WAITING_REQUESTS or self.bytes >= WAITING_BYTES

    @contextmanager
    def waits(self, size: int) -> Iterator[None]:
        """Count a request while it waits or is answered."""
        self.requests, self.bytes = self.requests + 1, self.bytes + size
        try:
            yield
        finally:
            self.requests, self.bytes = self.requests - 1, self.bytes - size


def with_short_way(application: Application) -> Application:
    """Answer the endpoints of PATHS here, and everything else by `application`."""
    line = Line()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        view = PATHS.get(scope["path"].removesuffix("/")) if scope["type"] == "http" else None
        if view is None:
            return await application(scope, receive, send)
        if line.is_full():
            return await tell(send, refuse_busy(view, scope))
        body = await read_body(receive)
        if body is None:
            return None
        with line.waits(len(body)):
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(_threads, serve, view, scope, body)
        return await tell(send, response)

    return answer


async def tell(send: Send, response: HttpResponse) -> None:
    """Send an answer."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
    headers.append((b"content-length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


async def read_body(receive: Receive) -> bytes | None:
    """Read the body; None when the client went away. One byte above the cap is kept: the view refuses."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        room = EVENTS_ENCODED_BYTES + 1 - size
        chunk = message.get("body", b"")[: max(0, room)]
        size += len(chunk)
        parts.append(chunk)
        if not message.get("more_body"):
            return b"".join(parts)


def refuse_busy(view: View, scope: Scope) -> HttpResponse:
    """Let a view refuse, in its own way, what it has no time for: its gate asks nobody."""
    request = ASGIRequest(dict(scope), io.BytesIO())
    request.is_too_much = True
    return view(request)


def serve(view: View, scope: Scope, body: bytes) -> HttpResponse:
    """Call the view. A connection that died while it was idle is replaced once; saving twice is harmless.

    Where the database is away, there is no use in waiting for it again.
    """
    request = ASGIRequest(dict(scope), io.BytesIO(body))
    request.is_tried_again = True
    response = view(request)
    if response.status_code == 503:
        connection.close()
        if outage.is_on:
            return response
        response = view(ASGIRequest(dict(scope), io.BytesIO(body)))
        if response.status_code == 503:
            connection.close()
    return response
