"""MLflow's tracing over OTLP: `mlflow.spanType`; the value of every attribute is JSON text."""

from typing import Any

from ingest.dialects.values import Fields, inclusive, parsed, text_or_json
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind

KINDS = {
    "LLM": SpanKind.LLM,
    "CHAT_MODEL": SpanKind.LLM,
    "TOOL": SpanKind.TOOL,
    "AGENT": SpanKind.AGENT,
    "RETRIEVER": SpanKind.RETRIEVER,
    "GUARDRAIL": SpanKind.GUARDRAIL,
}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of MLflow; None for every other."""
    attributes = raw.attributes
    if "mlflow.spanType" not in attributes:
        return None
    kind = KINDS.get(str(parsed(attributes["mlflow.spanType"])), SpanKind.CHAIN)
    given, came = parsed(attributes.get("mlflow.spanInputs")), parsed(attributes.get("mlflow.spanOutputs"))
    if kind is SpanKind.LLM:
        return {"kind": kind, **llm_fields(raw, given, came)}
    return {
        "kind": kind,
        "tool": raw.name if kind is not SpanKind.AGENT else None,
        "agent": raw.name if kind is SpanKind.AGENT else None,
        "input": text_or_json(given),
        "output": text_or_json(came),
    }


def llm_fields(raw: RawSpan, given: Any, came: Any) -> Fields:
    """Read a model call."""
    usage = parsed(raw.attributes.get("mlflow.chat.tokenUsage"))
    model = parsed(raw.attributes.get("mlflow.llm.model"))
    messages = given.get("messages", given.get("input")) if isinstance(given, dict) else given
    answers = came.get("choices", came.get("output", [came])) if isinstance(came, dict) else [came]
    return {
        "model": model if isinstance(model, str) else None,
        "messages": messages if isinstance(messages, list) else None,
        "answer": answer_blocks(answers if isinstance(answers, list) else [answers]) or None,
        "response_id": came.get("id") if isinstance(came, dict) and isinstance(came.get("id"), str) else None,
        **(inclusive(usage) if isinstance(usage, dict) else {}),
    }
