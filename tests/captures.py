"""Real requests of tracing SDKs, recorded beside the checkout, sent again as the SDK sent them."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import zstandard
from django.test import Client
from msgspec import Struct

CAPTURES = Path(__file__).resolve().parents[2] / "shared" / "captures"
THEIR_KEY = "lab-key-123"


class Sent(Struct, frozen=True):
    """One request as it was sent, but for its compression."""

    method: str
    path: str
    headers: dict[str, str]
    encoding: str
    body: bytes


def names() -> list[str]:
    """List the recordings; none where the folder is absent."""
    return sorted(path.name for path in CAPTURES.iterdir() if path.is_dir()) if CAPTURES.is_dir() else []


def requests_of(name: str, folder: Path = CAPTURES) -> Iterator[Sent]:
    """Yield the requests of one recording, in order."""
    for path in sorted((folder / name).glob("*.meta.json")):
        meta = json.loads(path.read_text())
        body = path.with_name(path.name.replace(".meta.json", ".body"))
        query = f"?{urlencode(meta['query'])}" if meta["query"] else ""
        yield Sent(
            method=meta["method"],
            path=meta["path"] + query,
            headers={key.lower(): value for key, value in meta["headers"]},
            encoding=meta["content_encoding"],
            body=body_at(body),
        )


def body_at(path: Path) -> bytes:
    """Read a body, which may be kept with gzip; a request may have none."""
    kept = path.with_name(path.name + ".gz")
    if kept.exists():
        return gzip.decompress(kept.read_bytes())
    return path.read_bytes() if path.exists() else b""


def send(sent: Sent, key: str) -> Any:
    """Send one request with our key in the form that theirs had."""
    headers = {name: with_key(value, key) for name, value in sent.headers.items()}
    content_type = headers.pop("content-type", "application/octet-stream")
    if sent.encoding and sent.body:
        headers["content-encoding"] = sent.encoding
    body = packed(sent.body, sent.encoding)
    return Client().generic(sent.method, sent.path, body, content_type=content_type, headers=headers)


def with_key(value: str, key: str) -> str:
    """Put our key where theirs was, in Basic credentials too."""
    if value.startswith("Basic "):
        told = base64.b64decode(value[6:]).decode().replace(THEIR_KEY, key)
        return "Basic " + base64.b64encode(told.encode()).decode()
    return value.replace(THEIR_KEY, key)


def packed(body: bytes, encoding: str) -> bytes:
    """Compress a body; zstd as a stream, without the size of the content, as LangSmith does."""
    if encoding == "gzip":
        return gzip.compress(body)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "zstd":
        packer = zstandard.ZstdCompressor().compressobj()
        return packer.compress(body) + packer.flush()
    return body
