"""Claude Code's log records: prompts, model calls with their cost, tool calls with their outcome."""

from ingest.dialects.claude_code import AGENT, PREFIX, is_false, llm_fields, tool_fields
from ingest.dialects.programs import Program
from ingest.dialects.values import Fields, word
from ingest.formats.otlp.raw import RawLog
from ingest.spans.span import SpanKind


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


PROGRAM = Program(
    agent=AGENT,
    prefix=PREFIX,
    session=("session.id",),
    above=("prompt.id",),
    readers={
        "user_prompt": prompt_of,
        "api_request": request_of,
        "api_error": error_of,
        "assistant_response": response_of,
        "tool_result": result_of,
    },
)
