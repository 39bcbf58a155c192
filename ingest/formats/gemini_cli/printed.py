"""What `gemini --output-format stream-json` prints, brought into the shape of a chat (FORMATS.md 4.4)."""

from typing import Any

from ingest import wild
from ingest.formats.gemini_cli.chats import Chat, Message
from ingest.formats.gemini_cli.parts import text_of


def is_printed(record: dict[str, Any]) -> bool:
    """Say whether an object is a line of the printed events."""
    kind = record.get("type")
    if kind == "init":
        return isinstance(record.get("session_id"), str) and "model" in record
    return kind == "tool_use" and isinstance(record.get("tool_id"), str) and "tool_name" in record


class Printed:
    """Takes printed events, one after the other: chunks of an answer, its calls, their results."""

    def __init__(self, path: str) -> None:
        self.chat = Chat(path, head={"printed": True})
        self.answer: Message | None = None  #: that still grows
        self.calls: dict[str, Message] = {}

    def take(self, record: dict[str, Any]) -> None:
        """Take one event."""
        at, kind = record.get("timestamp"), record.get("type")
        if kind == "init":
            self.chat.head |= {
                "sessionId": record.get("session_id"),
                "startTime": at,
                "model": record.get("model"),
            }
        elif kind == "message":
            self.message(record, at)
        elif kind == "tool_use":
            self.ask(record, at)
        elif kind == "tool_result":
            self.result(record, at)
        elif kind == "error":
            told = "warning" if record.get("severity") == "warning" else "error"
            self.say({"type": told, "content": record.get("message"), "timestamp": at})
        elif kind == "result":
            self.chat.head["stats"] = record.get("stats")
            error = wild.text(wild.mapping(record.get("error")).get("message"))
            if record.get("status") == "error":
                self.say({"type": "error", "content": error or "The run failed.", "timestamp": at})

    def say(self, message: Message) -> Message:
        self.answer = None
        self.chat.say(message)
        return message

    def grow(self, at: object) -> Message:
        """Give the answer that is being printed."""
        if self.answer is None:
            model = self.chat.head.get("model")
            self.answer = self.say({"type": "gemini", "content": "", "model": model, "toolCalls": []})
        self.answer["timestamp"] = at
        return self.answer

    def message(self, record: dict[str, Any], at: object) -> None:
        text = text_of(record.get("content"))
        if record.get("role") == "user":
            self.say({"type": "user", "content": text, "timestamp": at})
        elif text:
            answer = self.grow(at)
            answer["content"] += text

    def ask(self, record: dict[str, Any], at: object) -> None:
        call: Message = {"id": record.get("tool_id"), "name": record.get("tool_name"), "startedAt": at}
        call["args"] = record.get("parameters")
        self.grow(at)["toolCalls"].append(call)
        self.calls[wild.identity(call["id"]) or ""] = call

    def result(self, record: dict[str, Any], at: object) -> None:
        """Give a call its result. What is printed is what a human sees, not what the model is told."""
        self.answer = None
        call = self.calls.get(wild.identity(record.get("tool_id")) or "", {})
        error = wild.text(wild.mapping(record.get("error")).get("message"))
        said = {"error": error} if error else {"output": wild.text(record.get("output")) or ""}
        call["result"] = [{"functionResponse": {"response": said}}]
        call |= {"status": wild.text(record.get("status")) or "success", "timestamp": at}
