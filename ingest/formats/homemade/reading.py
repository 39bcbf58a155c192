"""One record as a neutral span: a model call, a tool call, an agent at work."""

import re
from datetime import datetime, timedelta
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.homemade.fields import Fields, interval_of
from ingest.formats.homemade.usage import cost_in, tokens_in, usage_of
from ingest.formats.homemade.words import sentence_of, status_of
from ingest.spans.messages import answer_blocks, json_of
from ingest.spans.span import Span, SpanKind
from runs.kinds import StepStatus

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
#: What some put before a tool's name in the name of its span.
PREFIX = re.compile(r"^(?:tool[_ ]?(?:call|execution|use)?|execute|function)\s*[:./]\s*", re.IGNORECASE)
TOOL = ("toolname", "tool", "functionname", "function", "toolid")
GIVEN = (
    "arguments",
    "args",
    "toolinput",
    "toolargs",
    "toolarguments",
    "parameters",
    "params",
    "kwargs",
    "input",
    "inputs",
)
CAME = ("result", "tooloutput", "toolresult", "output", "outputs", "returnvalue", "observation", "response")
ASKED = ("prompt", "userprompt", "input", "query", "usermessage", "request")
TASK = ("task", "goal", "prompt", "userprompt", "query", "objective", "instruction", "request", "input")
SAID = (
    "response",
    "completion",
    "output",
    "answer",
    "content",
    "rawresponse",
    "responsetext",
    "result",
    "text",
)
ENDED = ("finalanswer", "answer", "finaloutput", "finalresult", "output", "result", "response")
ERRORS = ("error", "errormessage", "exception", "errormsg", "failurereason", "err")
STATUS = ("status", "state", "statuscode", "outcome")
THOUGHT = ("thinking", "reasoning", "thought", "thoughts")
LONGEST_SENTENCE = 300
#: What two tellings of one call take from each other.
FILLED = (
    "input",
    "output",
    "model",
    "tokens",
    "usage",
    "cost_usd",
    "messages",
    "system",
    "answer",
    "call_id",
)


def span_of(fields: Fields, kind: SpanKind, *, trace: str, span: str, source: str) -> Span:
    """Read what every kind has, then what is the kind's own."""
    begin, end = times_of(fields)
    status, error_kind = status_of(fields.word(*STATUS))
    error = error_of(fields)
    failed = status is StepStatus.FAILED or (error is not None and status is StepStatus.OK)
    found = Span(
        trace_id=trace,
        span_id=span,
        source=source,
        name=fields.word("name", "spanname", "operation", "operationname", "title") or "",
        kind=kind,
        start=begin,
        end=end if status is not StepStatus.RUNNING else 0,
        failed=failed or status is StepStatus.DENIED,
        error=(error or sentence_of(fields.word(*STATUS)) or "Failed.") if failed else error,
        error_kind=error_kind or kind_of_error(fields) if failed else error_kind,
        model=fields.word("model", "modelname", "modelid", "llmmodel"),
    )
    if kind is SpanKind.LLM:
        add_model_call(found, fields)
    elif kind in (SpanKind.TOOL, SpanKind.RETRIEVER):
        add_tool_call(found, fields)
    else:
        found.agent = fields.word("agentname", "agentid", "agent")
        found.input, found.output = fields.text(*TASK), fields.text(*ENDED)
    return found


def times_of(fields: Fields) -> tuple[int, int]:
    """Read begin and end in nanoseconds."""
    begin, end = interval_of(fields)
    return nanoseconds(begin), nanoseconds(end)


def nanoseconds(at: datetime | None) -> int:
    return (at - EPOCH) // timedelta(microseconds=1) * 1_000 if at is not None else 0


def error_of(fields: Fields) -> str | None:
    """Say what went wrong in one sentence."""
    value = fields.any(*ERRORS)
    if isinstance(value, dict):
        inner = Fields(value)
        value = inner.word("message", "error", "detail", "reason") or as_json(value)
    if value is True or isinstance(value, list):
        value = as_json(value) if value is not True else "Failed."
    text = wild.text(value)
    return text.strip().partition("\n")[0][:LONGEST_SENTENCE] or None if text else None


def kind_of_error(fields: Fields) -> str | None:
    """Name the kind of an error by its type, or by the exit code beside it."""
    told = (fields.word("errortype", "errorkind", "exceptiontype", "errorclass") or "").lower()
    for part, kind in (
        ("timeout", "timeout"),
        ("json", "validation"),
        ("valid", "validation"),
        ("rate", "api"),
    ):
        if part in told:
            return kind
    return "command" if exit_code_of(fields) else None


def exit_code_of(fields: Fields) -> int | None:
    value = fields.any("exitcode", "returncode")
    return value if type(value) is int and abs(value) < 2**31 else None


def add_model_call(span: Span, fields: Fields) -> None:
    """Add what the model was sent, what it said and what that took."""
    span.messages = (
        wild.objects(fields.any("messages", "promptmessages", "inputmessages", "chatmessages")) or None
    )
    asked = fields.any(*ASKED)
    if span.messages is None and wild.objects(asked):
        span.messages = wild.objects(asked)
    elif span.messages is None and asked is not None:
        span.messages = [{"role": "user", "content": wild.text(asked) or as_json(asked)}]
    span.system = fields.word("systemprompt", "system", "systeminstruction", "systemmessage")
    span.answer = answer_of(fields) or None
    span.stop_reason = fields.word("stopreason", "finishreason")
    span.tokens, span.usage, span.cost_usd = tokens_in(fields), usage_of(fields) or None, cost_in(fields)
    span.call_id = fields.id("requestid", "callid", "responseid", "messageid")


def answer_of(fields: Fields) -> list[dict[str, Any]]:
    """Write an answer as blocks, whether it is a text, a message, a provider's whole response or blocks."""
    said = fields.any(*SAID)
    if isinstance(said, dict):
        choices = wild.objects(said.get("choices"))
        said = wild.mapping(choices[0].get("message")) if choices else said
        message = said if "content" in said or "tool_calls" in said or "parts" in said else None
        message = message or {"content": as_json(said)}
    else:
        message = {"content": said if isinstance(said, list) else wild.text(said) or ""}
    calls = wild.objects(fields.any("toolcalls", "functioncalls"))
    if calls:
        message = {**message, "tool_calls": calls}
    blocks = answer_blocks([{**message, "role": "assistant"}])
    thought = fields.word(*THOUGHT)
    return [{"type": "thinking", "thinking": thought}, *blocks] if thought else blocks


def add_tool_call(span: Span, fields: Fields) -> None:
    """Add what a tool was given and what it gave back."""
    span.tool = (fields.word(*TOOL) or PREFIX.sub("", span.name) or "unknown")[:200]
    given = fields.any(*GIVEN)
    span.input = json_of(given) if given is not None else None
    span.output = fields.text(*CAME)
    span.call_id = fields.id("toolcallid", "callid", "tooluseid")
    code = exit_code_of(fields)
    if code and not span.failed:
        span.failed, span.error, span.error_kind = True, f"exit code {code}", "command"
