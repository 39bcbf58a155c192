"""What an exporter is answered, in the encoding of its request."""

from typing import Any

import msgspec
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

#: signal -> (message of protobuf, its field, the field in JSON)
ANSWERS: dict[str, tuple[Any, str, str]] = {
    "traces": (ExportTraceServiceResponse, "rejected_spans", "rejectedSpans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records", "rejectedLogRecords"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points", "rejectedDataPoints"),
}


def answer_of(signal: str, *, json: bool, rejected: int = 0, sentence: str = "") -> bytes:
    """Write the answer: empty when all was taken, else how many were not and why."""
    message, field, name = ANSWERS[signal]
    if json:
        partial = {name: str(rejected), "errorMessage": sentence} if rejected else {}
        return msgspec.json.encode({"partialSuccess": partial})
    answer = message()
    if rejected:
        setattr(answer.partial_success, field, rejected)
        answer.partial_success.error_message = sentence
    written: bytes = answer.SerializeToString()
    return written
