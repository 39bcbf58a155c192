"""The endpoints of OTLP: every path, every form of a key, answers in the encoding of the request, files."""

import base64
import json

import pytest
from django.db import OperationalError
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from ingest import pipeline
from ingest.models import Problem
from ingest.otlp_urls import PREFIXES
from runs.models import Run, Step

pytestmark = pytest.mark.django_db

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CHAT = {
    "traceId": TRACE,
    "spanId": SPAN,
    "name": "chat gpt-5",
    "startTimeUnixNano": "1767323045000000000",
    "endTimeUnixNano": "1767323046000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-5"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "120"}},
        {"key": "session.id", "value": {"stringValue": "s-1"}},
    ],
}


def body(*spans) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def post(key, data, path="/v1/traces", content_type="application/json", **headers):
    headers = headers or {"authorization": f"Bearer {key}"}
    return Client().post(path, data=data, content_type=content_type, headers=headers)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_path_takes_spans(ingest_key, prefix, slash):
    answer = post(ingest_key, body(CHAT), path=f"/{prefix}v1/traces{slash}")
    assert (answer.status_code, answer.json()) == (200, {"partialSuccess": {}})
    run = Run.objects.get()
    assert (run.external_id, run.session, run.model, run.input_tokens, run.status) == (
        *(TRACE, "s-1", "gpt-5", 120, "done"),
    )


@pytest.mark.parametrize("signal", ["logs", "metrics"])
def test_logs_and_metrics_are_taken(ingest_key, signal):
    answer = post(ingest_key, b"{}", path=f"/v1/{signal}")
    assert (answer.status_code, answer.json()) == (200, {"partialSuccess": {}})


@pytest.mark.parametrize(
    "form",
    [
        lambda key: {"authorization": f"Bearer {key}"},
        lambda key: {"authorization": f"Bearer%20{key}"},
        lambda key: {"authorization": key},
        lambda key: {"x-api-key": key},
        lambda key: {"authorization": "Basic " + base64.b64encode(f"pk-lf-any:{key}".encode()).decode()},
    ],
)
def test_every_form_of_a_key_opens(ingest_key, form):
    assert post(ingest_key, body(CHAT), **form(ingest_key)).status_code == 200


def test_get_says_whether_the_key_is_fine(client, ingest_key):
    assert client.get("/v1/traces", headers={"x-api-key": ingest_key}).json()["key"] == "ok"
    answer = client.get("/v1/traces", headers={"x-api-key": "as_wrong"})
    assert (answer.status_code, list(answer.json())) == (401, ["error"])


def test_wrong_key_is_one_sentence(ingest_key):
    answer = post(ingest_key, body(CHAT), **{"x-api-key": ingest_key + "x"})
    assert (answer.status_code, answer.json()["error"].startswith("Send an API key")) == (401, True)
    assert not Run.objects.exists()


def test_damaged_span_is_told_and_kept(ingest_key, project):
    answer = post(ingest_key, body({"name": "lost"}, CHAT))
    assert answer.json() == {
        "partialSuccess": {
            "rejectedSpans": "1",
            "errorMessage": "The span has no trace id or no span id.",
        }
    }
    assert Run.objects.count() == 1
    assert Problem.objects.values_list("source", "where", "why").get() == (
        *("otlp", "span 1", "The span has no trace id or no span id."),
    )


def test_damaged_span_is_told_in_protobuf(ingest_key):
    data = TracesData()
    data.resource_spans.add().scope_spans.add().spans.add(name="lost")
    answer = post(ingest_key, data.SerializeToString(), content_type="application/x-protobuf")
    told = ExportTraceServiceResponse.FromString(answer.content)
    assert (answer["content-type"], told.partial_success.rejected_spans) == ("application/x-protobuf", 1)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", "application/x-protobuf", 422),
        (b"\xff\xff", "application/x-protobuf", 400),
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
    ],
)
def test_what_is_no_otlp_is_refused(ingest_key, data, content_type, status):
    answer = post(ingest_key, data, content_type=content_type)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_database_away_is_503_with_a_small_wait(ingest_key, monkeypatch):
    def away(*_, **__):
        raise OperationalError("away")

    monkeypatch.setattr(pipeline, "StoredTraces", away)
    answer = post(ingest_key, body(CHAT))
    assert (answer.status_code, answer["retry-after"]) == (503, "5")


def test_spans_without_models_and_tools_make_no_run(ingest_key):
    plain = {**CHAT, "attributes": [{"key": "http.method", "value": {"stringValue": "GET"}}]}
    assert post(ingest_key, body(plain)).status_code == 200
    assert not Run.objects.exists()


def test_files_are_imported_through_the_same_code(ingest_key, project):
    tool = {**CHAT, "spanId": "b7ad6b7169203332", "parentSpanId": SPAN}
    tool["attributes"] = [{"key": "gen_ai.tool.name", "value": {"stringValue": "ls"}}]
    lines = body(CHAT) + b"\n" + body(tool)
    answer = Client().post(
        "/api/v1/import?filename=spans.jsonl",
        data=lines,
        content_type="application/x-ndjson",
        headers={"x-api-key": ingest_key},
    )
    assert (answer.status_code, len(answer.json()["runs"]), answer.json()["quarantined"]) == (200, 1, [])
    post(ingest_key, lines)
    assert sorted(Step.objects.values_list("kind", "tool", "name")) == [("llm", "", ""), ("tool", "ls", "")]
