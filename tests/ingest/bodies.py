"""One good request for each endpoint that programs post to, in a trace or run of its own each time."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from msgspec import Struct

BEGAN, ENDED = "2026-11-20T08:34:29.000Z", "2026-11-20T08:34:31.000Z"
FORM = "multipart/form-data; boundary=x"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where to post, and the pieces of a body there: one model call that becomes a run of that id."""

    path: str
    piece: Callable[[str], dict[str, Any]]
    wrap: Callable[[bytes], bytes] = lambda pieces: b"[" + pieces + b"]"
    glue: bytes = b","
    type: str = "application/json"

    def body(self, *pieces: bytes | dict[str, Any]) -> bytes:
        """Write a body of pieces, as they are or as JSON."""
        return self.wrap(self.glue.join(one if isinstance(one, bytes) else as_json(one) for one in pieces))


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def inside(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    return lambda pieces: before + pieces + after


def new_id() -> str:
    return str(uuid.uuid4())


def otlp_span(run: str) -> dict[str, Any]:
    told = {"gen_ai.operation.name": "chat", "gen_ai.response.model": "gpt-5", "agentscope.run": run}
    return {
        "traceId": uuid.UUID(run).hex,
        "spanId": uuid.UUID(run).hex[:16],
        "startTimeUnixNano": "1780000000000000000",
        "endTimeUnixNano": "1780000001000000000",
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in told.items()],
    }


def otlp_log(run: str) -> dict[str, Any]:
    told = {"event.name": "claude_code.api_request", "session.id": run, "request_id": run, "model": "claude"}
    return {
        "timeUnixNano": "1780000000000000000",
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in told.items()],
    }


def metric(run: str) -> dict[str, Any]:
    return {"name": "x", "sum": {"dataPoints": [{"asInt": "1", "timeUnixNano": "1780000000000000000"}]}}


def langsmith_run(run: str) -> dict[str, Any]:
    times = {"start_time": BEGAN, "end_time": ENDED, "dotted_order": f"20261120T083429356148Z{run}"}
    return {
        "id": run,
        "trace_id": run,
        "run_type": "llm",
        "name": "m",
        **times,
        "outputs": {"content": "Hi."},
    }


def langfuse_event(run: str) -> dict[str, Any]:
    body = {
        "id": f"g-{run}",
        "traceId": run,
        "startTime": BEGAN,
        "endTime": ENDED,
        "model": "gpt-5",
        "output": "Hi.",
    }
    return {"id": f"e-{run}", "type": "generation-create", "timestamp": ENDED, "body": body}


def openai_agents_span(run: str) -> dict[str, Any]:
    told = {"type": "generation", "model": "gpt-5"}
    times = {"started_at": BEGAN, "ended_at": ENDED}
    return {"object": "trace.span", "id": f"s-{run}", "trace_id": run, **times, "span_data": told}


def opik_span(run: str) -> dict[str, Any]:
    times = {"start_time": BEGAN, "end_time": ENDED}
    return {"id": f"s-{run}", "trace_id": run, "type": "llm", "name": "m", **times}


def native_event(run: str) -> dict[str, Any]:
    return {"run": run, "kind": "llm_call", "id": "m", "content": "Hi.", "model": "gpt-5"}


ENDPOINTS = {
    "traces": Endpoint(
        path="/v1/traces",
        piece=otlp_span,
        wrap=inside(b'{"resourceSpans":[{"scopeSpans":[{"spans":[', b"]}]}]}"),
    ),
    "logs": Endpoint(
        path="/v1/logs",
        piece=otlp_log,
        wrap=inside(b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[', b"]}]}]}"),
    ),
    "metrics": Endpoint(
        path="/otel/v1/metrics",
        piece=metric,
        wrap=inside(b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[', b"]}]}]}"),
    ),
    "langsmith": Endpoint(path="/runs/batch", piece=langsmith_run, wrap=inside(b'{"post":[', b"]}")),
    "langfuse": Endpoint(
        path="/api/public/ingestion", piece=langfuse_event, wrap=inside(b'{"batch":[', b"]}")
    ),
    "openai-agents": Endpoint(
        path="/v1/traces/ingest", piece=openai_agents_span, wrap=inside(b'{"data":[', b"]}")
    ),
    "opik": Endpoint(path="/api/v1/private/spans/batch", piece=opik_span, wrap=inside(b'{"spans":[', b"]}")),
    "events": Endpoint(path="/api/v1/events", piece=native_event),
    "import": Endpoint(path="/api/v1/import", piece=native_event, wrap=inside(b"", b""), glue=b"\n"),
}
#: Where else bytes may arrive.
OTHERS = {
    "langsmith-form": ("POST", "/runs/multipart", FORM),
    "langsmith-run": ("POST", "/runs", "application/json"),
    "langsmith-patch": ("PATCH", "/runs/7a3f0b52-6a5c-4a8e-9a0e-2a3a54a3e1c9", "application/json"),
    "langsmith-feedback": ("POST", "/feedback", "application/json"),
    "langfuse-scores": ("POST", "/api/public/scores", "application/json"),
    "opik-traces": ("POST", "/api/v1/private/traces/batch", "application/json"),
    "langfuse-otlp": ("POST", "/api/public/otel/v1/traces", "application/x-protobuf"),
    "opik-patch": (
        "PATCH",
        "/api/v1/private/traces/7a3f0b52-6a5c-4a8e-9a0e-2a3a54a3e1c9",
        "application/json",
    ),
    "opik-scores": ("PUT", "/api/v1/private/traces/feedback-scores", "application/json"),
    "opik-span-scores": ("PUT", "/api/v1/private/spans/feedback-scores", "application/json"),
    "claude-code-hooks": ("POST", "/api/v1/hooks/claude-code", "application/json"),
    "codex-notices": ("POST", "/api/v1/hooks/codex", "application/json"),
    "import-form": ("POST", "/api/v1/import", FORM),
}
