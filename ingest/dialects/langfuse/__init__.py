"""Langfuse v3 to v5: `langfuse.observation.*`, input and output as JSON."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.dialects.values import Fields, arguments_of, inclusive, params_of, parsed, text_or_json, word
from ingest.formats.events.usage import tokens_of
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind
from runs.records import Tokens

KINDS = {
    "generation": SpanKind.LLM,
    "tool": SpanKind.TOOL,
    "agent": SpanKind.AGENT,
    "retriever": SpanKind.RETRIEVER,
    "guardrail": SpanKind.GUARDRAIL,
    "event": SpanKind.EVENT,
    "span": SpanKind.CHAIN,
    "chain": SpanKind.CHAIN,
}
AT = "langfuse.observation."


def read(raw: RawSpan) -> Fields | None:
    """Read an observation; None for every other span."""
    attributes = raw.attributes
    told = attributes.get(AT + "type")
    if not isinstance(told, str):
        return None
    kind = KINDS.get(told, SpanKind.CHAIN)
    fields: Fields = {"kind": kind if kind is not SpanKind.CHAIN else None, "meta": facts_of(raw)}
    if attributes.get(AT + "level") == "ERROR":
        fields |= {"failed": True, "error": word(attributes, AT + "status_message")}
    given, came = attributes.get(AT + "input"), attributes.get(AT + "output")
    if kind is SpanKind.LLM:
        return fields | llm_fields(raw, parsed(given), parsed(came))
    if kind is SpanKind.AGENT:
        fields["agent"] = raw.name
    elif kind in (SpanKind.TOOL, SpanKind.GUARDRAIL, SpanKind.RETRIEVER):
        fields["tool"] = raw.name
    return fields | {"input": arguments_of(given), "output": text_or_json(came)}


def facts_of(raw: RawSpan) -> dict[str, object]:
    """Keep the small facts that Langfuse's users set."""
    facts = params_of(raw.attributes, "langfuse.trace.metadata.")
    for name in ("environment", "release", "version"):
        if (value := word(raw.attributes, f"langfuse.{name}")) is not None:
            facts[name] = value
    return {name: parsed(value) for name, value in facts.items()}


def llm_fields(raw: RawSpan, given: Any, came: Any) -> Fields:
    """Read a generation."""
    attributes = raw.attributes
    params = parsed(attributes.get(AT + "model.parameters"))
    cost = parsed(attributes.get(AT + "cost_details"))
    return {
        "model": word(attributes, AT + "model.name"),
        "params": params if isinstance(params, dict) else {},
        "messages": messages_in(given),
        "answer": answer_in(came),
        "stop_reason": None,
        "cost_usd": wild.number(cost.get("total")) if isinstance(cost, dict) else None,
        "first_token_ms": first_token_of(raw),
        **usage_of(parsed(attributes.get(AT + "usage_details"))),
    }


def messages_in(given: Any) -> list[Any] | None:
    """Find the messages in what was given to the model."""
    if isinstance(given, dict):
        given = given.get("messages") or given.get("input") or [given]
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return given if isinstance(given, list) and given else None


def answer_in(came: Any) -> list[dict[str, Any]] | None:
    """Read the answer: a message, items of the Responses API, a text."""
    if isinstance(came, str):
        came = {"role": "assistant", "content": came}
    messages = came if isinstance(came, list) else [came]
    return answer_blocks(messages) or None


def first_token_of(raw: RawSpan) -> int | None:
    """Read when the answer began: an ISO time, as JSON."""
    told = parsed(raw.attributes.get(AT + "completion_start_time"))
    began: datetime | None = wild.when(told)
    if began is None or not raw.start:
        return None
    waited = round(began.timestamp() * 1000) - raw.start // 1_000_000
    return waited if waited >= 0 else None


def usage_of(usage: Any) -> Fields:
    """Read usage: as the provider spells it, or in Langfuse's own disjoint bins."""
    if not isinstance(usage, dict):
        return {}
    if any(name.startswith(("input_cache", "output_reasoning")) for name in usage):
        return {"tokens": disjoint(usage), "usage": usage}
    if "input" in usage or "output" in usage:
        tokens = tokens_of(usage, "exclusive")
        return {"tokens": tokens, "usage": usage} if tokens is not None else {}
    return inclusive(usage)


def disjoint(usage: dict[str, Any]) -> Tokens:
    """Read bins that share no token."""

    def bin_of(*names: str) -> int:
        return sum(wild.integer(usage.get(name), 10**8) or 0 for name in names)

    reasoning = bin_of("output_reasoning", "output_reasoning_tokens")
    return Tokens(
        input=bin_of("input", "input_audio"),
        cache_read=bin_of("input_cache_read", "input_cached_tokens"),
        cache_write_5m=bin_of("input_cache_creation", "input_cache_write"),
        output=bin_of("output", "output_audio") + reasoning,
        reasoning=reasoning,
    )
