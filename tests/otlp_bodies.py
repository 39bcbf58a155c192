"""Requests of OTLP opened into plain values and closed again, in protobuf or JSON: tests change them."""

import base64
import json
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from msgspec import Struct, structs
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.captures import Sent

WHOLE: dict[str, type[Message]] = {"traces": TracesData, "logs": LogsData, "metrics": MetricsData}
#: Lists in lists: resources, scopes, records.
NESTED = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}
IDS = ("traceId", "spanId", "parentSpanId")
TYPES = {True: "application/json", False: "application/x-protobuf"}

Record = dict[str, Any]


class Part(Struct, frozen=True):
    """One span, log record or metric, with its resource and its scope."""

    signal: str
    resource: Record
    scope: Record
    record: Record


def signal_of(sent: Sent) -> str | None:
    """Name what a request brings; None for a request that is no OTLP."""
    last = sent.path.partition("?")[0].rstrip("/").rpartition("/v1/")[2]
    return last if last in NESTED else None


def opened(sent: Sent) -> list[Part]:
    """Take a request apart."""
    signal = signal_of(sent)
    assert signal is not None, sent.path
    if "json" in sent.headers["content-type"]:
        whole = json.loads(sent.body)
    else:
        whole = MessageToDict(WHOLE[signal].FromString(sent.body), use_integers_for_enums=True)
        recode(whole, lambda text: base64.b64decode(text).hex())
    groups, scopes, records = NESTED[signal]
    return [
        Part(signal, group.get("resource", {}), inner.get("scope", {}), record)
        for group in whole[groups]
        for inner in group[scopes]
        for record in inner[records]
    ]


def closed(parts: list[Part], like: Sent, *, as_json: bool) -> Sent:
    """Make one request of parts of one signal, those that follow each other from one scope together."""
    groups, scopes, records = NESTED[parts[0].signal]
    listed: list[Record] = []
    for part in parts:
        if not listed or listed[-1]["resource"] != part.resource:
            listed.append({"resource": part.resource, scopes: []})
        inner = listed[-1][scopes]
        if not inner or inner[-1]["scope"] != part.scope:
            inner.append({"scope": part.scope, records: []})
        inner[-1][records].append(part.record)
    whole = {groups: listed}
    if as_json:
        body = json.dumps(whole, ensure_ascii=False).encode()
    else:
        whole = json.loads(json.dumps(whole))
        recode(whole, lambda text: base64.b64encode(bytes.fromhex(text)).decode())
        tame(whole)
        body = ParseDict(whole, WHOLE[parts[0].signal]()).SerializeToString()
    return structs.replace(like, headers={**like.headers, "content-type": TYPES[as_json]}, body=body)


def recode(value: Any, code: Any) -> None:
    """Write every id in another way."""
    if isinstance(value, list):
        for item in value:
            recode(item, code)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in IDS and isinstance(item, str):
                value[name] = code(item)
            else:
                recode(item, code)


def tame(value: Any) -> None:
    """Make values that JSON exporters send and protobuf has no word for the nearest that it has."""
    if isinstance(value, list):
        for item in value:
            tame(item)
    elif isinstance(value, dict):
        for name in [name for name, item in value.items() if item is None]:
            del value[name]
        for item in value.values():
            tame(item)
