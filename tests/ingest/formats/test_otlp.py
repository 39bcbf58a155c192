"""The wire: protobuf and JSON give the same; what is damaged never takes the rest with it."""

import json

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from ingest.formats import otlp
from ingest.formats.otlp.raw import RawEvent, RawLink, RawSpan, Source, Unreadable

TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
BEGAN, ENDED = 1_763_638_000_000_000_001, 1_763_638_000_250_000_001
WRITTEN = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "fixer"}}]},
            "scopeSpans": [
                {
                    "scope": {"name": "my.agent", "version": "1.2"},
                    "spans": [
                        {
                            "traceId": TRACE,
                            "spanId": SPAN,
                            "parentSpanId": PARENT,
                            "name": "chat",
                            "kind": 3,
                            "startTimeUnixNano": str(BEGAN),
                            "endTimeUnixNano": str(ENDED),
                            "status": {"code": 2, "message": "boom"},
                            "droppedAttributesCount": 7,
                            "attributes": [
                                {"key": "text", "value": {"stringValue": "naïve ✓"}},
                                {"key": "whole", "value": {"intValue": "-42"}},
                                {"key": "big", "value": {"intValue": "9007199254740993"}},
                                {"key": "ratio", "value": {"doubleValue": 0.5}},
                                {"key": "yes", "value": {"boolValue": True}},
                                {"key": "nothing", "value": {}},
                                {
                                    "key": "list",
                                    "value": {
                                        "arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}
                                    },
                                },
                                {
                                    "key": "map",
                                    "value": {
                                        "kvlistValue": {
                                            "values": [{"key": "k", "value": {"boolValue": False}}]
                                        }
                                    },
                                },
                            ],
                            "events": [
                                {
                                    "timeUnixNano": str(BEGAN + 5),
                                    "name": "exception",
                                    "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}],
                                }
                            ],
                            "links": [{"traceId": TRACE, "spanId": PARENT}],
                        }
                    ],
                }
            ],
        }
    ]
}
READ = RawSpan(
    source=Source(resource={"service.name": "fixer"}, scope="my.agent", version="1.2"),
    trace_id=TRACE,
    span_id=SPAN,
    parent_id=PARENT,
    name="chat",
    kind=3,
    start=BEGAN,
    end=ENDED,
    status=2,
    message="boom",
    attributes={
        "text": "naïve ✓",
        "whole": -42,
        "big": 9007199254740993,
        "ratio": 0.5,
        "yes": True,
        "nothing": None,
        "list": [1, "a"],
        "map": {"k": False},
    },
    events=[RawEvent(name="exception", at=BEGAN + 5, attributes={"exception.type": "E"})],
    links=[RawLink(trace_id=TRACE, span_id=PARENT)],
    dropped=7,
)


def in_protobuf() -> bytes:
    """Write the same span in protobuf; the JSON of protobuf itself has ids in base64."""
    data = TracesData()
    group = data.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "fixer"
    inner = group.scope_spans.add()
    inner.scope.name, inner.scope.version = "my.agent", "1.2"
    span = inner.spans.add(
        trace_id=bytes.fromhex(TRACE),
        span_id=bytes.fromhex(SPAN),
        parent_span_id=bytes.fromhex(PARENT),
        name="chat",
        kind=3,
        start_time_unix_nano=BEGAN,
        end_time_unix_nano=ENDED,
        dropped_attributes_count=7,
    )
    span.status.code, span.status.message = 2, "boom"
    for name, value in READ.attributes.items():
        told = span.attributes.add(key=name).value
        if isinstance(value, bool):
            told.bool_value = value
        elif isinstance(value, int):
            told.int_value = value
        elif isinstance(value, float):
            told.double_value = value
        elif isinstance(value, str):
            told.string_value = value
        elif isinstance(value, list):
            told.array_value.values.add().int_value = 1
            told.array_value.values.add().string_value = "a"
        elif isinstance(value, dict):
            told.kvlist_value.values.add(key="k").value.bool_value = False
    event = span.events.add(name="exception", time_unix_nano=BEGAN + 5)
    event.attributes.add(key="exception.type").value.string_value = "E"
    span.links.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(PARENT))
    return data.SerializeToString()


def spans_in(data: bytes, *, json: bool = True, redacts: bool = False) -> list[RawSpan]:
    return otlp.read_traces(data, json=json, redacts=redacts)[0].spans


def test_json_is_read_whole() -> None:
    assert spans_in(json.dumps(WRITTEN).encode()) == [READ]


def test_protobuf_is_read_whole() -> None:
    assert spans_in(in_protobuf(), json=False) == [READ]


