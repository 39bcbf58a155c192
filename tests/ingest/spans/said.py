"""Spans written by hand, as a library of one's own would send them: official GenAI, no more than needed."""

import json
from typing import Any

from ingest.dialects import read_span
from ingest.formats.otlp import RawSpan, Source
from ingest.spans.span import Span

BEGAN = 1_767_323_045_000_000_000  # 2026-01-02 03:04:05
SECOND = 1_000_000_000
TRACE = "a" * 32


def at(second: float) -> int:
    return BEGAN + round(second * SECOND)


def raw(span: str, parent: str, start: float, end: float, **attributes: Any) -> RawSpan:
    """Write one span; ids are short, `gen_ai.` stands before names with an underscore for a dot."""
    return RawSpan(
        source=Source(scope="my.agent"),
        trace_id=TRACE,
        span_id=span.rjust(16, "0"),
        parent_id=parent.rjust(16, "0") if parent else "",
        name=str(attributes.pop("name", span)),
        start=at(start),
        end=at(end) if end else 0,
        status=attributes.pop("status", 0),
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
    )


def model(span: str, parent: str, start: float, end: float, *, sent: list[Any], said: list[Any]) -> RawSpan:
    """Write a model call."""
    return raw(
        span,
        parent,
        start,
        end,
        gen_ai__operation__name="chat",
        gen_ai__response__id=f"resp-{span}",
        gen_ai__response__model="gpt-5",
        gen_ai__input__messages=json.dumps(sent),
        gen_ai__output__messages=json.dumps(said),
        gen_ai__usage__input_tokens=100,
        gen_ai__usage__output_tokens=10,
    )


def tool(span: str, parent: str, start: float, end: float, name: str, given: Any, came: str) -> RawSpan:
    """Write a tool call without an id."""
    return raw(
        span,
        parent,
        start,
        end,
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name=name,
        gen_ai__tool__call__arguments=json.dumps(given),
        gen_ai__tool__call__result=came,
    )


def agent(span: str, parent: str, start: float, end: float, name: str) -> RawSpan:
    """Write an agent at work."""
    return raw(span, parent, start, end, gen_ai__operation__name="invoke_agent", gen_ai__agent__name=name)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"type": "text", "content": text}]}


def says(text: str, *calls: tuple[str, str, Any]) -> dict[str, Any]:
    """Write an answer, and the calls it asks for: (id, name, arguments)."""
    parts = [{"type": "text", "content": text}] if text else []
    asked = [{"type": "tool_call", "id": id, "name": name, "arguments": args} for id, name, args in calls]
    return {"role": "assistant", "parts": [*parts, *asked]}


def result(call: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call, "response": text}]}


def delegation() -> list[RawSpan]:
    """A manager asks a worker through a tool; the worker reads a file; the manager answers."""
    task, work = user("Fix it."), user("Read a.py.")
    ask = says("", ("c1", "delegate", {"task": "Read a.py."}))
    look = says("Looking.", ("c2", "read_file", {"path": "a.py"}))
    return [
        agent("1", "", 0, 9, "manager"),
        model("2", "1", 0.1, 1, sent=[task], said=[ask]),
        tool("3", "1", 1.1, 7, "delegate", {"task": "Read a.py."}, "It is fine."),
        agent("4", "3", 1.2, 6.9, "worker"),
        model("5", "4", 1.3, 2, sent=[work], said=[look]),
        tool("6", "4", 2.1, 3, "read_file", {"path": "a.py"}, "x = 1"),
        model("7", "4", 3.1, 4, sent=[work, look, result("c2", "x = 1")], said=[says("It is fine.")]),
        model("8", "1", 7.1, 8, sent=[task, ask, result("c1", "It is fine.")], said=[says("Done.")]),
    ]


def spans(raws: list[RawSpan]) -> list[Span]:
    return [read_span(one) for one in raws]
