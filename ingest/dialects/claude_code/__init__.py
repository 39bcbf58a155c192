"""Claude Code's own spans (beta): one trace a prompt, all of a session one run (FORMATS.md 2.2)."""

from ingest import wild
from ingest.dialects.values import Fields, event_named, named_reason, text_or_json, word
from ingest.formats.claude_code.naming import name_of_usage
from ingest.formats.events.usage import tokens_of
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.spans.span import SpanKind
from runs.records import Tokens

AGENT = "claude-code"
PREFIX = "claude_code."
#: What stands in the place of texts that were not asked for.
REDACTED = "<REDACTED>"


def read(raw: RawSpan) -> Fields | None:
    """Read a span of Claude Code; None for every other."""
    if not raw.name.startswith(PREFIX):
        return None
    attributes, kind = raw.attributes, raw.name.removeprefix(PREFIX)
    fields: Fields = {"run": word(attributes, "session.id"), "agent_hint": AGENT}
    if kind == "interaction":
        return fields | {
            "kind": SpanKind.AGENT,
            "agent": AGENT,
            "input": None if attributes.get("user_prompt") == REDACTED else word(attributes, "user_prompt"),
        }
    if kind == "llm_request":
        return fields | {"kind": SpanKind.LLM, **llm_fields(attributes)}
    if kind == "tool":
        return fields | {"kind": SpanKind.TOOL, "output": output_of(raw), **tool_fields(attributes)}
    if kind == "tool.execution" and is_false(attributes.get("success")) and "tool_use_id" in attributes:
        error = word(attributes, "error") or "The tool failed."
        told = {"failed": True, "error": error, "output": error}
        return fields | {"kind": SpanKind.TOOL, **tool_fields(attributes), **told}
    return fields | {"kind": SpanKind.CHAIN}


def llm_fields(attributes: Attributes) -> Fields:
    """Read a model call, of a span or of a log record: its input leaves the cache out."""
    usage = {
        "input_tokens": wild.integer(attributes.get("input_tokens")),
        "output_tokens": wild.integer(attributes.get("output_tokens")),
        "cache_read_input_tokens": wild.integer(attributes.get("cache_read_tokens")),
        "cache_creation_input_tokens": wild.integer(attributes.get("cache_creation_tokens")),
    }
    lifetimes = {
        "cache_write_5m": wild.integer(attributes.get("cache_creation_5m_tokens")),
        "cache_write_1h": wild.integer(attributes.get("cache_creation_1h_tokens")),
    }
    told = {name: value for name, value in {**usage, **lifetimes}.items() if value is not None}
    attempt = wild.integer(attributes.get("attempt"), 1000) or 1
    tokens = tokens_of(told, "exclusive")
    request = word(attributes, "request_id", "gen_ai.response.id")
    return {
        "names": names_of_call(request, tokens),
        "model": word(attributes, "model"),
        "provider": "anthropic",
        "tokens": tokens,
        "usage": told or None,
        "cost_usd": wild.number(attributes.get("cost_usd")),
        "response_id": request,
        "stop_reason": word(attributes, "stop_reason")
        or named_reason(attributes.get("gen_ai.response.finish_reasons")),
        "first_token_ms": wild.integer(attributes.get("ttft_ms"), 2**31),
        "retries": attempt - 1,
        "meta": {"query_source": attributes["query_source"]} if attributes.get("query_source") else {},
    }


def names_of_call(request: str | None, tokens: Tokens | None) -> list[str]:
    """List what a transcript and a stream know a model call by."""
    if not request:
        return []
    is_given = tokens is not None and tokens.input + tokens.cache_read
    return [f"req:{wild.identity(request)}", *([name_of_usage(tokens)] if tokens and is_given else [])]


def tool_fields(attributes: Attributes) -> Fields:
    """Read a tool call, of a span or of a log record."""
    return {
        "tool": word(attributes, "tool_name"),
        "call_id": word(attributes, "tool_use_id", "gen_ai.tool.call.id"),
        "input": text_or_json(attributes.get("tool_input")),
    }


def output_of(raw: RawSpan) -> str | None:
    """Read what a tool gave back, which is sent as an event of its span (`OTEL_LOG_TOOL_CONTENT`)."""
    event = event_named(raw, "tool.output")
    return word(event.attributes, "output", "content") if event is not None else None


def is_false(value: object) -> bool:
    """Say whether a truth value is false; log records have it as a text."""
    return value is False or value == "false"
