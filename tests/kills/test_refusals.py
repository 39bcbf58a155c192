"""Refusals over real sockets: what exporters are answered, and what their team sees of it."""

import http.client
import json

import pytest

from ingest.otlp_urls import PREFIXES, VIEWS
from ingest.sdk_urls import PATHS as SDK_PATHS
from tests.product import wait_for

WRONG = "as_" + "w" * 40
OTLP = [f"/{prefix}v1/{signal}" for prefix in PREFIXES for signal in VIEWS]
QUESTIONS = {"info", "v1/info", "api/public/projects", "api/is-alive/ping"}
TAKING = [
    *OTLP,
    "/api/v1/events",
    "/api/v1/import",
    *(f"/{path}" for path in SDK_PATHS if path not in QUESTIONS),
]
SPAN = {
    "traceId": "0af7651916cd43dd8448eb211c80319c",
    "spanId": "b7ad6b7169203331",
    "name": "chat",
    "startTimeUnixNano": "1767323045000000000",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
}
BODY = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}).encode()


def ask(product, method, path, *, key, body=None, agent="sockets", chunked=False):
    """Send one request, as chunks where asked: (status, headers, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=20)
    headers = {"x-api-key": key, "content-type": "application/json", "user-agent": agent}
    pieces = (body[at : at + 100] for at in range(0, len(body), 100)) if chunked else body
    if chunked:
        headers["transfer-encoding"] = "chunked"
    try:
        connection.request(method, path, pieces, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def rejected_page(product):
    browser = product.log_in()
    return browser.open(f"{product.url}/teams/{product.team}/rejected/").read().decode()


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_says_whether_the_key_is_fine_and_never_redirects(product, slash):
    for path in TAKING:
        status, _, body = ask(product, "GET", path + slash, key=product.ingest_key)
        assert (status, json.loads(body)["key"]) == (200, "ok"), path
        status, headers, body = ask(product, "POST", path + slash, key=WRONG, body=BODY)
        assert (status, headers["www-authenticate"], list(json.loads(body))) == (401, "Bearer", ["error"]), (
            path
        )


def test_chunked_body_is_read(product):
    status, _, body = ask(product, "POST", "/v1/traces", key=product.ingest_key, body=BODY, chunked=True)
    assert (status, json.loads(body)) == (200, {"partialSuccess": {}})
    assert product.run(SPAN["traceId"])["steps"] == 1


def test_wrong_key_stands_on_the_page_of_the_team_a_moment_later(product):
    ask(product, "POST", "/v1/traces", key=WRONG, body=BODY, agent="a-lost-exporter/1")
    assert wait_for(lambda: "a-lost-exporter/1" in rejected_page(product), seconds=10)
    assert WRONG not in rejected_page(product)
