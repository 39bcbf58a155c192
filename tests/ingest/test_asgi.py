"""The short way to the events endpoint answers what the long way answers."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection

from ingest import asgi
from ingest.asgi import with_short_way


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
