"""Codex's log records (FORMATS.md 3.7): prompts, answers with their tokens, tool calls with their output."""

import re

from ingest import wild
from ingest.dialects.programs import Program
from ingest.dialects.values import Fields, inclusive, text_or_json, word
from ingest.formats.otlp.raw import RawLog
from ingest.spans.span import SpanKind

#: Codex says `success: true` of a command that failed; the code is in the text alone.
EXITED = re.compile(r"Process exited with code (\d+)")


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt")
    if text is None or text == "[REDACTED]":
        return None
    return {"kind": SpanKind.PROMPT, "span_id": f"prompt:{log.at}", "input": text}


def answer_of(log: RawLog) -> Fields | None:
    """Read a model call: of two `response.completed` one has the tokens."""
    attributes = log.attributes
    counted = wild.integer(attributes.get("input_token_count"))
    if attributes.get("event.kind") != "response.completed" or counted is None:
        return None
    usage = {
        "input_tokens": counted,
        "output_tokens": wild.integer(attributes.get("output_token_count")),
        "cached_input_tokens": wild.integer(attributes.get("cached_token_count")),
        "reasoning_output_tokens": wild.integer(attributes.get("reasoning_token_count")),
    }
    model = word(attributes, "model", "slug")
    return {"kind": SpanKind.LLM, "span_id": f"llm:{log.at}", "model": model, **inclusive(dict(usage))}


def result_of(log: RawLog) -> Fields | None:
    """Read a tool call with what came of it."""
    attributes = log.attributes
    call, output = word(attributes, "call_id"), text_or_json(attributes.get("output"))
    if call is None:
        return None
    exited = EXITED.search(output or "")
    fields: Fields = {
        "kind": SpanKind.TOOL,
        "span_id": f"tool:{call}"[:200],
        "tool": word(attributes, "tool_name"),
        "call_id": call,
        "input": text_or_json(attributes.get("arguments")),
        "output": output,
    }
    if attributes.get("success") in (False, "false"):
        return fields | {"failed": True, "error": (output or "The tool failed.").partition("\n")[0][:300]}
    if exited and exited.group(1) != "0":
        return fields | {"failed": True, "error": exited.group(), "error_kind": "command"}
    return fields


PROGRAM = Program(
    agent="codex",
    prefix="codex.",
    session=("conversation.id",),
    above=("turn.id",),
    readers={"user_prompt": prompt_of, "sse_event": answer_of, "tool_result": result_of},
)
