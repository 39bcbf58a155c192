"""OTLP in protobuf, by the generated classes; a body with one damaged span is taken apart by hand."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from msgspec import Struct
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from ingest import wild
from ingest.crumbs import too_many_values
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
)
from ingest.formats.otlp.wire import count_messages, parts_of, without
from ingest.limits import PROBLEM_BYTES, UNCOUNTED_BYTES, VALUES_PER_REQUEST
from runs.records import Quarantined

NO_IDS = "The span has no trace id or no span id."

Clean = Callable[[str], str]


class Signal(Struct, frozen=True):
    """How the messages of one signal lie in each other. The fields have the same numbers in all three."""

    whole: Any
    group: Any
    inner: Any
    record: Any
    groups: str  #: field of `whole`
    inners: str  #: field of `group`
    records: str  #: field of `inner`
    word: str  #: for people


TRACES = Signal(TracesData, ResourceSpans, ScopeSpans, Span, "resource_spans", "scope_spans", "spans", "span")
LOGS = Signal(
    *(LogsData, ResourceLogs, ScopeLogs, LogRecord),
    *("resource_logs", "scope_logs", "log_records", "log record"),
)
METRICS = Signal(
    *(MetricsData, ResourceMetrics, ScopeMetrics, Metric),
    *("resource_metrics", "scope_metrics", "metrics", "metric"),
)


class Reader:
    """Reads one body. `clean` is what every text passes that may hold secrets: it masks them."""

    def __init__(self, clean: Clean | None) -> None:
        self.clean = clean
        self.received = Received()
        self.texts: dict[str, str] = {}  #: clean ones; one that comes again is the same object
        self.names: dict[str, str] = {}

    def read_traces(self, data: bytes) -> Received:
        """Read spans. Raises Unreadable."""
        for source, span in self.records(data, TRACES):
            self.add_span(source, span)
        return self.received

    def records(self, data: bytes, signal: Signal) -> Iterator[tuple[Source, Any]]:
        """Walk the records of all resources and scopes. Raises Unreadable, Refused."""
        refuse_crumbs(data, signal)
        try:
            whole = signal.whole.FromString(data)
        except DecodeError:
            yield from self.records_of_damaged(data, signal)
            return
        for group in getattr(whole, signal.groups):
            resource = self.attributes(group.resource.attributes)
            for inner in getattr(group, signal.inners):
                source = self.source(resource, inner.scope)
                for record in getattr(inner, signal.records):
                    self.received.count(signal.word)
                    yield source, record

    def records_of_damaged(self, data: bytes, signal: Signal) -> Iterator[tuple[Source, Any]]:
        """Decode what can be decoded: groups without their records, then each record alone."""
        for group in parts_of(data, 1):
            told = decoded(signal.group, without(group, 2))
            resource = self.attributes(told.resource.attributes)
            for inner in parts_of(group, 2):
                source = self.source(resource, decoded(signal.inner, without(inner, 2)).scope)
                for part in parts_of(inner, 2):
                    self.received.count(signal.word)
                    try:
                        record = signal.record.FromString(part)
                    except DecodeError:
                        self.refuse(f"The {signal.word} cannot be decoded.", part, signal.word)
                        continue
                    yield source, record

    def add_span(self, source: Source, span: Any) -> None:
        trace_id, span_id = hex_of(span.trace_id, 16), hex_of(span.span_id, 8)
        if not trace_id or not span_id:
            self.refuse(NO_IDS, span.SerializeToString(), TRACES.word)
            return
        self.received.spans.append(
            RawSpan(
                source=source,
                trace_id=trace_id,
                span_id=span_id,
                parent_id=hex_of(span.parent_span_id, 8),
                name=self.text(span.name),
                kind=span.kind,
                start=time(span.start_time_unix_nano),
                end=time(span.end_time_unix_nano),
                status=span.status.code,
                message=self.text(span.status.message),
                attributes=self.attributes(span.attributes),
                events=[self.event(event) for event in span.events],
                links=[
                    RawLink(trace_id=hex_of(link.trace_id, 16), span_id=hex_of(link.span_id, 8))
                    for link in span.links
                ],
                dropped=span.dropped_attributes_count,
            )
        )

    def event(self, event: Any) -> RawEvent:
        return RawEvent(
            name=self.text(event.name),
            at=time(event.time_unix_nano),
            attributes=self.attributes(event.attributes),
        )

    def read_logs(self, data: bytes) -> Received:
        """Read log records. Raises Unreadable."""
        for source, record in self.records(data, LOGS):
            attributes = self.attributes(record.attributes)
            self.received.logs.append(
                RawLog(
                    source=source,
                    name=str(attributes.get("event.name") or "") or self.text(record.event_name),
                    at=time(record.time_unix_nano) or time(record.observed_time_unix_nano),
                    trace_id=hex_of(record.trace_id, 16),
                    span_id=hex_of(record.span_id, 8),
                    severity=self.text(record.severity_text),
                    body=self.value(record.body),
                    attributes=attributes,
                )
            )
        return self.received

    def read_metrics(self, data: bytes) -> Received:
        """Read the numbers of sums and gauges, and the sums of histograms. Raises Unreadable."""
        for source, metric in self.records(data, METRICS):
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

    def refuse(self, why: str, data: bytes, word: str) -> None:
        where = f"{word} {self.received.counted}"
        self.received.quarantined.append(Quarantined(where=where, why=why, data=data[:PROBLEM_BYTES]))

    def text(self, value: str) -> str:
        return (self.texts.get(value) or self.new_text(value)) if value else ""

    def new_text(self, value: str) -> str:
        found = wild.clean(value)
        if self.clean is not None:
            found = self.clean(found)
        if found is value:  # what has secrets is masked, and counted, each time
            self.texts[value] = found
        return found

    def attributes(self, pairs: Iterable[Any]) -> Attributes:
        """Read attributes. It runs for each of hundreds of a span: what came before is only looked up."""
        names, texts, found = self.names, self.texts, {}
        for pair in pairs:
            name, value = pair.key, pair.value
            text = value.string_value
            read = (texts.get(text) or self.new_text(text)) if text else self.value(value)
            found[names.get(name) or self.name(name)] = read
        return found

    def name(self, value: str) -> str:
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
            pairs = value.kvlist_value.values
            return {self.name(pair.key): self.value(pair.value, depth - 1) for pair in pairs}
        found = getattr(value, kind)
        if kind == "double_value" and not math.isfinite(found):
            return None
        return found.hex() if kind == "bytes_value" else found


def refuse_crumbs(data: bytes, signal: Signal) -> None:
    """Refuse a large body of tiny messages: decoded they take 150 times its bytes. Raises Refused."""
    if len(data) > UNCOUNTED_BYTES:
        count = count_messages(data, signal.whole.DESCRIPTOR, most=VALUES_PER_REQUEST)
        if count > VALUES_PER_REQUEST:
            raise too_many_values()


def decoded(message: Any, data: bytes) -> Any:
    """Decode a message; a damaged one says nothing."""
    try:
        return message.FromString(data)
    except DecodeError:
        return message()


def hex_of(value: bytes, size: int) -> str:
    """Write an id of `size` bytes; empty when it is none."""
    return value.hex() if len(value) == size and any(value) else ""


def time(value: int) -> int:
    """Take a time; one beyond what a column holds is a mistake."""
    return value if value < LATEST else 0


def number_of(point: Any, kind: str) -> float:
    """Take the number of a point."""
    if kind == "histogram":
        return float(point.sum)
    return float(point.as_double if point.WhichOneof("value") == "as_double" else point.as_int)
