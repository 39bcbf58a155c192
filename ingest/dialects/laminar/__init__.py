"""Laminar beside GenAI: `lmnr.span.type`, input and output as JSON text."""

from ingest.dialects.values import Fields, inner_text, text_or_json, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind

KINDS = {"LLM": SpanKind.LLM, "TOOL": SpanKind.TOOL}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of Laminar; None for every other."""
    told = word(raw.attributes, "lmnr.span.type")
    if told is None:
        return None
    kind = KINDS.get(told.upper(), SpanKind.CHAIN)
    return {
        "kind": kind if kind is not SpanKind.CHAIN else None,
        "tool": raw.name if kind is SpanKind.TOOL else None,
        "input": text_or_json(raw.attributes.get("lmnr.span.input")),
        "output": inner_text(raw.attributes.get("lmnr.span.output")),
    }
