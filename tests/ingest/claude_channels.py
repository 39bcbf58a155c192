"""One session of Claude Code as each of its channels would tell it, made from its transcript."""

import json
from datetime import datetime
from typing import Any

Record = dict[str, Any]
TRACE, ROOT = "ab" * 16, "cd" * 8
COST = 0.01  #: what the log records say of every call
CUT = 128  #: characters of a text in log records


def records_of(transcript: bytes) -> list[Record]:
    return [json.loads(line) for line in transcript.splitlines() if line.strip()]


def nanoseconds(record: Record) -> int:
    at = datetime.fromisoformat(record["timestamp"].replace("Z", "+00:00"))
    return int(at.timestamp() * 1000) * 1_000_000


def content_of(record: Record) -> list[Record]:
    content = record.get("message", {}).get("content")
    return content if isinstance(content, list) else []


class Session:
    """What the channels tell: calls of the model, calls of tools with their results, the prompt, the end."""

    def __init__(self, transcript: bytes) -> None:
        self.records = records_of(transcript)
        told = [record for record in self.records if record["type"] in ("user", "assistant")]
        self.prompt = next(record for record in told if isinstance(record["message"]["content"], str))
        self.id, self.prompt_id = self.prompt["sessionId"], self.prompt["promptId"]
        self.calls: dict[str, list[Record]] = {}
        self.asked: dict[str, Record] = {}
        self.results: dict[str, Record] = {}
        for record in told:
            if record["type"] == "assistant":
                self.calls.setdefault(record["requestId"], []).append(record)
            for block in content_of(record):
                if block["type"] == "tool_use":
                    self.asked[block["id"]] = {**block, "at": nanoseconds(record)}
                elif block["type"] == "tool_result":
                    self.results[block["tool_use_id"]] = {**record, "block": block}
        self.said = next(block["text"] for block in reversed(content_of(told[-1])))


def as_hooks(session: Session) -> list[bytes]:
    """Write the payloads, in order; a call that fails validation is in its batch alone."""
    base = {"session_id": session.id, "cwd": session.prompt["cwd"], "prompt_id": session.prompt_id}
    found = [{**base, "hook_event_name": "UserPromptSubmit", "prompt": session.prompt["message"]["content"]}]
    for key, call in session.asked.items():
        told = {**base, "tool_name": call["name"], "tool_input": call["input"], "tool_use_id": key}
        record = session.results[key]
        block = record["block"]
        refused = "<tool_use_error>" in str(block["content"])
        if not refused:
            found.append({**told, "hook_event_name": "PreToolUse"})
            if block.get("is_error"):
                found.append({**told, "hook_event_name": "PostToolUseFailure", "error": block["content"]})
            else:
                response = record["toolUseResult"]
                found.append({**told, "hook_event_name": "PostToolUse", "tool_response": response})
        batch = [{**told, "tool_response": block["content"]}]
        found.append({**base, "hook_event_name": "PostToolBatch", "tool_calls": batch})
    found.append({**base, "hook_event_name": "Stop", "last_assistant_message": session.said})
    found.append({**base, "hook_event_name": "SessionEnd", "reason": "other"})
    return [json.dumps(one).encode() for one in found]


def as_stream(session: Session) -> bytes:
    """Write headless output: the usage of an answer is that of its first moment."""
    lines: list[Record] = [
        {"type": "system", "subtype": "init", "session_id": session.id, "cwd": session.prompt["cwd"]}
    ]
    for record in session.records:
        if record["type"] == "assistant":
            message = {**record["message"], "usage": {**record["message"]["usage"], "output_tokens": 1}}
            lines.append({"type": "assistant", "message": message, "parent_tool_use_id": None})
        elif record["type"] == "user" and content_of(record):
            result = {"tool_use_result": record.get("toolUseResult"), "parent_tool_use_id": None}
            lines.append({"type": "user", "message": record["message"], **result})
    lines.append({"type": "result", "subtype": "success", "result": session.said, "total_cost_usd": 0.25})
    return b"\n".join(json.dumps({"session_id": session.id, **line}).encode() for line in lines)


