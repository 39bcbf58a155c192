"""Any bytes and any JSON on the endpoints: an answer below 500, always."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats.events.kinds import HANDLERS
from ingest.formats.events.wire import Event

pytestmark = pytest.mark.django_db

FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["\0", "\ud83d", "2026-01-01T00:00:00Z", "1e400", -1, 2**70, 10**400, 1e308, "a" * 5000]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "name", "input", "text", "function", "arguments", "x", "\0"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
EVENT = st.builds(
    lambda kind, run, fields: {"run": run, **fields, "kind": kind},
    st.sampled_from([*HANDLERS, "unknown", "", None]),
    st.sampled_from(["r1", "r2", 7, None, "\0", "x" * 500]),
    st.dictionaries(st.sampled_from(Event.__struct_fields__), VALUES, max_size=8),
)
TYPES = st.sampled_from(
    ["application/json", "multipart/form-data; boundary=x", "text/plain", "", "multipart/x"]
)
ENCODINGS = st.sampled_from(["", "gzip", "zstd", "deflate", "br", "gzip, gzip"])


@pytest.fixture
def post(ingest_key):
    def send(url, body, kind="application/json", encoding=""):
        headers = {"x-api-key": ingest_key, "content-encoding": encoding}
        answer = Client().post(url, data=body, content_type=kind, headers=headers)
        assert answer.status_code < 500, answer.content
        assert answer.json() is not None

    return send


@FUZZ
@given(events=st.lists(EVENT, min_size=1, max_size=6))
def test_any_value_in_any_field(post, events):
    body = "\n".join(json.dumps(event) for event in events).encode()
    post("/api/v1/events", body)
    post("/api/v1/import", body)


@FUZZ
@given(body=st.binary(max_size=300), kind=TYPES, encoding=ENCODINGS)
def test_any_bytes(post, body, kind, encoding):
    post("/api/v1/events?run=x", body, kind, encoding)
    post("/api/v1/import?filename=x", body, kind, encoding)


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"[" * 5000, b'{"a":' * 5000, b"\xef\xbb\xbf"]
)
@FUZZ
@given(body=st.binary(max_size=200))
def test_any_bytes_after_a_known_start(post, start, body):
    post("/api/v1/events?run=x", start + body)
    post("/api/v1/import", start + body)
