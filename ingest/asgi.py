"""The short way to what is posted often: no sessions, no CSRF, no CSP, threads that keep their connection.

A recorder may post every event by itself, so what Django does around a view counts here. The view is the
same one that the URL conf names, so everything it answers is the same.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from ingest.endpoints import events, hooks
from ingest.limits import EVENTS_ENCODED_BYTES
from ingest.otlp_urls import PREFIXES, VIEWS
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


def with_short_way(application: Application) -> Application:
    """Answer the endpoints of PATHS here, and everything else by `application`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        view = PATHS.get(scope["path"].removesuffix("/")) if scope["type"] == "http" else None
        if view is None:
            return await application(scope, receive, send)
        body = await read_body(receive)
        if body is None:
            return None
        response = await asyncio.get_running_loop().run_in_executor(_threads, serve, view, scope, body)
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
        headers.append((b"content-length", str(len(response.content)).encode()))
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        return await send({"type": "http.response.body", "body": response.content})

    return answer


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


def serve(view: View, scope: Scope, body: bytes) -> HttpResponse:
    """Call the view. A connection that died while it was idle is replaced once; saving twice is harmless."""
    request = ASGIRequest(dict(scope), io.BytesIO(body))
    request.is_tried_again = True
    response = view(request)
    if response.status_code == 503:
        connection.close()
        response = view(ASGIRequest(dict(scope), io.BytesIO(body)))
        if response.status_code == 503:
            connection.close()
    return response
