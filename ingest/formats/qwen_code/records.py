"""Records of Qwen Code brought into the shape of a chat of Gemini CLI."""

from datetime import timedelta
from typing import Any

from ingest import wild
from ingest.formats.gemini_cli.chats import COMPRESSED, LEFT, SAID, Chat, Happening, Message
from ingest.formats.gemini_cli.parts import functions_in, parts_of

Record = dict[str, Any]
#: Kinds of messages in the human's name that the program wrote.
BY_PROGRAM = frozenset({"notification", "cron", "goal_runtime"})
#: Names of events begin with the program's, or with nothing in older versions.
PREFIX = "qwen-code."


class Reader:
    """Takes the records of one chat, one after the other."""

    def __init__(self, path: str) -> None:
        self.told = Chat(path)
        self.above: dict[str, str] = {}  #: uuid → parentUuid
        self.calls: dict[str, Message] = {}  #: by id, as they stand in their answer
        self.results: dict[str, Message] = {}  #: that came before their call
        self.failed: list[Message] = []  #: requests that nothing has followed yet
        self.waited = 0  #: milliseconds that the newest answer took

    def chat(self) -> Chat:
        return self.told

    def take(self, record: Record) -> None:
        """Take one record."""
        for name in ("sessionId", "cwd", "version", "gitBranch"):
            if record.get(name) and (name in ("cwd", "version") or name not in self.told.head):
                self.told.head.setdefault(name, record[name])
        id, above = wild.identity(record.get("uuid")), wild.identity(record.get("parentUuid"))
        if id and above:
            self.above[id] = above
        origin = wild.identity(wild.mapping(record.get("forkedFrom")).get("sessionId"))
        if origin:
            self.told.head["parent"] = origin
        readers = {
            "user": self.user,
            "assistant": self.assistant,
            "tool_result": self.result,
            "system": self.system,
        }
        reader = readers.get(wild.text(record.get("type")) or "")
        if reader is not None:
            reader(record, id or f"n{len(self.told.messages)}")

    def say(self, id: str, record: Record, kind: str, **more: Any) -> Message:
        """Add a message to the chat; a record with a known id says more of the same one."""
        content = wild.mapping(record.get("message")).get("parts")
        known = self.told.messages.get(id)
        if known is not None:
            known["content"] = [*parts_of(known.get("content")), *parts_of(content)]
            return known
        message: Message = {"timestamp": record.get("timestamp"), "type": kind, "content": content, **more}
        if wild.identity(record.get("uuid")):
            message["id"] = record["uuid"]
        self.told.messages[id] = message
        self.told.happenings.append(Happening(SAID, [id]))
        return message

    def user(self, record: Record, id: str) -> None:
        payload = wild.mapping(record.get("systemPayload"))
        message = self.say(id, record, "user", displayContent=payload.get("displayText"))
        by_program = wild.text(record.get("subtype")) in BY_PROGRAM
        if by_program or record.get("provenance") in ("system", "goal_runtime"):
            message["synthetic"] = True
        self.failed = []

    def assistant(self, record: Record, id: str) -> None:
        message = self.say(id, record, "gemini", model=record.get("model"))
        message["tokens"] = usage_of(record.get("usageMetadata")) or message.get("tokens")
        ended = wild.when(record.get("timestamp"))
        if self.waited and ended:
            message["startedAt"] = (ended - timedelta(milliseconds=self.waited)).isoformat()
        calls = []
        for call in functions_in(message.get("content"), "functionCall"):
            native = wild.identity(call.get("id")) or ""
            known = self.calls.get(native) or {
                "id": native,
                "name": call.get("name"),
                "args": call.get("args"),
            }
            known |= self.results.pop(native, {})
            self.calls[native] = known
            calls.append(known)
        message["toolCalls"] = calls
        for error in self.failed:
            error["type"] = "retry"
        self.failed, self.waited = [], 0

    def result(self, record: Record, id: str) -> None:
        """Give calls their results."""
        told = wild.mapping(record.get("toolCallResult"))
        parts = wild.mapping(record.get("message")).get("parts")
        for response in functions_in(parts, "functionResponse") or [{"id": told.get("callId")}]:
            native = wild.identity(response.get("id")) or wild.identity(told.get("callId")) or ""
            ended: Message = {
                "result": [{"functionResponse": response}] if "response" in response else None,
                "status": told.get("status") or "success",
                "timestamp": record.get("timestamp"),
                "resultDisplay": told.get("resultDisplay"),
                "errorType": told.get("errorType"),
            }
            if native in self.calls:
                self.calls[native] |= ended
            else:
                self.results[native] = ended

    def system(self, record: Record, id: str) -> None:
        payload = wild.mapping(record.get("systemPayload"))
        subtype = wild.text(record.get("subtype")) or ""
        if subtype == "ui_telemetry":
            self.event(record, id, wild.mapping(payload.get("uiEvent")))
        elif subtype == "chat_compression":
            self.told.summaries[id] = wild.objects(payload.get("compressedHistory"))
            self.told.happenings.append(Happening(COMPRESSED, [id]))
        elif subtype == "rewind":
            self.told.happenings.append(Happening(LEFT, [id, *self.ancestors(id)]))
        elif subtype == "custom_title":
            self.told.head["summary"] = payload.get("customTitle")
        elif subtype == "parent_session":
            self.told.head["parent"] = payload.get("parentSessionId")
        elif subtype == "slash_command" and payload.get("phase") == "invocation":
            self.say(id, {**record, "message": {"parts": payload.get("rawCommand")}}, "info")

    def event(self, record: Record, id: str, event: Record) -> None:
        """Take what the program counted: how long an answer took, and requests that failed."""
        name = (wild.text(event.get("event.name")) or "").removeprefix(PREFIX)
        if name == "api_response":
            self.waited = wild.integer(event.get("duration_ms"), 10**8) or 0
        elif name == "api_error":
            words = (event.get("error_message"), event.get("error"), event.get("error_type"))
            said = next((text for one in words if (text := wild.text(one))), "The request failed.")
            self.failed.append(self.say(id, {**record, "message": {"parts": said}}, "error"))

    def ancestors(self, id: str) -> list[str]:
        """List what a record stands below, from the first on."""
        found: dict[str, None] = {}
        while (above := self.above.get(id)) is not None and above not in found:
            found[above] = None
            id = above
        return list(found)[::-1]


def usage_of(value: object) -> dict[str, int] | None:
    """Read usage in Gemini's words. Of other providers thoughts lie in the output: the total says so."""
    usage = wild.mapping(value)
    names = ("promptTokenCount", "candidatesTokenCount", "cachedContentTokenCount", "thoughtsTokenCount")
    entered, output, cached, thoughts = (wild.integer(usage.get(name)) or 0 for name in names)
    total = wild.integer(usage.get("totalTokenCount")) or 0
    if not usage:
        return None
    told = {"input": entered, "output": output, "cached": cached, "thoughts": thoughts, "total": total}
    if total == entered + output and thoughts <= output:
        told |= {"output": output - thoughts, "candidates": output}
    return told
