"""Small rollouts for tests, written record by record."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.formats.codex import read
from ingest.sources import SourceFile

THREAD = "019ed900-1111-7222-8333-944444444444"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
CWD = "/work/shop"


class Script:
    """Writes records one second apart, as version 0.140 does."""

    def __init__(self, *, thread: str = THREAD, **meta: Any) -> None:
        self.records: list[dict[str, Any]] = []
        self.seconds = 0
        self.spent = {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0}
        git = {
            "commit_hash": "c0ffee",
            "branch": "main",
            "repository_url": "https://example.org/acme/shop.git",
        }
        given = {"id": thread, "cwd": CWD, "cli_version": "0.140.0", "source": "cli", "git": git, **meta}
        self.add("session_meta", given)

    def add(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.seconds += 1
        at = (START + timedelta(seconds=self.seconds)).isoformat().replace("+00:00", "Z")
        record = {"timestamp": at, "type": kind, "payload": payload}
        self.records.append(record)
        return record

    def event(self, kind: str, **given: Any) -> dict[str, Any]:
        return self.add("event_msg", {"type": kind, **given})

    def item(self, kind: str, **given: Any) -> dict[str, Any]:
        return self.add("response_item", {"type": kind, **given})

    def turn(self, model: str = "gpt-5.5", **given: Any) -> None:
        self.event("task_started", turn_id=given.get("turn_id", f"turn-{self.seconds}"))
        self.add("turn_context", {"cwd": CWD, "model": model, "approval_policy": "never", **given})

    def prompt(self, text: str) -> None:
        self.item("message", role="user", content=[{"type": "input_text", "text": text}])
        self.event("user_message", message=text, images=[])

    def says(self, text: str, phase: str = "commentary") -> None:
        self.event("agent_message", message=text, phase=phase)
        self.item("message", role="assistant", content=[{"type": "output_text", "text": text}], phase=phase)

    def calls(self, name: str, key: str, **given: Any) -> None:
        self.item("function_call", name=name, arguments=json.dumps(given), call_id=key)

    def answers(self, key: str, output: Any, kind: str = "function_call_output") -> None:
        self.item(kind, call_id=key, output=output)

    def runs(self, key: str, command: str, output: str = "", code: int = 0) -> None:
        """A command from its call to its answer."""
        self.calls("exec_command", key, cmd=command, workdir=CWD)
        self.answers(key, shell_text(output, code))

    def patches(self, key: str, patch: str, output: str = "", changes: Any = None, **told: Any) -> None:
        """A patch; with `changes`, an event tells them as well."""
        self.item("custom_tool_call", name="apply_patch", input=patch, call_id=key, status="completed")
        if changes is not None:
            given = {"call_id": key, "success": True, "stdout": output, "changes": changes, **told}
            self.event("patch_apply_end", **given)
        self.answers(key, output, "custom_tool_call_output")

    def counts(self, given: int, cached: int, output: int) -> None:
        """The usage of a response, and the sum so far."""
        usage = {"input_tokens": given, "cached_input_tokens": cached, "output_tokens": output}
        for name, number in usage.items():
            self.spent[name] += number
        info = {"total_token_usage": dict(self.spent), "last_token_usage": usage}
        self.event("token_count", info=info)

    @property
    def data(self) -> bytes:
        return b"".join(json.dumps(record).encode() + b"\n" for record in self.records)

    def file(self, path: str = "rollout.jsonl") -> SourceFile:
        return SourceFile(path, self.data)

    def read(self, now: datetime = LATER) -> Any:
        return read([self.file()], now=now)


def shell_text(output: str, code: int) -> str:
    return f"Chunk ID: 1a2b3c\nWall time: 0.2500 seconds\nProcess exited with code {code}\nOutput:\n{output}"


def by_key(batch: Any) -> dict[str, Any]:
    return {step.key: step for step in batch.steps}


def kinds(batch: Any) -> list[str]:
    return [step.kind.value for step in batch.steps]


def calls_of(batch: Any) -> list[Any]:
    return [step for step in batch.steps if step.kind.value == "llm"]


def fixture() -> Any:
    """A small whole rollout as a file."""
    script = Script()
    script.turn()
    script.prompt("Fix it")
    script.says("Done.", phase="final_answer")
    script.counts(10, 0, 1)
    script.event("task_complete", last_agent_message="Done.")
    return script.file()
