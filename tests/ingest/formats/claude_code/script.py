"""Small transcripts for tests, written line by line."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.formats.claude_code import SourceFile, read

SESSION = "11111111-2222-4333-8444-555555555555"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
CWD = "/work/shop"


class Script:
    """Writes records one second apart."""

    def __init__(self, *, version: str = "2.1.200", cwd: str = CWD, session: str = SESSION) -> None:
        self.base = {"sessionId": session, "version": version, "cwd": cwd, "gitBranch": "main"}
        self.records: list[dict[str, Any]] = []
        self.seconds = 0

    def add(self, kind: str, **given: Any) -> dict[str, Any]:
        self.seconds += 1
        number = len(self.records) + 1
        record = {
            "type": kind,
            "uuid": f"u{number}",
            "parentUuid": f"u{number - 1}" if number > 1 else None,
            "timestamp": (START + timedelta(seconds=self.seconds)).isoformat().replace("+00:00", "Z"),
            **self.base,
            **given,
        }
        self.records.append(record)
        return record

    def user(self, content: Any, **given: Any) -> dict[str, Any]:
        return self.add("user", message={"role": "user", "content": content}, **given)

    def says(self, *blocks: Any, id: str = "msg_1", stop: str | None = None, **given: Any) -> dict[str, Any]:
        blocks = tuple({"type": "text", "text": b} if isinstance(b, str) else b for b in blocks)
        usage = given.pop("usage", {"input_tokens": 3, "output_tokens": 50})
        message = {
            "id": id,
            "role": "assistant",
            "model": given.pop("model", "claude-test-1"),
            "content": list(blocks),
            "stop_reason": stop,
            "usage": usage,
        }
        return self.add("assistant", message=message, requestId=f"req_{id}", **given)

    def calls(self, tool: str, key: str, id: str = "msg_1", **given: Any) -> dict[str, Any]:
        return self.says(
            {"type": "tool_use", "id": key, "name": tool, "input": given}, id=id, stop="tool_use"
        )

    def result(self, key: str, content: Any, structured: Any = None, **given: Any) -> dict[str, Any]:
        block = {"type": "tool_result", "tool_use_id": key, "content": content}
        if given.pop("is_error", False):
            block["is_error"] = True
        extra = {} if structured is None else {"toolUseResult": structured}
        return self.user([block], **extra, **given)

    def edit(self, key: str, path: str, old: str, new: str, **structured: Any) -> None:
        """An Edit that succeeded; `structured` overrides what the tool reported."""
        self.calls("Edit", key, id=f"msg_{key}", file_path=path, old_string=old, new_string=new)
        reported = {
            "filePath": path,
            "oldString": old,
            "newString": new,
            "originalFile": None,
            "replaceAll": False,
            "userModified": False,
            "structuredPatch": [],
            **structured,
        }
        self.result(key, "The file has been updated.", reported)

    @property
    def data(self) -> bytes:
        return b"".join(json.dumps(record).encode() + b"\n" for record in self.records)

    def read(self, path: str = "session.jsonl", now: datetime = LATER) -> Any:
        return read([SourceFile(path, self.data)], now=now)


def by_key(batch: Any) -> dict[str, Any]:
    return {step.key: step for step in batch.steps}


def kinds(batch: Any) -> list[str]:
    return [step.kind.value for step in batch.steps]
