"""A demo run as OpenTelemetry sends it, with what clients lose; it died in a call."""

import json
from datetime import datetime, timedelta
from typing import Any

AGO = timedelta(hours=1, minutes=52)
TRACE = "d1ed0000000000000000000000000001"
#: Attributes that the client's SDK dropped from its longest model call.
DROPPED = 57
SCRUBBED = '[{"path": ["attributes", "session_id"], "matched_substring": "session"}]'
TASK = "Totals of split orders are rounded twice. Find where, and round once."
FILE = "def split_total(order):\n    return round(sum(round(part.price, 2) for part in order.parts), 2)\n"
RESULT = "FAILED tests/test_split.py::test_cents - assert 10.01 == 10.0\n1 failed, 7 passed"
PATCH = {
    "path": "shop/split.py",
    "old": "sum(round(part.price, 2) for part in order.parts)",
    "new": "sum(part.price for part in order.parts)",
}
CALLS = (
    ("read_file", {"path": "shop/split.py"}, FILE, "I will look at the split first."),
    ("run_test", {"target": "tests/test_split.py"}, RESULT, "Each part is rounded, and the sum again."),
    ("patch_file", PATCH, None, "I take the inner rounding away."),
)


def died_in_a_call(now: datetime) -> bytes:
    """Write the run as one body of OTLP/JSON; it began AGO before now, and its last call has no end."""
    start = int((now - AGO).timestamp()) * 10**9
    root = "00000000000000a1"
    parts: list[dict[str, Any]] = [{"role": "user", "parts": [text(TASK)]}]
    spans = [
        pending(root, "", "invoke_agent fix-bot", start, {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "fix-bot",
            "agentscope.run": "demo-died",
            "logfire.scrubbed": SCRUBBED,
        })
    ]  # fmt: skip
    at = start + 10**9
    for number, (tool, arguments, result, said) in enumerate(CALLS):
        call = {"type": "tool_call", "id": f"call_{number}", "name": tool, "arguments": arguments}
        answer = {"role": "assistant", "parts": [text(said), call]}
        dropped = DROPPED if result is None else 0
        spans.append(model_call(root, number, at, parts, answer, dropped=dropped))
        parts = [*parts, answer]
        about = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.id": f"call_{number}",
            "gen_ai.tool.call.arguments": json.dumps(arguments),
        }
        ident, began = f"00000000000000c{number}", at + 4 * 10**9
        if result is None:
            spans.append(pending(ident, root, f"execute_tool {tool}", began, about))
            break
        about["gen_ai.tool.call.result"] = result
        spans.append(span(ident, root, f"execute_tool {tool}", began, began + 10**9, about))
        response = {"type": "tool_call_response", "id": f"call_{number}", "response": result}
        parts = [*parts, {"role": "tool", "parts": [response]}]
        at += 7 * 10**9
    resource = {"attributes": attributes({"service.name": "fix-bot"})}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}).encode()


def model_call(
    root: str, number: int, at: int, sent: list[dict[str, Any]], answer: dict[str, Any], *, dropped: int
) -> dict[str, Any]:
    """Write one model call with its messages."""
    about = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5-mini",
        "gen_ai.response.model": "gpt-5-mini",
        "gen_ai.response.id": f"resp_demo_{number}",
        "gen_ai.usage.input_tokens": 640 + 380 * number,
        "gen_ai.usage.output_tokens": 48 + 9 * number,
        "gen_ai.input.messages": json.dumps(sent),
        "gen_ai.output.messages": json.dumps([answer]),
    }
    made = span(f"00000000000000b{number}", root, "chat gpt-5-mini", at, at + 3 * 10**9, about)
    return {**made, "droppedAttributesCount": dropped}


def pending(ident: str, parent: str, name: str, at: int, about: dict[str, Any]) -> dict[str, Any]:
    """Write that a span began, as logfire does: a child without length that names its parent's parent."""
    told = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": parent or "0" * 16}
    return span(f"f{ident[1:]}", ident, name, at, at, {**about, **told})


def span(ident: str, parent: str, name: str, start: int, end: int, about: dict[str, Any]) -> dict[str, Any]:
    """Write one span."""
    return {
        "traceId": TRACE,
        "spanId": ident,
        "parentSpanId": parent,
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(end),
        "attributes": attributes(about),
    }


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Write attributes: numbers and texts."""
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
    ]


def text(words: str) -> dict[str, str]:
    """Write a part of a message."""
    return {"type": "text", "content": words}
