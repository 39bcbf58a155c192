"""Bodies over real sockets that stop in the middle: nothing of them is stored, and the next one is served."""

import json
import socket

import pytest

from tests.ingest.bodies import ENDPOINTS, new_id, otlp_span
from tests.product import Product, wait_for

HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Type: application/json\r\n"


def send(product: Product, path: str, framing: str, data: bytes, *, reads: bool = False) -> bytes:
    """Write a request as it is, and go away; or read the answer first."""
    head = HEAD.format(path=path, key=product.ingest_key) + framing + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", product.port), timeout=20) as link:
        link.sendall(head.encode() + data)
        return link.recv(65_536) if reads else b""


def in_chunks(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


@pytest.mark.parametrize("path", ["/v1/traces", "/api/v1/events"])
def test_body_that_stops_in_the_middle_leaves_nothing(product: Product, path: str) -> None:
    endpoint, run = ENDPOINTS[path.rpartition("/")[2]], new_id()
    body = endpoint.body(endpoint.piece(run))
    chunked = in_chunks(body, 50)
    send(product, path, f"Content-Length: {len(body)}", body[:-1])
    send(product, path, "Transfer-Encoding: chunked", chunked)  # whole, but for its last, empty chunk
    send(product, path, "Transfer-Encoding: chunked", chunked[: len(chunked) // 2])
    send(product, path, "Transfer-Encoding: chunked", b"zz\r\n" + body)
    answer = send(product, path, "Transfer-Encoding: chunked", chunked + b"0\r\n\r\n", reads=True)
    assert answer.startswith(b"HTTP/1.1 200")
    shown = run.replace("-", "") if path == "/v1/traces" else run
    [stored] = wait_for(lambda: runs_of(product, {run, shown}))
    assert stored["llm_calls"] == 1
    assert product.ask("GET", path, key=product.ingest_key)[0] == 200


def runs_of(product: Product, ids: set[str]) -> list[dict[str, object]]:
    return [run for run in product.read("/api/v1/runs?limit=200")["results"] if run["external_id"] in ids]


def test_cut_bodies_alone_store_nothing(product: Product) -> None:
    run = new_id()
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [otlp_span(run)]}]}]}).encode()
    for _ in range(20):
        send(product, "/v1/traces", f"Content-Length: {len(body) + 1}", body)
        send(product, "/v1/traces", "Transfer-Encoding: chunked", in_chunks(body, 20))
    assert product.ask("GET", "/v1/traces", key=product.ingest_key)[0] == 200
    assert runs_of(product, {run, run.replace("-", "")}) == []
