"""Spans that no tracer should send: odd ids and times, parents in a circle, very many at once."""

import json
import time

import pytest
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from runs.models import Run, Step
from tests.ingest.bodies import ENDPOINTS, new_id, otlp_span

pytestmark = pytest.mark.django_db

YEAR_9999 = 253_402_300_799 * 10**9


def post(key, *spans):
    body = ENDPOINTS["traces"].body(*spans)
    return Client().post("/v1/traces", body, content_type="application/json", headers={"x-api-key": key})


@pytest.mark.parametrize(
    ("start", "end", "ms"),
    [
        (0, 0, None),
        (-5, -1, None),
        (10**19, 2**64 - 1, None),
        (YEAR_9999, YEAR_9999 + 5, None),
        ("1780000000000000000", "1770000000000000000", 0),
        (1.78e18, 1.780000001e18, 1000),
        ("1780000000000000000", None, None),
    ],
)
def test_odd_times_lose_no_span(ingest_key, start, end, ms):
    span = otlp_span(new_id()) | {"startTimeUnixNano": start, "endTimeUnixNano": end}
    good = otlp_span(new_id())
    assert post(ingest_key, span, good).json() == {"partialSuccess": {}}
    assert Run.objects.count() == 2
    step = Step.objects.get(key=span["spanId"])
    assert (step.kind, step.duration_ms) == ("llm", ms)


@pytest.mark.parametrize("size", [0, 7, 15, 17, 32, 9_000])
def test_ids_of_wrong_length_are_told_and_parents_left(ingest_key, size):
    spans = [otlp_span(new_id()) | {name: "a" * size} for name in ("traceId", "spanId", "parentSpanId")]
    told = post(ingest_key, *spans, otlp_span(new_id())).json()["partialSuccess"]
    wrong = 1 if size == 32 else 2
    assert told["rejectedSpans"] == str(wrong)
    assert Step.objects.filter(kind="llm").count() == 4 - wrong


@pytest.mark.parametrize("size", [1, 15, 17, 5_000])
def test_ids_of_wrong_length_in_protobuf(ingest_key, size):
    data = TracesData()
    spans = data.resource_spans.add().scope_spans.add().spans
    for name in ("trace_id", "span_id", "parent_span_id", "name"):
        span = spans.add(trace_id=b"t" * 16, span_id=name.encode()[:8].ljust(8, b"x"))
        if name != "name":
            setattr(span, name, b"a" * size)
        attribute = span.attributes.add(key="gen_ai.operation.name")
        attribute.value.string_value = "chat"
    answer = Client().post(
        "/v1/traces",
        data.SerializeToString(),
        content_type="application/x-protobuf",
        headers={"x-api-key": ingest_key},
    )
    assert (answer.status_code, Step.objects.filter(kind="llm").count()) == (200, 2)


def test_parents_in_a_circle(ingest_key):
    trace = new_id()
    ids = [f"{n:016x}" for n in (1, 2, 3, 4)]
    kinds = ["invoke_agent", "execute_tool", "invoke_agent", "chat"]
    spans = []
    for n, kind in enumerate(kinds):
        attributes = [{"key": "gen_ai.operation.name", "value": {"stringValue": kind}}]
        place = {"spanId": ids[n], "parentSpanId": ids[n - 1]}
        spans.append(otlp_span(trace) | place | {"attributes": attributes})
    own = otlp_span(new_id())
    own["parentSpanId"] = own["spanId"]
    for batch in (spans, [own], spans[::-1], [*spans, own]):
        assert post(ingest_key, *batch).json() == {"partialSuccess": {}}
    for span in spans:
        assert post(ingest_key, span).status_code == 200
    assert sorted(Step.objects.values_list("kind", flat=True)).count("llm") == 2


@pytest.mark.parametrize("kind", ["execute_tool", "invoke_agent", "chat", "chain"])
def test_very_deep_traces(ingest_key, kind):
    """2,000 spans below each other, the innermost first, and a model call at the end."""
    trace = new_id()
    attributes = [{"key": "gen_ai.operation.name", "value": {"stringValue": kind}}]
    spans = [
        otlp_span(trace)
        | {"spanId": f"{n + 2:016x}", "parentSpanId": f"{n + 1:016x}", "attributes": attributes}
        for n in range(2_000)
    ]
    spans.append(otlp_span(trace) | {"parentSpanId": spans[-1]["spanId"]})
    began = time.process_time()
    assert post(ingest_key, *spans[::-1]).json() == {"partialSuccess": {}}
    assert post(ingest_key, *spans[:2]).json() == {"partialSuccess": {}}
    assert time.process_time() - began < 6
    assert Run.objects.get().llm_calls == 1


def test_more_spans_than_one_request_may_have_are_refused(ingest_key, monkeypatch):
    monkeypatch.setattr("ingest.formats.otlp.raw.OTLP_RECORDS", 3)
    answer = post(ingest_key, *[otlp_span(new_id())] * 4)
    assert (answer.status_code, json.loads(answer.content)) == (
        413,
        {"error": "The request has more than 3 spans; send fewer at a time."},
    )
    assert not Run.objects.exists()
