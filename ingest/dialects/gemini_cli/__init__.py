"""Gemini CLI's log records (FORMATS.md 4.4): prompts, answers with their tokens, tool calls."""

from ingest import wild
from ingest.dialects.programs import Program
from ingest.dialects.values import Fields, parsed, text_or_json, word
from ingest.formats.events.usage import tokens_of
from ingest.formats.otlp.raw import RawLog
from ingest.spans.span import SpanKind

USAGE = {
    "promptTokenCount": "input_token_count",
    "candidatesTokenCount": "output_token_count",
    "cachedContentTokenCount": "cached_content_token_count",
    "thoughtsTokenCount": "thoughts_token_count",
}


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt")
    prompt = word(log.attributes, "prompt_id") or str(log.at)
    return {"kind": SpanKind.PROMPT, "span_id": f"prompt:{prompt}"[:200], "input": text} if text else None


def answer_of(log: RawLog) -> Fields:
    """Read a model call; thoughts are counted beside the output."""
    counted = {ours: wild.integer(log.attributes.get(theirs)) for ours, theirs in USAGE.items()}
    usage = {name: value for name, value in counted.items() if value is not None}
    return {
        "kind": SpanKind.LLM,
        "span_id": log.span_id or f"llm:{log.at}",
        "model": word(log.attributes, "model"),
        "tokens": tokens_of(usage),
        "usage": usage or None,
    }


def error_of(log: RawLog) -> Fields:
    """Read a model call that failed."""
    error = word(log.attributes, "error", "error_message", "error_type") or "The request failed."
    return answer_of(log) | {"failed": True, "error": error}


def call_of(log: RawLog) -> Fields:
    """Read a tool call; a command that failed is a success with an exit code."""
    attributes = log.attributes
    facts = parsed(attributes.get("metadata"))
    code = wild.integer(facts.get("exitCode"), 255) if isinstance(facts, dict) else None
    name = word(attributes, "function_name") or "tool"
    fields: Fields = {
        "kind": SpanKind.TOOL,
        "span_id": log.span_id or f"tool:{name}:{log.at}"[:200],
        "tool": name,
        "input": text_or_json(attributes.get("function_args")),
    }
    if attributes.get("success") in (False, "false"):
        return fields | {
            "failed": True,
            "error": word(attributes, "error", "error_type") or "The tool failed.",
        }
    if code:
        return fields | {"failed": True, "error": f"exit code {code}", "error_kind": "command"}
    return fields


PROGRAM = Program(
    agent="gemini-cli",
    prefix="gemini_cli.",
    session=("session.id",),
    above=("prompt_id",),
    readers={
        "user_prompt": prompt_of,
        "api_response": answer_of,
        "api_error": error_of,
        "tool_call": call_of,
    },
)
