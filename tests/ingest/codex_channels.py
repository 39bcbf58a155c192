"""One thread of Codex as its other channels would tell it, made from its rollout."""

import json
from datetime import datetime
from typing import Any

from tests.ingest.claude_channels import attributes

Record = dict[str, Any]


class Thread:
    """What the channels tell: the prompt, responses with their usage, calls with their outputs."""

    def __init__(self, rollout: bytes) -> None:
        records = [json.loads(line) for line in rollout.splitlines() if line.strip()]
        self.id: str = records[0]["payload"]["id"]
        self.cwd: str = records[0]["payload"]["cwd"]
        self.items: list[tuple[int, str, Record]] = []
        self.outputs: dict[str, Record] = {}
        self.done: dict[str, Record] = {}
        for record in records:
            at = datetime.fromisoformat(record["timestamp"].replace("Z", "+00:00"))
            payload, nanoseconds = record["payload"], int(at.timestamp() * 1000) * 1_000_000
            self.items.append((nanoseconds, record["type"], payload))
            if str(payload.get("type")).endswith("_output"):
                self.outputs[payload["call_id"]] = payload
            item = payload.get("item") or {}
            if item.get("type") in ("CommandExecution", "FileChange"):
                self.done[item["id"]] = item
        self.prompt = next(
            payload["item"]["content"][0]["text"]
            for _, _, payload in self.items
            if (payload.get("item") or {}).get("type") == "UserMessage"
        )
        last = self.items[-1][2]
        self.turn, self.said = last["turn_id"], last["last_agent_message"]


def as_logs(thread: Thread) -> bytes:
    """Write log records; times are observed, numbers are texts (AGENTS.md 3)."""
    found = [log(thread, thread.items[1][0], "user_prompt", prompt=thread.prompt)]
    for at, kind, payload in thread.items:
        if kind == "token_usage_record":
            usage = payload["usage"]
            tokens = {
                "input_token_count": str(usage["input_tokens"]),
                "output_token_count": str(usage["output_tokens"]),
                "cached_token_count": str(usage["cached_input_tokens"]),
            }
            done = {"event.kind": "response.completed", "model": "gpt-5.5"}
            found.append(log(thread, at, "sse_event", **done))
            found.append(log(thread, at + 1000, "sse_event", **done, **tokens))
        elif payload.get("type") in ("function_call", "custom_tool_call"):
            output = thread.outputs[payload["call_id"]]["output"]
            given = {
                "tool_name": payload["name"],
                "call_id": payload["call_id"],
                "arguments": payload.get("arguments") or payload.get("input"),
                "output": str(output)[:2_000],
                "success": "true",
                "duration_ms": "3",
            }
            found.append(log(thread, at, "tool_result", **given))
    scope = {"scope": {"name": "codex_otel.log_only"}, "logRecords": found}
    resource = {"attributes": attributes({"service.name": "codex_exec"})}
    return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}).encode()


def log(thread: Thread, at: int, name: str, **given: Any) -> Record:
    fields = {"conversation.id": thread.id, "event.name": f"codex.{name}", **given}
    names = {"eventName": "event otel/src/events/session_telemetry.rs:703", "body": None}
    return {"timeUnixNano": "0", "observedTimeUnixNano": str(at), "attributes": attributes(fields), **names}


def as_printed(thread: Thread) -> bytes:
    """Write what `codex exec --json` prints."""
    lines: list[Record] = [{"type": "thread.started", "thread_id": thread.id}, {"type": "turn.started"}]
    number, spent = 0, {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0}
    for _, kind, payload in thread.items:
        if kind == "token_usage_record":
            spent = {name: value + payload["usage"][name] for name, value in spent.items()}
        item = printed_item(thread, payload)
        if item is not None:
            lines.append({"type": "item.completed", "item": {"id": f"item_{number}", **item}})
            number += 1
    lines.append({"type": "turn.completed", "usage": spent})
    return b"\n".join(json.dumps(line).encode() for line in lines)


def printed_item(thread: Thread, payload: Record) -> Record | None:
    item = payload.get("item") or {}
    if item.get("type") == "AgentMessage":
        return {"type": "agent_message", "text": item["content"][0]["text"]}
    if item.get("type") == "CommandExecution":
        command = " ".join([*item["command"][:2], repr(item["command"][2])])
        told = {"command": command, "aggregated_output": item["aggregated_output"]}
        status = "completed" if item["exit_code"] == 0 else "failed"
        return {"type": "command_execution", "exit_code": item["exit_code"], "status": status, **told}
    if item.get("type") == "FileChange":
        changes = [{"path": path, "kind": "update"} for path in item["changes"]]
        return {"type": "file_change", "status": "completed", "changes": changes}
    return None


def as_notice(thread: Thread) -> bytes:
    """Write the argument of `notify`."""
    told = {
        "type": "agent-turn-complete",
        "thread-id": thread.id,
        "turn-id": thread.turn,
        "cwd": thread.cwd,
        "input-messages": [thread.prompt],
        "last-assistant-message": thread.said,
    }
    return json.dumps(told).encode()
