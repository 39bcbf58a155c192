"""Claude Code's log records: prompts, model calls with their cost, tool calls with their outcome."""

from ingest import wild
from ingest.dialects.claude_code import AGENT, PREFIX, REDACTED, is_false, llm_fields, tool_fields
from ingest.dialects.programs import Program
from ingest.dialects.values import Fields, parsed, word
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.otlp.raw import RawLog
from ingest.spans.messages import answer_blocks
from ingest.spans.span import SpanKind
from runs.losses import LossKind


def prompt_of(log: RawLog) -> Fields | None:
    """Read what the human said."""
    text = word(log.attributes, "prompt", "prompt_text")
    prompt = word(log.attributes, "prompt.id", "message.uuid")
    if prompt is None or text is None:
        return None
    uuid = word(log.attributes, "message.uuid")
    names = [f"prompt:{prompt}", *([f"uuid:{uuid}"] if uuid else [])]
    fields: Fields = {"kind": SpanKind.PROMPT, "span_id": f"prompt:{prompt}"[:200], "names": names}
    if text == REDACTED:
        return fields | {"lost": {LossKind.REDACTED.value: 1}}
    return fields | {"input": text, "names": [*names, name_of_text("said", text)]}


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
    if text is None or request is None or text == REDACTED:
        return None
    answer = [{"type": "text", "text": text}]
    return {
        "kind": SpanKind.LLM,
        "span_id": request[:200],
        "response_id": request,
        "answer": answer,
        "is_part": True,
    }


def body_of(log: RawLog) -> Fields | None:
    """Read the whole answer, which is sent where raw bodies are: the one record with both ids of a call."""
    request, message = word(log.attributes, "request_id"), word(log.attributes, "message.id")
    if request is None:
        return None
    body = wild.mapping(parsed(log.attributes.get("body")))
    message = message or wild.identity(body.get("id"))
    return {
        "kind": SpanKind.LLM,
        "span_id": request[:200],
        "response_id": request,
        "names": [f"req:{request}", *([f"msg:{message}"] if message else [])],
        "answer": answer_blocks([{"role": "assistant", "content": body.get("content")}]) or None,
        "stop_reason": wild.text(body.get("stop_reason")),
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
    told: Fields = {"failed": True, "error": error, "error_kind": kind} if failed else {}
    if lost := lost_of_call(log, fields["input"]):
        told["lost"] = lost
    return {"kind": SpanKind.TOOL, "span_id": f"tool:{fields['call_id']}"[:200], **fields, **told}


def lost_of_call(log: RawLog, given: str | None) -> dict[str, int]:
    """Say whether the arguments of a call were left out."""
    is_left_out = given is None and "tool_parameters" not in log.attributes
    return {LossKind.REDACTED.value: 1} if is_left_out else {}


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
        "api_response_body": body_of,
        "tool_result": result_of,
    },
)
