"""Log records of Gemini CLI (FORMATS.md 4.4), and of Qwen Code, which is made of it.

The records are known by when they were made: those of one prompt may all name one span. No id of theirs is in
the chats that the programs keep; `names` tie both together.
"""

from collections.abc import Callable

from ingest import wild
from ingest.dialects import common, genai
from ingest.dialects.programs import Program, trace_of
from ingest.dialects.values import Fields, parsed, text_or_json, word
from ingest.formats.events.usage import tokens_of
from ingest.formats.gemini_cli.naming import names_of_answer, names_of_call, names_of_prompt
from ingest.formats.otlp.raw import RawLog, RawSpan
from ingest.spans.span import Span, SpanKind
from runs.records import digest_of

USAGE = {
    "promptTokenCount": "input_token_count",
    "candidatesTokenCount": "output_token_count",
    "cachedContentTokenCount": "cached_content_token_count",
    "thoughtsTokenCount": "thoughts_token_count",
}
#: Programs whose prompts are told by records of their own: those in the messages are the same, and more.
PROGRAMS = ("gemini-cli", "qwen-code")
DETAILS = "gen_ai.client.inference.operation.details"


def read(raw: RawSpan) -> Fields | None:
    """Take spans of these programs for what they are: the records tell all that is in them."""
    agent = word(raw.source.resource, "service.name")
    return {"kind": SpanKind.CHAIN, "agent_hint": agent} if agent in PROGRAMS else None


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt")
    prompt = word(log.attributes, "prompt_id") or str(log.at)
    key = f"prompt:{prompt}"[:200]
    if not text:
        return None
    return {
        "kind": SpanKind.PROMPT,
        "span_id": key,
        "input": text,
        "names": list(names_of_prompt(f"log:{key}", text)),
    }


def usage_in(log: RawLog) -> dict[str, int]:
    """Read what a call was counted. Thoughts lie beside the output; in it when the total says so."""
    counted = {ours: wild.integer(log.attributes.get(theirs)) for ours, theirs in USAGE.items()}
    usage = {name: value for name, value in counted.items() if value is not None}
    tool, total = (wild.integer(log.attributes.get(f"{name}_token_count")) or 0 for name in ("tool", "total"))
    if tool and "promptTokenCount" in usage:
        usage["promptTokenCount"] += tool
    output, thoughts = usage.get("candidatesTokenCount", 0), usage.get("thoughtsTokenCount", 0)
    if thoughts and thoughts <= output and total == usage.get("promptTokenCount", 0) + output:
        usage["candidatesTokenCount"] = output - thoughts
    return usage


def answer_of(log: RawLog) -> Fields:
    """Read a model call."""
    usage = usage_in(log)
    output = wild.integer(log.attributes.get("output_token_count")) or 0
    key = f"llm:{log.at}:{usage.get('promptTokenCount', 0)}:{output}"
    return {
        "kind": SpanKind.LLM,
        "span_id": key,
        "model": word(log.attributes, "model"),
        "tokens": tokens_of(usage),
        "usage": dict(usage) or None,
        "names": list(names_of_answer(f"log:{key}", usage.get("promptTokenCount", 0), output)),
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
    given = text_or_json(attributes.get("function_args")) or ""
    key = f"tool:{name[:100]}:{log.at}:{digest_of(given.encode('utf-8', 'replace')).hex()[:12]}"
    fields: Fields = {
        "kind": SpanKind.TOOL,
        "span_id": key,
        "tool": name,
        "input": given or None,
        "call_id": word(attributes, "call_id"),
        "names": list(names_of_call(f"log:{key}", name, given or "{}")),
    }
    if attributes.get("success") in (False, "false"):
        return fields | {
            "failed": True,
            "error": word(attributes, "error", "error_type") or "The tool failed.",
        }
    if code:
        return fields | {"failed": True, "error": f"exit code {code}", "error_kind": "command"}
    return fields


READERS: dict[str, Callable[[RawLog], Fields | None]] = {
    "user_prompt": prompt_of,
    "api_response": answer_of,
    "api_error": error_of,
    "tool_call": call_of,
}
PROGRAM = Program(
    agent="gemini-cli",
    prefix="gemini_cli.",
    session=("session.id",),
    above=("prompt_id",),
    readers=READERS,
    has_spans=False,
)
QWEN_CODE = Program(
    agent="qwen-code",
    prefix="qwen-code.",
    session=("session.id",),
    above=("prompt_id",),
    readers=READERS,
    has_spans=False,
)


def is_details(log: RawLog) -> bool:
    """Say whether a record has the messages of a model call of these programs."""
    return log.name == DETAILS and word(log.source.resource, "service.name") in PROGRAMS


def details_of(log: RawLog) -> Span | None:
    """Read the messages of a model call: a part of what `api_response` tells, found by its counts."""
    agent, session = word(log.source.resource, "service.name"), word(log.attributes, "session.id")
    body = log.body if isinstance(log.body, dict) else {}
    attributes = {**body, **log.attributes}
    raw = RawSpan(source=log.source, trace_id=log.trace_id, span_id=log.span_id, attributes=attributes)
    found = genai.llm_fields(raw)
    entered, output = (
        wild.integer(attributes.get(f"gen_ai.usage.{name}_tokens")) or 0 for name in ("input", "output")
    )
    if session is None or not (entered or output):
        return None
    key = found["response_id"] or f"details:{log.at}:{entered}:{output}"
    fields = {**found, "session": common.read(raw)["session"] or session, "tokens": None, "usage": None}
    return Span(
        trace_id=trace_of(session),
        span_id=key[:200],
        source=f"otel:{agent}-logs",
        kind=SpanKind.LLM,
        is_part=True,
        run=session,
        agent_hint=agent,
        start=log.at,
        end=log.at,
        names=list(names_of_answer(f"details:{key}"[:200], entered, output)),
        **{name: value for name, value in fields.items() if value is not None},
    )
