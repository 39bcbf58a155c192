"""OTLP/JSON: ids in hex or base64, numbers as text or numbers, enums by name or number, both spellings."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from ingest import wild
from ingest.formats.otlp.fields import (
    KIND_WORDS,
    STATUS_WORDS,
    any_value,
    attributes_of,
    code_of,
    get,
    hex_id,
    nanoseconds,
    text,
)
from ingest.formats.otlp.raw import RawEvent, RawLink, RawLog, RawPoint, RawSpan, Received, Source, Unreadable
from ingest.limits import PROBLEM_BYTES
from runs.records import Quarantined

Record = dict[str, Any]

NO_IDS = "The span has no trace id or no span id."
NOT_OBJECT = "This is no object."


def read_json(data: bytes) -> Received:
    """Read a body: one request, or one a line as the Collector writes files. Raises Unreadable."""
    received = Received()
    for request in requests_of(data):
        read_request(received, request)
    return received


def requests_of(data: bytes) -> list[Record]:
    """Decode the requests of a body. Raises Unreadable."""
    try:
        whole = decode(data)
    except ValueError:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2:
            raise Unreadable("The body is no JSON.") from None
        try:
            whole = [decode(line) for line in lines]
        except ValueError:
            raise Unreadable("The body is no JSON.") from None
    found = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(one, dict) for one in found):
        raise Unreadable("The body is no OTLP: objects with resourceSpans, resourceLogs or resourceMetrics.")
    return found


def decode(data: bytes) -> Any:
    """Decode JSON, also with NaN, raw line breaks or damaged UTF-8. Raises ValueError."""
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return json.loads(data.decode("utf-8", "replace"), strict=False, parse_int=whole_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def whole_number(digits: str) -> int | float:
    """Read digits; Python refuses thousands of them, which are no number for us either."""
    return int(digits) if len(digits) < 40 else float("inf")


def read_request(received: Received, request: Record) -> None:
    """Read one request; what is damaged is kept aside."""
    for source, items in groups_of(request, "Spans"):
        for item in items:
            received.count("span")
            add_span(received, source, item)
    for source, items in groups_of(request, "Logs"):
        for item in items:
            received.count("log record")
            add_log(received, source, item)
    for source, items in groups_of(request, "Metrics"):
        for item in wild.objects(items):
            received.count("metric")
            received.points += points_of(source, item)


def groups_of(request: Record, what: str) -> Iterator[tuple[Source, list[Any]]]:
    """Walk the resources and scopes of a request."""
    leaf = {"Spans": "spans", "Logs": "logRecords", "Metrics": "metrics"}[what]
    lower = what.lower()
    for outer in wild.objects(get(request, f"resource{what}", f"resource_{lower}")):
        resource = attributes_of(wild.mapping(outer.get("resource")).get("attributes"))
        old = get(outer, f"instrumentationLibrary{what}", f"instrumentation_library_{lower}")
        for inner in wild.objects(get(outer, f"scope{what}", f"scope_{lower}") or old):
            scope = wild.mapping(inner.get("scope") or inner.get("instrumentationLibrary"))
            source = Source(
                resource=resource, scope=text(scope.get("name")), version=text(scope.get("version"))
            )
            yield source, wild.items(get(inner, leaf, "log_records" if leaf == "logRecords" else leaf))


def add_span(received: Received, source: Source, item: object) -> None:
    """Read one span, or keep it aside."""
    if not isinstance(item, dict):
        return keep_aside(received, "span", NOT_OBJECT, item)
    span = span_of(source, item)
    if not span.trace_id or not span.span_id:
        return keep_aside(received, "span", NO_IDS, item)
    return received.spans.append(span)


def add_log(received: Received, source: Source, item: object) -> None:
    """Read one log record, or keep it aside."""
    if not isinstance(item, dict):
        return keep_aside(received, "log record", NOT_OBJECT, item)
    return received.logs.append(log_of(source, item))


def keep_aside(received: Received, word: str, why: str, item: object) -> None:
    """Keep what cannot be read."""
    data = json.dumps(wild.tree(item))[:PROBLEM_BYTES].encode()
    received.quarantined.append(Quarantined(where=f"{word} {received.counted}", why=why, data=data))


def span_of(source: Source, item: Record) -> RawSpan:
    """Read one span; ids may be empty."""
    status = wild.mapping(item.get("status"))
    return RawSpan(
        source=source,
        trace_id=hex_id(get(item, "traceId", "trace_id"), size=16),
        span_id=hex_id(get(item, "spanId", "span_id"), size=8),
        parent_id=hex_id(get(item, "parentSpanId", "parent_span_id"), size=8),
        name=text(item.get("name")),
        kind=code_of(item.get("kind"), KIND_WORDS),
        start=nanoseconds(get(item, "startTimeUnixNano", "start_time_unix_nano")),
        end=nanoseconds(get(item, "endTimeUnixNano", "end_time_unix_nano")),
        status=code_of(status.get("code"), STATUS_WORDS),
        message=text(status.get("message")),
        attributes=attributes_of(item.get("attributes")),
        events=[
            RawEvent(
                name=text(event.get("name")),
                at=nanoseconds(get(event, "timeUnixNano", "time_unix_nano")),
                attributes=attributes_of(event.get("attributes")),
            )
            for event in wild.objects(item.get("events"))
        ],
        links=[
            RawLink(
                trace_id=hex_id(get(link, "traceId", "trace_id"), size=16),
                span_id=hex_id(get(link, "spanId", "span_id"), size=8),
            )
            for link in wild.objects(item.get("links"))
        ],
        dropped=wild.integer(get(item, "droppedAttributesCount", "dropped_attributes_count"), 2**31) or 0,
    )


def log_of(source: Source, item: Record) -> RawLog:
    """Read one log record; its name may be a field, an attribute or the body."""
    attributes = attributes_of(item.get("attributes"))
    body = any_value(item.get("body"))
    # The attribute first: Codex has a line of its source in the field.
    name = text(attributes.get("event.name")) or text(get(item, "eventName", "event_name"))
    seen = nanoseconds(get(item, "timeUnixNano", "time_unix_nano"))
    return RawLog(
        source=source,
        name=name,
        at=seen or nanoseconds(get(item, "observedTimeUnixNano", "observed_time_unix_nano")),
        trace_id=hex_id(get(item, "traceId", "trace_id"), size=16),
        span_id=hex_id(get(item, "spanId", "span_id"), size=8),
        severity=text(get(item, "severityText", "severity_text")),
        body=body,
        attributes=attributes,
    )


def points_of(source: Source, item: Record) -> Iterator[RawPoint]:
    """Read the numbers of a sum or a gauge, and the sums of a histogram."""
    total = wild.mapping(item.get("sum") or item.get("gauge") or item.get("histogram"))
    temporality = get(total, "aggregationTemporality", "aggregation_temporality")
    for point in wild.objects(get(total, "dataPoints", "data_points")):
        value = get(point, "asDouble", "as_double")
        value = get(point, "asInt", "as_int") if value is None else value
        value = point.get("sum") if value is None else value
        number = wild.number(wild.integer(value) if isinstance(value, str) else value)
        if number is not None:
            yield RawPoint(
                source=source,
                name=text(item.get("name")),
                value=number,
                start=nanoseconds(get(point, "startTimeUnixNano", "start_time_unix_nano")),
                at=nanoseconds(get(point, "timeUnixNano", "time_unix_nano")),
                is_delta=temporality in (1, "AGGREGATION_TEMPORALITY_DELTA"),
                attributes=attributes_of(point.get("attributes")),
            )
