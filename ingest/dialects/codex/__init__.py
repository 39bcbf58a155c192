"""Codex's log records (FORMATS.md 3.7): prompts, answers with their tokens, tool calls with their output."""

import re

from ingest import wild
from ingest.dialects.programs import Program
from ingest.dialects.values import Fields, inclusive, text_or_json, word
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.codex.naming import name_of_spent, names_of_command
from ingest.formats.otlp.raw import RawLog, RawSpan
from ingest.spans.span import SpanKind
from runs.losses import LossKind

#: Codex says `success: true` of a command that failed; the code is in the text alone.
EXITED = re.compile(r"Process exited with code (\d+)")


#: What the tracing of Rust puts on every span, and nobody else does.
RUST = ("busy_ns", "idle_ns", "code.namespace", "code.module.name", "code.module.path")


def is_internal(span: RawSpan) -> bool:
    """Say whether a span is one of the thousands that Codex makes of its own functions (AGENTS.md 3)."""
    service = span.source.resource.get("service.name")
    named = isinstance(service, str) and service.lower().startswith("codex")
    return named and any(name in span.attributes for name in RUST)


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt")
    names = [f"log:{log.at}"]
    if text is None:
        return None
    if text == "[REDACTED]":
        lost = {LossKind.REDACTED.value: 1}
        return {"kind": SpanKind.PROMPT, "span_id": f"prompt:{log.at}", "names": names, "lost": lost}
    names.append(name_of_text("said", text))
    return {"kind": SpanKind.PROMPT, "span_id": f"prompt:{log.at}", "input": text, "names": names}


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
    told = inclusive(dict(usage))
    names = [f"log:{log.at}", *([name_of_spent(told["tokens"])] if told else [])]
    model = word(attributes, "model", "slug")
    return {"kind": SpanKind.LLM, "span_id": f"llm:{log.at}", "model": model, "names": names, **told}


def result_of(log: RawLog) -> Fields | None:
    """Read a tool call with what came of it."""
    attributes = log.attributes
    call, output = word(attributes, "call_id"), text_or_json(attributes.get("output"))
    if call is None:
        return None
    exited = EXITED.search(output or "")
    tool, given = word(attributes, "tool_name"), text_or_json(attributes.get("arguments"))
    fields: Fields = {
        "names": [f"call:{call}", *names_of_command(tool or "", given)],
        "kind": SpanKind.TOOL,
        "span_id": f"tool:{call}"[:200],
        "tool": tool,
        "call_id": call,
        "input": given,
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
