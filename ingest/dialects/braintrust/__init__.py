"""Braintrust's spans over OTLP: `braintrust.*`, each value as JSON text."""

from typing import Any

from ingest import wild
from ingest.dialects.langfuse import answer_in, messages_in
from ingest.dialects.values import Fields, arguments_of, inclusive, parsed, text_or_json, word
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.span import SpanKind

AT = "braintrust."
KINDS = {"llm": SpanKind.LLM, "tool": SpanKind.TOOL}
#: Their names of the counts, and ours; the prompt holds what came from the cache.
USAGE = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "prompt_cached_tokens": "cache_read_input_tokens",
    "prompt_cache_creation_tokens": "cache_creation_input_tokens",
    "completion_reasoning_tokens": "reasoning_tokens",
}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of Braintrust; None for every other. Without a type the other dialects say what it is."""
    attributes = raw.attributes
    if not any(name.startswith(AT) and name != AT + "parent" for name in attributes):
        return None
    told = wild.mapping(parsed(attributes.get(AT + "span_attributes")))
    kind = KINDS.get(str(told.get("type")))
    meta = wild.mapping(parsed(attributes.get(AT + "metadata")))
    given, came = value_of(attributes, "input"), value_of(attributes, "output")
    fields: Fields = {
        "kind": kind,
        "session": word(meta, "session_id", "thread_id", "conversation_id"),
        "user": word(meta, "user_id"),
    }
    if kind is SpanKind.LLM:
        return fields | llm_fields(attributes, given, came, meta)
    if kind is SpanKind.TOOL:
        fields["tool"] = wild.text(told.get("name")) or raw.name
    return fields | {"input": arguments_of(given), "output": text_or_json(came)}


def value_of(attributes: Attributes, name: str) -> Any:
    """Read an input or an output, in both of its spellings."""
    told = attributes.get(f"{AT}{name}_json")
    return parsed(told if told is not None else attributes.get(AT + name))


def llm_fields(attributes: Attributes, given: Any, came: Any, meta: dict[str, Any]) -> Fields:
    """Read a model call."""
    metrics = wild.mapping(parsed(attributes.get(AT + "metrics")))
    first = wild.number(metrics.get("time_to_first_token"))
    return {
        "model": word(meta, "model"),
        "provider": word(meta, "provider"),
        "messages": messages_in(given),
        "answer": answer_in(came),
        "first_token_ms": None if first is None else wild.integer(first * 1000 + 0.5, 2**31),
        **inclusive({ours: metrics.get(theirs) for theirs, ours in USAGE.items()}),
    }
