"""Every field of real bodies with odd values in it: nothing fails, and the good part beside it is stored.

Each recording has some ten thousand such bodies; 120 of each, always the same ones, are tried here.
`ODD_FIELDS=all` tries them all, which takes an hour.
"""

import json
import os
import random

import pytest
from django.test import Client
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from ingest.formats.sdks.langsmith.parts import parts_of
from runs.models import Run
from tests import captures
from tests.ingest.bodies import ENDPOINTS, new_id
from tests.ingest.odd import as_bytes, variants

pytestmark = pytest.mark.django_db

#: Variants of one recording that are tried, and how many go into one request.
TRIED, TOGETHER = 120, 60
#: One recording of each source.
NAMES = [
    *("js_ai", "otel_genai-stream", "strands_agent-kill7", "otel_openai_v2", "langfuse_sdk-score"),
    *("logfire_pydantic-otlp", "oi_anthropic-stream", "oi_openai_agents-chat", "openllmetry-kill7"),
    *("adk_agent-latest", "otel_pending-kill05", "langsmith_trace-otel", "anthropic_native-content"),
    *("langsmith_graph-stream", "langsmith_trace-error", "openai_agents", "openai_agents_rich"),
    *("langfuse_v2-kill7", "opik_sdk-kill7"),
]
#: What Claude Code itself exports: its logs and metrics have the facts.
CLAUDE_CODE = captures.CAPTURES.parent / "agents" / "claude_code" / "bugfix.json" / "otlp"
OTLP = {
    "traces": (TracesData, ("resourceSpans", "scopeSpans", "spans")),
    "logs": (LogsData, ("resourceLogs", "scopeLogs", "logRecords")),
    "metrics": (MetricsData, ("resourceMetrics", "scopeMetrics", "metrics")),
}
LISTS = {
    "/api/public/ingestion": ("langfuse", "batch"),
    "/v1/traces/ingest": ("openai-agents", "data"),
    "/api/v1/private/spans/batch": ("opik", "spans"),
}


def records_of(name):
    """Yield (endpoint, record) of a recording; an OTLP record is a resource, a scope and what it holds."""
    if name == "claude-code":
        for path in sorted(CLAUDE_CODE.glob("*.json")):
            signal = path.stem.partition("-")[2]
            yield from ((signal, record) for record in otlp_records(json.loads(path.read_text()), signal))
        return
    for sent in captures.requests_of(name):
        signal = sent.path.rpartition("/")[2]
        if sent.path == "/runs/multipart":
            yield from (("langsmith", record) for record in runs_in(sent))
        elif sent.path in LISTS:
            endpoint, field = LISTS[sent.path]
            yield from ((endpoint, record) for record in json.loads(sent.body)[field])
        elif signal in OTLP and sent.body:
            yield from ((signal, record) for record in otlp_records(decoded(sent, signal), signal))


def runs_in(sent):
    runs = {}
    for part in parts_of(sent.body, sent.headers["content-type"]):
        kind, _, rest = part.name.partition(".")
        run, _, field = rest.partition(".")
        if kind in ("post", "patch"):
            value = json.loads(part.data)
            runs.setdefault((kind, run), {"id": run}).update({field: value} if field else value)
    return runs.values()


def decoded(sent, signal):
    if "json" in sent.headers["content-type"]:
        return json.loads(sent.body)
    return MessageToDict(OTLP[signal][0].FromString(sent.body))


def otlp_records(whole, signal):
    outer, inner, leaf = OTLP[signal][1]
    for group in whole[outer]:
        for scoped in group[inner]:
            for record in scoped[leaf]:
                yield {"resource": group.get("resource"), "scope": scoped.get("scope"), "record": record}


def kind_of(record):
    """Tell records of one kind, of which one is enough."""
    inner = record.get("record", record)
    told = (inner.get("name"), inner.get("type"), inner.get("run_type"), inner.get("object"))
    body = inner.get("body") or inner.get("span_data") or {}
    return (*map(str, told), str(body.get("type")), len(inner.get("attributes", ())))


def in_own_trace(endpoint, record):
    """Put a record into a trace of its own, so that it meets no other one."""
    trace = new_id()
    if endpoint in OTLP:
        inner = record["record"] if isinstance(record.get("record"), dict) else {}
        known = {"traceId": trace.replace("-", "")} if isinstance(inner.get("traceId"), str) else {}
        return record | {"record": {**inner, **known}} if inner else record
    told = dict(record)
    for place in (told, told.get("body")):
        for key in ("trace_id", "traceId"):
            if isinstance(place, dict) and isinstance(place.get(key), str):
                place[key] = trace
    if endpoint == "langsmith" and isinstance(told.get("id"), str):
        told["id"] = new_id()
    return told


def body_of(endpoint, records, good):
    if endpoint not in OTLP:
        half = len(records) // 2
        pieces = [*map(as_bytes, records[:half]), good, *map(as_bytes, records[half:])]
        return ENDPOINTS[endpoint].body(*pieces)
    outer, inner, leaf = OTLP[endpoint][1]
    groups = [
        {"resource": one.get("resource"), inner: [{"scope": one.get("scope"), leaf: [one.get("record")]}]}
        for one in records
    ]
    groups.insert(len(groups) // 2, {inner: [{leaf: [good]}]})
    return as_bytes({outer: groups})


def tried_of(name):
    """Choose variants of a recording: (endpoint, where, record)."""
    kinds = {}
    for endpoint, record in records_of(name):
        kinds.setdefault((endpoint, kind_of(record)), (endpoint, record))
    everything = [
        (endpoint, "/".join(shape), changed)
        for endpoint, record in kinds.values()
        for shape, changed in variants(record)
    ]
    if os.environ.get("ODD_FIELDS") == "all":
        return everything
    return random.Random(name).sample(everything, min(TRIED, len(everything)))


@pytest.mark.parametrize(
    "name",
    [
        *(name for name in NAMES if name in captures.names()),
        *(["claude-code"] if CLAUDE_CODE.is_dir() else []),
    ],
)
def test_any_field_may_be_odd(name, ingest_key):
    tried = sorted(tried_of(name), key=lambda one: one[0])
    assert len(tried) >= TRIED
    for endpoint in {one[0] for one in tried}:
        mine = [one for one in tried if one[0] == endpoint]
        for begin in range(0, len(mine), TOGETHER):
            part = mine[begin : begin + TOGETHER]
            run = new_id()
            good = ENDPOINTS[endpoint].piece(run)
            body = body_of(endpoint, [in_own_trace(endpoint, record) for *_, record in part], good)
            answer = Client(raise_request_exception=False).post(
                ENDPOINTS[endpoint].path,
                body,
                content_type="application/json",
                headers={"x-api-key": ingest_key},
            )
            where = [shape for _, shape, _ in part]
            assert answer.status_code < 400, (where, answer.content)
            known = Run.objects.filter(external_id__in=[run, run.replace("-", "")], llm_calls=1)
            assert endpoint == "metrics" or known.exists(), where
