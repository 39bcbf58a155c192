"""The OpenTelemetry wire: protobuf and JSON into raw spans, logs and numbers. See docs/reference/otlp.md."""

from ingest.formats.otlp.answers import answer_of
from ingest.formats.otlp.bodies import is_json, read_logs, read_metrics, read_traces
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

__all__ = [
    "Attributes",
    "RawEvent",
    "RawLink",
    "RawLog",
    "RawPoint",
    "RawSpan",
    "Received",
    "Source",
    "Unreadable",
    "answer_of",
    "is_json",
    "read_logs",
    "read_metrics",
    "read_traces",
]
