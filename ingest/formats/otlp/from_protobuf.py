"""OTLP in protobuf, by the generated classes; a body with one damaged span is taken apart by hand."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from ingest import wild
from ingest.formats.otlp.fields import LATEST
from ingest.formats.otlp.raw import (
    Attributes,
    RawEvent,
    RawLink,
    RawLog,
    RawPoint,
    RawSpan,
    Received,
    Source,
    Unreadable,
)
from ingest.limits import PROBLEM_BYTES
from runs.records import Quarantined

NOT_OTLP = "The body is no OTLP in protobuf; send it as the exporter made it."
DAMAGED = "The span cannot be decoded."
NO_IDS = "The span has no trace id or no span id."

Clean = Callable[[str], str]


class Reader:
    """Reads one body. `clean` is what every text passes: it masks secrets."""

    def __init__(self, clean: Clean) -> None:
        self.clean = clean
        self.received = Received()
        self.texts: dict[str, str] = {}  #: clean ones; one that comes again is the same object
        self.names: dict[str, str] = {}

    def read_traces(self, data: bytes) -> Received:
        """Read spans. Raises Unreadable."""
        try:
            request = TracesData.FromString(data)
        except DecodeError:
            self.read_damaged_traces(data)
            return self.received
        for group in request.resource_spans:
            self.read_resource_spans(group)
        return self.received

    def read_resource_spans(self, group: Any) -> None:
        resource = self.attributes(group.resource.attributes)
        for inner in group.scope_spans:
            source = self.source(resource, inner.scope)
            for span in inner.spans:
                self.add_span(source, span)

    def read_damaged_traces(self, data: bytes) -> None:
        """Decode what can be decoded: groups without their spans, then each span alone."""
        for group in parts_of(data, 1):
            try:
                resource = self.attributes(ResourceSpans.FromString(without(group, 2)).resource.attributes)
            except DecodeError:
                resource = {}
            for inner in parts_of(group, 2):
                try:
                    scope = ScopeSpans.FromString(without(inner, 2)).scope
                except DecodeError:
                    scope = ScopeSpans().scope
                for part in parts_of(inner, 2):
                    self.add_part(self.source(resource, scope), part)

    def add_part(self, source: Source, part: bytes) -> None:
        try:
            self.add_span(source, Span.FromString(part))
        except DecodeError:
            self.refuse(DAMAGED, part)

    def add_span(self, source: Source, span: Any) -> None:
        if len(span.trace_id) != 16 or len(span.span_id) != 8 or not any(span.span_id):
            self.refuse(NO_IDS, span.SerializeToString())
            return
        parent = span.parent_span_id
        self.received.spans.append(
            RawSpan(
                source=source,
                trace_id=span.trace_id.hex(),
                span_id=span.span_id.hex(),
                parent_id=parent.hex() if any(parent) else "",
                name=self.text(span.name),
                kind=span.kind,
                start=time(span.start_time_unix_nano),
                end=time(span.end_time_unix_nano),
                status=span.status.code,
                message=self.text(span.status.message),
                attributes=self.attributes(span.attributes),
                events=[
                    RawEvent(
                        name=self.text(event.name),
                        at=time(event.time_unix_nano),
                        attributes=self.attributes(event.attributes),
                    )
                    for event in span.events
                ],
                links=[
                    RawLink(trace_id=link.trace_id.hex(), span_id=link.span_id.hex()) for link in span.links
                ],
                dropped=span.dropped_attributes_count,
            )
        )

    def read_logs(self, data: bytes) -> Received:
        """Read log records. Raises Unreadable."""
        for source, record in scoped(parse(LogsData, data).resource_logs, "logs", "log_records", self):
            attributes = self.attributes(record.attributes)
            self.received.logs.append(
                RawLog(
                    source=source,
                    name=str(attributes.get("event.name") or "") or self.text(record.event_name),
                    at=time(record.time_unix_nano) or time(record.observed_time_unix_nano),
                    trace_id=record.trace_id.hex() if any(record.trace_id) else "",
                    span_id=record.span_id.hex() if any(record.span_id) else "",
                    severity=self.text(record.severity_text),
                    body=self.value(record.body),
                    attributes=attributes,
                )
            )
        return self.received

    def read_metrics(self, data: bytes) -> Received:
        """Read the numbers of sums and gauges, and the sums of histograms. Raises Unreadable."""
        for source, metric in scoped(parse(MetricsData, data).resource_metrics, "metrics", "metrics", self):
            kind = metric.WhichOneof("data")
            if kind not in ("sum", "gauge", "histogram"):
                continue
            told = getattr(metric, kind)
            for point in told.data_points:
                value = number_of(point, kind)
                if math.isfinite(value):
                    self.received.points.append(
                        RawPoint(
                            source=source,
                            name=self.text(metric.name),
                            value=float(value),
                            start=time(point.start_time_unix_nano),
                            at=time(point.time_unix_nano),
                            is_delta=kind != "gauge" and told.aggregation_temporality == 1,
                            attributes=self.attributes(point.attributes),
                        )
                    )
        return self.received

    def source(self, resource: Attributes, scope: Any) -> Source:
        return Source(resource=resource, scope=self.text(scope.name), version=self.text(scope.version))

    def refuse(self, why: str, data: bytes) -> None:
        where = f"span {len(self.received.spans) + len(self.received.quarantined) + 1}"
        self.received.quarantined.append(Quarantined(where=where, why=why, data=data[:PROBLEM_BYTES]))

    def text(self, value: str) -> str:
        found = self.texts.get(value)
        if found is None:
            found = self.clean(wild.clean(value)) if value else ""
            if found is value:  # what has secrets is masked, and counted, each time
                self.texts[value] = found
        return found

    def attributes(self, pairs: Iterable[Any]) -> Attributes:
        return {self.name(pair.key): self.value(pair.value) for pair in pairs}

    def name(self, value: str) -> str:
        found = self.names.get(value)
        if found is None:
            found = self.names[value] = wild.clean(value)
        return found

    def value(self, value: Any, depth: int = wild.DEEPEST) -> Any:
        if text := value.string_value:
            return self.text(text)
        kind = value.WhichOneof("value")
        if kind == "string_value":
            return ""
        if kind is None or depth <= 0:
            return None
        if kind == "array_value":
            return [self.value(item, depth - 1) for item in value.array_value.values]
        if kind == "kvlist_value":
            return {pair.key: self.value(pair.value, depth - 1) for pair in value.kvlist_value.values}
        found = getattr(value, kind)
        if kind == "double_value" and not math.isfinite(found):
            return None
        return found.hex() if kind == "bytes_value" else found


def parse(message: Any, data: bytes) -> Any:
    """Decode a whole body. Raises Unreadable."""
    try:
        return message.FromString(data)
    except DecodeError:
        raise Unreadable(NOT_OTLP) from None


def scoped(groups: Iterable[Any], what: str, leaf: str, reader: Reader) -> Iterator[tuple[Source, Any]]:
    """Walk the records of all resources and scopes."""
    for group in groups:
        resource = reader.attributes(group.resource.attributes)
        for inner in getattr(group, f"scope_{what}"):
            source = reader.source(resource, inner.scope)
            for record in getattr(inner, leaf):
                yield source, record


def time(value: int) -> int:
    """Take a time; one beyond the year 3000 is a mistake."""
    return value if value < LATEST else 0


def parts_of(data: bytes, number: int) -> Iterator[bytes]:
    """Yield the sub-messages of one field. Raises Unreadable."""
    return (data[begin:end] for field, _, begin, end in fields_of(data) if field == number)


def without(data: bytes, number: int) -> bytes:
    """Leave one field out of a message. Raises Unreadable."""
    return b"".join(data[at:end] for field, at, _, end in fields_of(data) if field != number)


def fields_of(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (field, where its tag begins, where its value begins, where it ends). Raises Unreadable."""
    at = 0
    while at < len(data):
        start = at
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 2:
            size, at = varint(data, at)
            end = at + size
        elif kind == 0:
            _, end = varint(data, at)
        elif kind in (1, 5):
            end = at + (8 if kind == 1 else 4)
        else:
            raise Unreadable(NOT_OTLP)
        if end > len(data):
            raise Unreadable(NOT_OTLP)
        yield tag >> 3, start, at, end
        at = end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of protobuf's own length: (number, where the next byte is). Raises Unreadable."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise Unreadable(NOT_OTLP)


def number_of(point: Any, kind: str) -> float:
    """Take the number of a point."""
    if kind == "histogram":
        return float(point.sum)
    return float(point.as_double if point.WhichOneof("value") == "as_double" else point.as_int)