def as_logs(session: Session) -> bytes:
    """Write log records with what `OTEL_LOG_USER_PROMPTS` and `OTEL_LOG_TOOL_DETAILS` add."""
    text = session.prompt["message"]["content"]
    found = [log(session, nanoseconds(session.prompt), "user_prompt", prompt=text)]
    for request, records in session.calls.items():
        usage, at = records[-1]["message"]["usage"], nanoseconds(records[-1])
        tokens = {
            "input_tokens": usage["input_tokens"],
            "output_tokens": usage["output_tokens"],
            "cache_read_tokens": usage["cache_read_input_tokens"],
            "cache_creation_tokens": usage["cache_creation_input_tokens"],
        }
        fields = {"request_id": request, "model": records[0]["message"]["model"], "query_source": "sdk"}
        found.append(log(session, at, "api_request", cost_usd=COST, duration_ms=20, **tokens, **fields))
        texts = [block["text"] for one in records for block in content_of(one) if block["type"] == "text"]
        if texts:
            found.append(log(session, at, "assistant_response", response=texts[-1], request_id=request))
    for key, call in session.asked.items():
        block = session.results[key]["block"]
        if "<tool_use_error>" not in str(block["content"]):
            given = {name: shortened(value) for name, value in call["input"].items()}
            fields = {
                "tool_name": call["name"],
                "tool_use_id": key,
                "tool_input": json.dumps(given, ensure_ascii=False),
            }
            failed = "false" if block.get("is_error") else "true"
            at = nanoseconds(session.results[key])
            found.append(log(session, at, "tool_result", success=failed, duration_ms="5", **fields))
    scope = {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": found}
    return json.dumps({"resourceLogs": [{"resource": RESOURCE, "scopeLogs": [scope]}]}).encode()


def as_spans(session: Session) -> bytes:
    """Write the spans of the beta."""
    first, last = nanoseconds(session.records[0]), nanoseconds(session.records[-2])
    found = [span(session, TRACE, ROOT, "", "interaction", first, last, user_prompt="<REDACTED>")]
    for number, (request, records) in enumerate(session.calls.items(), 1):
        usage, at = records[-1]["message"]["usage"], nanoseconds(records[-1])
        fields = {
            "request_id": request,
            "model": records[0]["message"]["model"],
            "input_tokens": usage["input_tokens"],
            "output_tokens": usage["output_tokens"],
            "cache_read_tokens": usage["cache_read_input_tokens"],
            "cache_creation_tokens": usage["cache_creation_input_tokens"],
        }
        id = f"{number:016x}"
        found.append(span(session, TRACE, id, ROOT, "llm_request", at - 20_000_000, at, **fields))
    for number, (key, call) in enumerate(session.asked.items(), 1000):
        block = session.results[key]["block"]
        if "<tool_use_error>" not in str(block["content"]):
            id, begin, end = f"{number:016x}", call["at"], nanoseconds(session.results[key])
            fields = {"tool_name": call["name"], "tool_use_id": key}
            found.append(span(session, TRACE, id, ROOT, "tool", begin, end, **fields))
            inner, success = f"{number + 1000:016x}", not block.get("is_error")
            fields = {"tool_use_id": key, "success": success}
            found.append(span(session, TRACE, inner, id, "tool.execution", begin, end, **fields))
    scope = {"scope": {"name": "com.anthropic.claude_code.tracing"}, "spans": found}
    return json.dumps({"resourceSpans": [{"resource": RESOURCE, "scopeSpans": [scope]}]}).encode()


RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}


def shortened(value: Any) -> Any:
    long = isinstance(value, str) and len(value) > CUT
    return f"{value[:CUT]}…[{len(value)} chars]" if long else value


def log(session: Session, at: int, name: str, **given: Any) -> Record:
    fields = {"session.id": session.id, "prompt.id": session.prompt_id, "event.name": name, **given}
    body = {"stringValue": f"claude_code.{name}"}
    ids = {"traceId": TRACE, "spanId": ROOT}
    return {"timeUnixNano": str(at), "body": body, "attributes": attributes(fields), **ids}


def span(
    session: Session, trace: str, id: str, parent: str, name: str, begin: int, end: int, **given: Any
) -> Record:
    return {
        "traceId": trace,
        "spanId": id,
        "parentSpanId": parent,
        "name": f"claude_code.{name}",
        "startTimeUnixNano": str(begin),
        "endTimeUnixNano": str(end),
        "attributes": attributes({"session.id": session.id, **given}),
    }


def attributes(fields: Record) -> list[Record]:
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue"}
    return [
        {"key": name, "value": {kinds.get(type(value), "stringValue"): value}}
        for name, value in fields.items()
    ]
