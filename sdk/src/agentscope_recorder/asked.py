"""Which tool calls a model has asked for: a tool that runs is one of them; a later message has its result."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from agentscope_recorder.plain import plain
from agentscope_recorder.quiet import never_raises

#: Calls that are remembered; a loop answers each before its next model call.
REMEMBERED = 1_000


class Call(NamedTuple):
    """A call that was asked for."""

    id: str
    name: str
    args: Any


class Result(NamedTuple):
    """What the model was told of a call."""

    call: Call
    output: Any
    failed: bool
    begun: bool  #: it was told that the call runs


class Asked:
    """The calls of one run that are open."""

    def __init__(self) -> None:
        self._open: dict[str, Call] = {}
        self._running: dict[str, Call] = {}
        self._lock = threading.RLock()

    def note(self, event: dict[str, Any]) -> None:
        """Remember what an answer asks for."""
        with self._lock:
            for call in calls_in(event):
                if len(self._open) < REMEMBERED:
                    self._open[call.id] = call

    @never_raises
    def take(self, name: str, args: Any) -> str | None:
        """Give the id of the call that begins to run: the first of its name, rather with these arguments."""
        args = plain(args)  # arrays of numpy have no yes or no
        with self._lock:
            same = [call for call in self._open.values() if call.name == name]
            found = next((call for call in same if call.args == args), same[0] if same else None)
            if found is None:
                return None
            self._running[found.id] = self._open.pop(found.id)
            return found.id

    def answered(self, step: Any) -> None:
        """Forget a call whose result was told."""
        with self._lock:
            self._open.pop(str(step), None)
            self._running.pop(str(step), None)

    def results_in(self, messages: Any) -> list[Result]:
        """List the results in messages that nobody has told yet."""
        with self._lock:
            waiting, running = {**self._open, **self._running}, set(self._running)
        found = results_in(messages) if waiting else ()
        return [
            Result(waiting[step], output, failed, step in running)
            for step, output, failed in found
            if step in waiting
        ]


def calls_in(event: dict[str, Any]) -> Iterator[Call]:
    """Find the calls of an answer: blocks of Anthropic, `tool_calls` of OpenAI."""
    for block in dicts(event.get("content")):
        if block.get("type") == "tool_use" and block.get("id"):
            yield Call(str(block["id"]), str(block.get("name")), block.get("input"))
    for call in dicts(event.get("tool_calls")):
        inner = call.get("function")
        function = inner if isinstance(inner, dict) else call
        if call.get("id"):
            yield Call(str(call["id"]), str(function.get("name")), decoded(function.get("arguments")))


def results_in(messages: Any) -> Iterator[tuple[str, Any, bool]]:
    """Find the results of tools among messages of Anthropic and OpenAI."""
    for message in dicts(messages):
        if message.get("role") == "tool" and message.get("tool_call_id"):
            yield str(message["tool_call_id"]), message.get("content"), False
        elif message.get("type") == "function_call_output" and message.get("call_id"):
            yield str(message["call_id"]), message.get("output"), False
        for block in dicts(message.get("content")):
            if block.get("type") == "tool_result" and block.get("tool_use_id"):
                yield str(block["tool_use_id"]), block.get("content"), bool(block.get("is_error"))


def first_asked(messages: Any) -> str:
    """Find the first text of a human among messages."""
    for message in dicts(messages):
        if message.get("role") == "user":
            content = message.get("content")
            texts = [content] if isinstance(content, str) else [one.get("text") for one in dicts(content)]
            found = next((text for text in texts if isinstance(text, str) and text.strip()), "")
            if found:
                return str(found)
    return ""


def dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def decoded(arguments: Any) -> Any:
    """Read arguments that are JSON in a text."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