def test_json_of_protobuf_is_read_with_ids_in_base64_and_enums_by_name() -> None:
    written = MessageToDict(TracesData.FromString(in_protobuf()))
    assert written["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["kind"] == "SPAN_KIND_CLIENT"
    assert spans_in(json.dumps(written).encode()) == [READ]


def test_json_in_snake_case_is_read() -> None:
    written = MessageToDict(TracesData.FromString(in_protobuf()), preserving_proto_field_name=True)
    assert spans_in(json.dumps(written).encode()) == [READ]


def test_lines_of_the_collector_are_read() -> None:
    line = json.dumps(WRITTEN).encode()
    assert spans_in(line + b"\n" + line + b"\n") == [READ, READ]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"startTimeUnixNano": "soon", "endTimeUnixNano": -4}, {"start": 0, "end": 0}),
        (
            {"attributes": {"plain": 1, "deep": {"a": None}}},
            {"attributes": {"plain": 1, "deep": {"a": None}}},
        ),
        ({"attributes": "none", "events": 7, "links": None}, {"attributes": {}, "events": [], "links": []}),
        (
            {"name": 17, "kind": "SPAN_KIND_NEW", "status": []},
            {"name": "17", "kind": 0, "status": 0, "message": ""},
        ),
        ({"parentSpanId": "0000000000000000"}, {"parent_id": ""}),
        ({"droppedAttributesCount": "12"}, {"dropped": 12}),
    ],
)
def test_wrong_types_leave_the_span_readable(wrong: dict[str, object], right: dict[str, object]) -> None:
    written = json.loads(json.dumps(WRITTEN))
    written["resourceSpans"][0]["scopeSpans"][0]["spans"][0] |= wrong
    [span] = spans_in(json.dumps(written).encode())
    assert {name: getattr(span, name) for name in right} == right


def test_nan_and_huge_numbers_become_nothing() -> None:
    value = '{"doubleValue": NaN}, {"intValue": 1%s}, {"doubleValue": "Infinity"}' % ("0" * 5000)
    written = json.dumps(WRITTEN).replace('{"intValue": "1"}', value)
    [span] = spans_in(written.encode())
    assert span.attributes["list"] == [None, None, None, "a"]


def test_spans_without_ids_are_kept_aside() -> None:
    written = json.loads(json.dumps(WRITTEN))
    spans = written["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += [{"name": "lost"}, "no object", spans[0]]
    received, _ = otlp.read_traces(json.dumps(written).encode(), json=True, redacts=False)
    assert received.spans == [READ, READ]
    assert [one.why for one in received.quarantined] == [
        "The span has no trace id or no span id.",
        "This is no object.",
    ]


def test_damaged_protobuf_span_does_not_take_the_others_with_it() -> None:
    data = TracesData.FromString(in_protobuf())
    inner = data.resource_spans[0].scope_spans[0]
    inner.spans.add().CopyFrom(inner.spans[0])
    inner.spans[1].name = "damaged"
    written = data.SerializeToString().replace(b"damaged", b"damag\xff\xff")
    received, _ = otlp.read_traces(written, json=False, redacts=False)
    assert received.spans == [READ]
    assert [one.why for one in received.quarantined] == ["The span cannot be decoded."]


@pytest.mark.parametrize("data", [b"{", b"[1]", b'"text"', b"{}{", b"[" * 100_000, b"\xff\xfe"])
def test_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        otlp.read_traces(data, json=True, redacts=False)


@pytest.mark.parametrize("data", [b"\x0a\xff", b"\xff" * 20, b"\x0f"])
def test_no_protobuf_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        otlp.read_traces(data, json=False, redacts=False)


@pytest.mark.parametrize("in_json", [True, False])
def test_secrets_are_masked(in_json: bool) -> None:
    secret = "ghp_" + "a1B2" * 10
    plain = json.dumps(WRITTEN).encode() if in_json else in_protobuf()
    if in_json:
        data = plain.replace(b"boom", secret.encode())
    else:
        request = TracesData.FromString(plain)
        request.resource_spans[0].scope_spans[0].spans[0].status.message = secret
        data = request.SerializeToString()
    received, masked = otlp.read_traces(data, json=in_json, redacts=True)
    assert (received.spans[0].message, masked) == ("[redacted:github-token]", 1)


def test_answers_say_what_was_not_taken() -> None:
    assert otlp.answer_of("traces", json=True) == b'{"partialSuccess":{}}'
    assert otlp.answer_of("traces", json=False) == b""
    assert json.loads(otlp.answer_of("logs", json=True, rejected=2, sentence="Why.")) == {
        "partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "Why."}
    }
    told = ExportTraceServiceResponse.FromString(
        otlp.answer_of("traces", json=False, rejected=2, sentence="Why.")
    )
    assert (told.partial_success.rejected_spans, told.partial_success.error_message) == (2, "Why.")
