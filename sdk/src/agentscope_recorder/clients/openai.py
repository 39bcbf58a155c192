"""`record_openai(client)`: every call of chat completions and responses is recorded, streamed or not."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from agentscope_recorder.asked import decoded
from agentscope_recorder.clients.anthropic import given
from agentscope_recorder.clients.attempts import watch_attempts, watch_copies
from agentscope_recorder.clients.calls import Dialect, Fields, Listener, watch_methods
from agentscope_recorder.plain import plain
from agentscope_recorder.recorder import Recorder

Client = TypeVar("Client")
#: What asks a model; `stream` asks by `create`.
METHODS = ("create", "parse")


def record_openai(client: Client, run: Recorder) -> Client:
    """Record what a client of the package `openai` does, also an async one. Gives the client back."""
    try:
        chat, beta = cast("Any", client).chat, getattr(client, "beta", None)
        watch_methods(chat.completions, METHODS, run, Chat())
        watch_methods(getattr(getattr(beta, "chat", None), "completions", None), METHODS, run, Chat())
        watch_methods(getattr(client, "responses", None), METHODS, run, Responses())
        watch_attempts(client, run)
        watch_copies(client, run, record_openai)
    except Exception as error:
        run.log("warning", f"The client of openai is not recorded: {error!r}")
    return client


class Chat(Dialect):
    """Requests and answers of chat completions."""

    def asked(self, request: Fields) -> Fields:
        """Read a request."""
        return {name: plain(request[name]) for name in ("messages", "tools") if given(request.get(name))}

    def answered(self, answer: Any) -> Fields:
        """Read a completion; of several choices the first."""
        told = plain(answer)
        choices = told.get("choices") if isinstance(told, dict) else None
        return chat_fields(told, choices[0]) if choices else {}

    def listener(self) -> Listener:
        """Make what listens to chunks."""
        return Chunks()


def chat_fields(told: dict[str, Any], choice: dict[str, Any]) -> Fields:
    """Read a completion as the fields of a model call."""
    message = choice.get("message") or {}
    return {
        "model": told.get("model"),
        "content": message.get("content"),
        "tool_calls": message.get("tool_calls") or None,
        "usage": told.get("usage"),
        "stop_reason": choice.get("finish_reason"),
        "request_id": told.get("id"),
    }


class Chunks(Listener):
    """Puts the chunks of the first choice together."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}
        self.texts: list[str] = []
        self.calls: dict[int, dict[str, Any]] = {}
        self.reason: Any = None

    def hear(self, item: Any) -> None:
        """Take one chunk."""
        chunk = plain(item)
        self.told.update({name: chunk[name] for name in ("id", "model", "usage") if chunk.get(name)})
        for choice in (chunk.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            self.reason = choice.get("finish_reason") or self.reason
            if delta.get("content"):
                self.texts.append(delta["content"])
            for call in delta.get("tool_calls") or []:
                self._add(call)

    def _add(self, call: dict[str, Any]) -> None:
        place = call.get("index", 0)
        known = self.calls.setdefault(place, {"type": "function", "function": {"name": "", "arguments": ""}})
        if call.get("id"):
            known["id"] = call["id"]
        for name in ("name", "arguments"):
            known["function"][name] += (call.get("function") or {}).get(name) or ""

    def fields(self) -> Fields:
        """Give the completion so far."""
        calls = [self.calls[place] for place in sorted(self.calls)]
        message = {"content": "".join(self.texts) or None, "tool_calls": calls}
        return chat_fields(self.told, {"message": message, "finish_reason": self.reason})


class Responses(Dialect):
    """Requests and answers of the Responses API."""

    def asked(self, request: Fields) -> Fields:
        """Read a request: its input are the messages."""
        told = plain(request.get("input"))
        messages = [{"role": "user", "content": told}] if isinstance(told, str) else told
        named = {"messages": messages, "system": request.get("instructions"), "tools": request.get("tools")}
        return {name: plain(value) for name, value in named.items() if given(value)}

    def answered(self, answer: Any) -> Fields:
        """Read a response."""
        told = plain(answer)
        return response_fields(told) if isinstance(told, dict) else {}

    def listener(self) -> Listener:
        """Make what listens to the events of a stream."""
        return ResponseEvents()


def response_fields(told: dict[str, Any]) -> Fields:
    """Read a response as the fields of a model call."""
    return {
        "model": told.get("model"),
        "content": [block for item in told.get("output") or [] for block in blocks_of(item)],
        "usage": told.get("usage"),
        "stop_reason": (told.get("incomplete_details") or {}).get("reason") or told.get("status"),
        "request_id": told.get("id"),
    }


def blocks_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Read an item of the output as blocks: text, thinking, tool_use."""
    kind = item.get("type")
    if kind == "function_call":
        return [
            {
                "type": "tool_use",
                "id": item.get("call_id"),
                "name": item.get("name"),
                "input": decoded(item.get("arguments")),
            }
        ]
    if kind == "reasoning":
        texts = [part.get("text", "") for part in item.get("summary") or []]
        return [{"type": "thinking", "thinking": "\n".join(texts)}] if any(texts) else []
    parts = item.get("content") or []
    return [{"type": "text", "text": part.get("text", "")} for part in parts if isinstance(part, dict)]


class ResponseEvents(Listener):
    """Takes the whole response out of the last event of a stream; before it, the text so far."""

    def __init__(self) -> None:
        self.response: dict[str, Any] = {}
        self.texts: list[str] = []

    def hear(self, item: Any) -> None:
        """Take one event."""
        event = plain(item)
        if isinstance(event.get("response"), dict):
            self.response = event["response"]
        if event.get("type") == "response.output_text.delta":
            self.texts.append(str(event.get("delta") or ""))

    def fields(self) -> Fields:
        """Give the response, or what came of it before the stream broke off."""
        told = response_fields(self.response)
        if not told["content"] and self.texts:
            told["content"] = "".join(self.texts)
        return told
