"""Small sessions of Copilot CLI for tests, written event by event as version 1.0.64 does."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.formats.copilot import read
from ingest.sources import SourceFile
from runs.records import Batch

SESSION = "5d3a1c7e-1111-4222-8333-944444444444"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = "/work/shop"
CONTEXT = {"cwd": ROOT, "gitRoot": ROOT, "branch": "main", "headCommit": "c0ffee", "repository": "acme/shop"}
MODEL = "claude-sonnet-4.6"


class Script:
    """Writes events one second apart."""

    def __init__(self, *, session: str = SESSION, **data: Any) -> None:
        self.events: list[dict[str, Any]] = []
        given = {"copilotVersion": "1.0.64", "selectedModel": MODEL, "context": CONTEXT}
        self.add("session.start", sessionId=session, **{**given, **data})

    def add(self, kind: str, *, agent: str = "", **data: Any) -> str:
        number = len(self.events) + 1
        at = (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
        event = {
            "type": kind,
            "data": data,
            "id": f"e{number}",
            "timestamp": at,
            "parentId": f"e{number - 1}",
        }
        self.events.append({**event, "agentId": agent} if agent else event)
        return f"e{number}"

    def prompt(self, text: str, **data: Any) -> str:
        return self.add("user.message", content=text, transformedContent=f"<now/>\n{text}", **data)

    def says(self, text: str, *calls: tuple[str, str, Any], agent: str = "", **data: Any) -> None:
        number = len(self.events)
        self.add("assistant.turn_start", agent=agent, turnId=str(number))
        requests = [{"toolCallId": id, "name": name, "arguments": given} for id, name, given in calls]
        told = {"messageId": f"m{number}", "model": MODEL, "outputTokens": 10, "apiCallId": f"api{number}"}
        self.add("assistant.message", agent=agent, content=text, toolRequests=requests, **{**told, **data})

    def runs(self, id: str, name: str, given: Any, content: str, *, agent: str = "", **data: Any) -> None:
        """An answer with one call, and what came of it."""
        self.says("", (id, name, given), agent=agent)
        self.add("tool.execution_start", agent=agent, toolCallId=id, toolName=name, arguments=given)
        self.ends(id, content, agent=agent, **data)

    def ends(self, id: str, content: str, *, agent: str = "", diff: str = "", **data: Any) -> None:
        result = {"content": content, **({"detailedContent": diff} if diff else {})}
        told = {"toolCallId": id, "success": True, "result": result}
        self.add("tool.execution_complete", agent=agent, **{**told, **data})

    def fails(self, id: str, error: str, code: str = "failure") -> None:
        self.add(
            "tool.execution_complete", toolCallId=id, success=False, error={"message": error, "code": code}
        )

    def shutdown(self, requests: int = 1, kind: str = "routine", **usage: int) -> None:
        metrics = {MODEL: {"requests": {"count": requests, "cost": 1}, "usage": usage}} if usage else {}
        self.add("session.shutdown", shutdownType=kind, modelMetrics=metrics, totalPremiumRequests=2)

    @property
    def data(self) -> bytes:
        return "".join(json.dumps(event) + "\n" for event in self.events).encode()

    def read(self, now: datetime = LATER) -> Batch:
        return read([SourceFile("events.jsonl", self.data)], now=now)
