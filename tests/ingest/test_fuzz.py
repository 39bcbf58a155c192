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


NAMES = st.sampled_from(
    [
        *("gen_ai.operation.name", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.response.id"),
        *(
            "gen_ai.tool.name",
            "gen_ai.tool.call.id",
            "gen_ai.agent.name",
            "session.id",
            "user.id",
            "tag.tags",
        ),
        *(
            "gen_ai.usage.input_tokens",
            "gen_ai.response.model",
            "openinference.span.kind",
            "input.value",
            "\0",
        ),
    ]
)
WORDS = st.sampled_from(["chat", "execute_tool", "invoke_agent", "AGENT", "TOOL", "LLM"])
MESSAGE = st.builds(
    lambda role, text, calls: {"role": role, "content": text, "tool_calls": calls},
    st.sampled_from(["user", "assistant", "tool", "\0"]),
    st.text(max_size=10) | st.just("\0\ud83d"),
    VALUES,
)
ATTRIBUTE = st.builds(
    lambda name, value: {"key": name, "value": value},
    NAMES,
    st.builds(lambda word: {"stringValue": word}, WORDS | st.text(max_size=10))
    | st.builds(lambda value: {"stringValue": json.dumps(value)}, st.lists(MESSAGE, max_size=3) | VALUES)
    | st.builds(lambda kind, value: {kind: value}, st.sampled_from(["intValue", "doubleValue"]), VALUES)
    | VALUES,
)
ID = st.sampled_from(["0af7651916cd43dd", "b7ad6b7169203331", "00f067aa0ba902b7", "", 7])
SPAN = st.builds(
    lambda span, parent, start, end, attributes, more: {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": span,
        "parentSpanId": parent,
        "startTimeUnixNano": start,
        "endTimeUnixNano": end,
        "attributes": attributes,
        **more,
    },
    ID,
    ID,
    SCALARS,
    SCALARS,
    st.lists(ATTRIBUTE, max_size=6) | VALUES,
    st.dictionaries(st.sampled_from(["name", "status", "events", "links", "kind"]), VALUES, max_size=3),
)


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


@FUZZ
@given(spans=st.lists(SPAN, min_size=1, max_size=5))
def test_any_value_in_any_span(post, spans):
    request = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    post("/v1/traces", json.dumps(request).encode())


@FUZZ
@given(
    body=st.binary(max_size=300),
    signal=st.sampled_from(["traces", "logs", "metrics"]),
    kind=st.sampled_from(["application/json", "application/x-protobuf", "text/plain", ""]),
    encoding=ENCODINGS,
)
def test_any_bytes_as_otlp(ingest_key, body, signal, kind, encoding):
    headers = {"x-api-key": ingest_key, "content-encoding": encoding}
    answer = Client().post(f"/v1/{signal}", data=body, content_type=kind, headers=headers)
    assert answer.status_code < 500, answer.content


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"[" * 5000, b'{"a":' * 5000, b"\xef\xbb\xbf"]
)
@FUZZ
@given(body=st.binary(max_size=200))
def test_any_bytes_after_a_known_start(post, start, body):
    post("/api/v1/events?run=x", start + body)
    post("/api/v1/import", start + body)
