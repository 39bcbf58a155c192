"""Compressed forms reach the application, through the real server."""

import http.client

import zstandard

from tests.product import Product

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="post.01a1f817-c36c-7034-9634-b45c710f4ac3"\r\n'
    b"Content-Type: application/json\r\n\r\n"
    b'{"run_type":"llm","start_time":"2026-11-20T08:34:29Z"}\r\n--x--\r\n'
)


def test_compressed_form_is_not_refused_by_the_server(product: Product) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=20)
    headers = {
        "x-api-key": product.ingest_key,
        "content-type": "multipart/form-data; boundary=x",
        "content-encoding": "zstd",
    }
    connection.request("POST", "/runs/multipart", body=zstandard.compress(FORM), headers=headers)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (202, b"{}")
    connection.close()
