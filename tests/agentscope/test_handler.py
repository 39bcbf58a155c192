"""The way of a request through the web process."""

import pytest
from asgiref.sync import SyncToAsync, iscoroutinefunction
from asgiref.testing import ApplicationCommunicator

from agentscope.handler import Handler


def test_middleware_and_view_are_one_way_into_a_thread():
    handler = Handler()
    assert isinstance(handler._middleware_chain, SyncToAsync)
    assert not any(map(iscoroutinefunction, [handler._middleware_chain.func, *handler._view_middleware]))


@pytest.mark.django_db(transaction=True)
async def test_page_goes_through_all_middleware():
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/accounts/login/",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
    }
    page = ApplicationCommunicator(Handler(), scope)
    await page.send_input({"type": "http.request", "body": b""})
    start = await page.receive_output(10)
    body = await page.receive_output(10)
    names = {name.lower() for name, _ in start["headers"]}
    assert start["status"] == 200
    assert {b"content-security-policy", b"x-frame-options", b"set-cookie"} <= names
    assert b"csrfmiddlewaretoken" in body["body"]
    await page.wait(10)
