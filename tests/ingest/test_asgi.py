"""The short way to the events endpoint answers what the long way answers."""

import asyncio
import json
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.http import HttpResponse

from ingest import asgi
from ingest.asgi import with_short_way
from ingest.endpoints.events import post_events
from ingest.endpoints.gate import BUSY


async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"the long way"})


async def ask(path, *chunks, method="POST", key=b""):
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"x-api-key", key)],
    }
    talk = ApplicationCommunicator(with_short_way(application), scope)
    for n, chunk in enumerate(chunks, 1):
        message = {"type": "http.request", "body": chunk, "more_body": n < len(chunks)}
        await talk.send_input(message)
    start, body = await talk.receive_output(10), await talk.receive_output(10)
    # The threads keep their connection, which would keep the test database.
    asgi._threads.submit(lambda: connection.close()).result()
    return start["status"], dict(start["headers"]), body["body"]


async def test_other_paths_go_the_long_way():
    assert await ask("/api/v1/runs", b"") == (299, {}, b"the long way")


async def test_wrong_method_is_405():
    status, headers, body = await ask("/api/v1/events", b"", method="PUT")
    assert (status, json.loads(body), headers[b"allow"]) == (405, {"error": "Use POST."}, b"POST, GET")
    assert headers[b"content-length"] == str(len(body)).encode()


@pytest.mark.django_db(transaction=True)
async def test_chunked_body_above_the_cap_is_413(ingest_key, monkeypatch):
    monkeypatch.setattr("ingest.asgi.EVENTS_ENCODED_BYTES", 10)
    monkeypatch.setattr("ingest.endpoints.gate.EVENTS_ENCODED_BYTES", 10)
    status, _, body = await ask("/api/v1/events", b"12345678", b"12345678", key=ingest_key.encode())
    assert (status, "larger than" in body.decode()) == (413, True)


@pytest.mark.django_db(transaction=True)
async def test_events_in_chunks_are_stored(ingest_key):
    line = json.dumps({"run": "r1", "id": "a", "kind": "log", "text": "x"}).encode()
    status, _, body = await ask("/api/v1/events/", line[:10], line[10:], key=ingest_key.encode())
    assert (status, json.loads(body)["accepted"]) == (200, 1)


async def test_more_than_can_wait_is_refused_at_once_and_others_are_answered(monkeypatch):
    """No answer at all is a time-out, after which exporters drop what they have."""
    go_on = threading.Event()

    def slow(request):
        if getattr(request, "is_too_much", False):
            return post_events(request)
        go_on.wait(10)
        return HttpResponse(b"done")

    monkeypatch.setitem(asgi.PATHS, "/slow", slow)
    monkeypatch.setattr(asgi, "WAITING_REQUESTS", 2)
    app = with_short_way(application)

    async def ask_slow():
        scope = {"type": "http", "method": "POST", "path": "/slow", "query_string": b"", "headers": []}
        talk = ApplicationCommunicator(app, scope)
        await talk.send_input({"type": "http.request", "body": b"x"})
        start, body = await talk.receive_output(10), await talk.receive_output(10)
        return start["status"], dict(start["headers"]).get(b"retry-after"), body["body"]

    waiting = [asyncio.create_task(ask_slow()) for _ in range(2)]
    await asyncio.sleep(0.1)
    status, retry_after, body = await ask_slow()
    assert (status, retry_after) == (503, b"1")
    assert json.loads(body) == {"error": BUSY}
    go_on.set()
    assert [status for status, _, _ in await asyncio.gather(*waiting)] == [200, 200]
    assert (await ask_slow())[0] == 200
