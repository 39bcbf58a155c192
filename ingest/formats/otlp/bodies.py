"""A body of OTLP, whatever its encoding, with its secrets masked."""

from collections.abc import Callable

from ingest.crumbs import refuse_crumbs
from ingest.formats.otlp.from_json import read_json
from ingest.formats.otlp.from_protobuf import Reader
from ingest.formats.otlp.raw import Received
from ingest.redact import redact, rules_for


class Mask:
    """Masks secrets in the texts of a body, and counts them; most bodies have nothing to look for."""

    def __init__(self, body: bytes) -> None:
        self.rules = rules_for(body)
        self.masked = 0

    def __call__(self, text: str) -> str:
        """Mask one text."""
        if len(text) < 16:
            return text
        data, count = redact(text.encode("utf-8", "replace"), self.rules)
        self.masked += count
        return data.decode("utf-8", "replace") if count else text


def is_json(content_type: str, data: bytes) -> bool:
    """Say whether a body is JSON: by its type, else by its first byte, which no protobuf of OTLP has."""
    if "json" in content_type:
        return True
    return "protobuf" not in content_type and data.lstrip()[:1] in (b"{", b"[")


def read_traces(data: bytes, *, json: bool, redacts: bool) -> tuple[Received, int]:
    """Read spans: (what came, how many secrets were masked). Raises Unreadable."""
    return _read(data, Reader.read_traces, json=json, redacts=redacts)


def read_logs(data: bytes, *, json: bool, redacts: bool) -> tuple[Received, int]:
    """Read log records: (what came, how many secrets were masked). Raises Unreadable."""
    return _read(data, Reader.read_logs, json=json, redacts=redacts)


def read_metrics(data: bytes, *, json: bool, redacts: bool) -> tuple[Received, int]:
    """Read numbers: (what came, how many secrets were masked). Raises Unreadable."""
    return _read(data, Reader.read_metrics, json=json, redacts=redacts)


def _read(
    data: bytes, read: Callable[[Reader, bytes], Received], *, json: bool, redacts: bool
) -> tuple[Received, int]:
    if json:
        refuse_crumbs(data)
        data, masked = redact(data) if redacts else (data, 0)
        return read_json(data), masked
    mask = Mask(data) if redacts else None
    received = read(Reader(mask if mask is not None and mask.rules else None), data)
    return received, mask.masked if mask else 0
