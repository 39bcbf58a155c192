"""LiteLLM: in each of its spans lies the request of the provider, whose attributes are printed Python."""

import ast
from typing import Any

from ingest import wild
from ingest.dialects.values import Fields, inclusive
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.limits import PRINTED_PYTHON_CHARS
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind

SCOPE, PROVIDERS_OWN = "litellm", "raw_gen_ai_request"


def read(raw: RawSpan) -> Fields | None:
    """Read the span of the provider's request; None for every other."""
    if raw.source.scope != SCOPE or raw.name != PROVIDERS_OWN:
        return None
    told = told_by_provider(raw.attributes)
    usage = wild.mapping(printed(told.get("usage")))
    choices = wild.items(printed(told.get("choices")))
    return {
        "kind": SpanKind.LLM,
        "model": wild.text(told.get("model")),
        "response_id": wild.text(told.get("id")),
        "messages": wild.items(printed(told.get("messages"))) or None,
        "answer": answer_blocks(choices) or None,
        "stop_reason": wild.text(wild.mapping(next(iter(choices), None)).get("finish_reason")),
        **(inclusive(usage) if usage else {}),
    }


def told_by_provider(attributes: Attributes) -> dict[str, Any]:
    """Take `llm.<provider>.name` as `name`."""
    parts = ((name.split(".", 2), value) for name, value in attributes.items() if name.startswith("llm."))
    return {part[2]: value for part, value in parts if len(part) == 3}


def printed(value: object) -> object:
    """Read a value that was printed as Python; None when it is none, or too long."""
    if not isinstance(value, str) or len(value) > PRINTED_PYTHON_CHARS:
        return None
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
