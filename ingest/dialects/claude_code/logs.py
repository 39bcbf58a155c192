"""Claude Code's log records: prompts, model calls with their cost, tool calls with their outcome."""

from collections.abc import Callable
from typing import Any

from ingest import wild
from ingest.dialects.claude_code import AGENT, PREFIX, is_false, llm_fields, tool_fields
from ingest.dialects.values import Fields, word
from ingest.formats.otlp.raw import RawLog
from ingest.spans.span import Span, SpanKind

SOURCE = "otel:claude-code-logs"


def read(log: RawLog) -> Span | None:
    """Read one record; None for those of other programs and those that say nothing of the work."""
    name = log.name or (log.body if isinstance(log.body, str) else "")
    reader = READERS.get(name.removeprefix(PREFIX))
    session = word(log.attributes, "session.id")
    is_ours = log.source.scope.startswith("com.anthropic.claude_code") or str(log.body).startswith(PREFIX)
    if reader is None or session is None or not is_ours:
        return None
    found = reader(log)
    if found is None:
        return None
    ended = log.at
    waited = (wild.integer(log.attributes.get("duration_ms"), 2**31) or 0) * 1_000_000
    fields: dict[str, Any] = {
        "start": max(ended - waited, 0),
        "end": ended,
        "parent_id": word(log.attributes, "prompt.id") or "session",
        **{key: value for key, value in found.items() if value is not None},
    }
    return Span(
        trace_id=log.trace_id or f"session:{session}"[:200],
        source=SOURCE,
        run=session,
        session=session,
        agent_hint=AGENT,
        **fields,
    )


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt", "prompt_text")
    prompt = word(log.attributes, "prompt.id", "message.uuid")
    if prompt is None or text is None:
        return None
    return {"kind": SpanKind.PROMPT, "span_id": f"prompt:{prompt}"[:200], "input": text}


def request_of(log: RawLog) -> Fields | None:
    """Read a model call."""
    fields = llm_fields(log.attributes)
    name = fields["response_id"] or word(log.attributes, "client_request_id")
    return {"kind": SpanKind.LLM, "span_id": name[:200], **fields} if name else None


def error_of(log: RawLog) -> Fields | None:
    """Read a model call that failed for good."""
    fields = request_of(log)
    error = word(log.attributes, "error") or "The request failed."
    return fields | {"failed": True, "error": error} if fields else None


def response_of(log: RawLog) -> Fields | None:
    """Read what the model said: a part of its call."""
    text, request = word(log.attributes, "response"), word(log.attributes, "request_id")
    if text is None or request is None or text == "<REDACTED>":
        return None
    answer = [{"type": "text", "text": text}]
    return {
        "kind": SpanKind.LLM,
        "span_id": request[:200],
        "response_id": request,
        "answer": answer,
        "is_part": True,
    }


def result_of(log: RawLog) -> Fields | None:
    """Read how a tool call ended."""
    fields = tool_fields(log.attributes)
    if not fields["call_id"]:
        return None
    failed = is_false(log.attributes.get("success"))
    kind = word(log.attributes, "error_type")
    error = word(log.attributes, "error") or kind or "The tool failed."
    told = {"failed": True, "error": error, "error_kind": kind} if failed else {}
    return {"kind": SpanKind.TOOL, "span_id": f"tool:{fields['call_id']}"[:200], **fields, **told}


READERS: dict[str, Callable[[RawLog], Fields | None]] = {
    "user_prompt": prompt_of,
    "api_request": request_of,
    "api_error": error_of,
    "assistant_response": response_of,
    "tool_result": result_of,
}
