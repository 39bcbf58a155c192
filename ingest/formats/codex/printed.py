"""What `codex exec --json` prints (FORMATS 3.6), written as the records of a rollout, for its reader.

The lines have no times, no messages and no usage of single calls: a turn has one usage, kept on its last
response.
"""

import shlex
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.claude_code.lines import Line
from ingest.formats.codex.rollouts import Entry, Rollout
from runs.records import digest_of

#: Types of lines that only this output has.
TYPES = frozenset(
    {"thread.started", "turn.started", "turn.completed", "turn.failed"}
    | {"item.started", "item.updated", "item.completed"}
)
#: Item → the tool whose call it is.
TOOLS = {
    "command_execution": "exec_command",
    "file_change": "apply_patch",
    "web_search": "web_search",
    "todo_list": "update_plan",
}
KINDS = {"add": "add", "delete": "delete", "update": "update"}


def is_printed(lines: list[Line]) -> bool:
    """Say whether lines are of this output."""
    return any(wild.text(line.record.get("type")) in TYPES for line in lines[:50])


def rollouts_of(path: str, lines: list[Line]) -> list[Rollout]:
    """Read each thread of the output; what stands before the first line of one has none."""
    found: list[Rollout] = []
    writer: Writer | None = None
    for line in lines:
        record = line.record
        thread = wild.identity(record.get("thread_id"))
        if record.get("type") == "thread.started" and thread and (writer is None or writer.thread != thread):
            writer = Writer(thread)
            found.append(writer.rollout(path))
        elif writer is not None:
            writer.take(line.number, record)
    return found


class Writer:
    """Writes the records that a rollout of the same thread would have."""

    def __init__(self, thread: str) -> None:
        self.thread = thread
        self.entries: list[Entry] = []
        self.turn = 0
        self.salt = ""  #: tells the outputs of one thread apart: items count from 0 in each
        self.spent: dict[str, int] = {}
        self.open: set[str] = set()  #: items whose call is written already

    def rollout(self, path: str) -> Rollout:
        """Give the thread as a rollout, whose records still grow."""
        return Rollout(
            path=path,
            thread=self.thread,
            session=self.thread,
            lane="",
            parent=None,
            meta={"originator": "codex_exec", "session_id": self.thread},
            is_printed=True,
            entries=self.entries,
        )

    def add(self, number: int, type: str, payload: dict[str, Any]) -> None:
        self.entries.append(Entry(number=number, at=None, type=type, payload=payload))

    def event(self, number: int, kind: str, **given: Any) -> None:
        self.add(number, "event_msg", {"type": kind, **given})

    def take(self, number: int, record: dict[str, Any]) -> None:
        kind, item = wild.text(record.get("type")) or "", wild.mapping(record.get("item"))
        if kind == "turn.started":
            self.turn += 1
            self.event(number, "task_started", turn_id=f"{self.thread}:{self.turn}")
        elif kind == "turn.completed":
            self.add(
                number, "token_usage_record", {"usage": self.usage_of(wild.mapping(record.get("usage")))}
            )
            self.event(number, "task_complete", last_agent_message="done")
        elif kind == "turn.failed":
            self.event(number, "error", message=wild.mapping(record.get("error")).get("message"))
            self.event(number, "task_complete")
        elif kind == "error":
            self.event(number, "stream_error", message=record.get("message"))
        elif kind in ("item.started", "item.updated", "item.completed"):
            self.take_item(number, item, is_over=kind == "item.completed")

    def usage_of(self, told: dict[str, Any]) -> dict[str, Any]:
        """Take what this turn cost: Codex prints the sum of the thread so far."""
        sums = {name: number for name, value in told.items() if (number := wild.integer(value)) is not None}
        grows = all(number >= self.spent.get(name, 0) for name, number in sums.items())
        before = self.spent if grows else {}
        self.spent = sums
        return {name: number - before.get(name, 0) for name, number in sums.items()}

    def take_item(self, number: int, item: dict[str, Any], *, is_over: bool) -> None:
        kind = wild.text(item.get("type")) or wild.text(item.get("item_type")) or ""
        self.salt = self.salt or digest_of(as_json(item).encode()).hex()[:8]
        key = f"item:{self.salt}:{self.turn}:{wild.identity(item.get('id')) or number}"
        if kind in ("agent_message", "assistant_message", "reasoning"):
            if is_over:
                self.say(number, kind, wild.text(item.get("text")) or "", key)
        elif kind == "error":
            if is_over:
                self.event(number, "stream_error", message=item.get("message"))
        elif kind:
            self.take_call(number, kind, item, key, is_over=is_over)

    def say(self, number: int, kind: str, text: str, key: str) -> None:
        if kind == "reasoning":
            summary = [{"type": "summary_text", "text": text}]
            self.add(number, "response_item", {"type": "reasoning", "id": key, "summary": summary})
            return
        content = [{"type": "output_text", "text": text}]
        said = {"type": "message", "role": "assistant", "id": key, "content": content}
        self.add(number, "response_item", said)

    def take_call(self, number: int, kind: str, item: dict[str, Any], key: str, *, is_over: bool) -> None:
        """Write the call when its item begins, and its answer when it is over."""
        if key not in self.open:
            self.open.add(key)
            call = {"type": "function_call", "call_id": key, "name": name_of(kind, item)}
            self.add(number, "response_item", {**call, "arguments": arguments_of(kind, item)})
        if is_over:
            self.tell(number, kind, item, key)
            answer = {"type": "function_call_output", "call_id": key, "output": answer_of(kind, item)}
            self.add(number, "response_item", answer)

    def tell(self, number: int, kind: str, item: dict[str, Any], key: str) -> None:
        """Write the event that says how the call went."""
        failed = item.get("status") in ("failed", "declined")
        if kind == "command_execution":
            self.add(number, "event_msg", {**item, "type": "exec_command_end", "call_id": key})
        elif kind == "file_change":
            changes = {
                path: {"type": KINDS.get(wild.text(change.get("kind")) or "", "update")}
                for change in wild.objects(item.get("changes"))
                if (path := wild.text(change.get("path")))
            }
            told = {"success": not failed, "status": item.get("status"), "changes": changes}
            self.event(number, "patch_apply_end", call_id=key, **told)
        elif kind == "mcp_tool_call" and (failed or item.get("error")):
            message = wild.mapping(item.get("error")).get("message") or item.get("error") or "failed"
            self.event(number, "mcp_tool_call_end", call_id=key, result={"Err": message})


def name_of(kind: str, item: dict[str, Any]) -> str:
    if kind == "mcp_tool_call":
        return f"mcp__{wild.text(item.get('server')) or ''}__{wild.text(item.get('tool')) or ''}"
    if kind == "collab_tool_call":
        return wild.text(item.get("tool")) or kind
    return TOOLS.get(kind, kind)


def arguments_of(kind: str, item: dict[str, Any]) -> Any:
    """Write the arguments that the tool of an item takes."""
    if kind == "command_execution":
        return {"cmd": typed(wild.text(item.get("command")) or "")}
    if kind == "web_search":
        return {"query": item.get("query")}
    if kind == "file_change":
        paths = [change.get("path") for change in wild.objects(item.get("changes"))]
        return {"path": paths[0], "files": paths} if len(paths) > 1 else {"path": "".join(map(str, paths))}
    if kind == "todo_list":
        steps = wild.objects(item.get("items"))
        return {
            "plan": [
                {"step": s.get("text"), "status": "completed" if s.get("completed") is True else "pending"}
                for s in steps
            ]
        }
    known = ("id", "type", "item_type", "status", "server", "tool", "result", "error", "aggregated_output")
    return item.get("arguments") or {name: value for name, value in item.items() if name not in known}


def typed(command: str) -> str:
    """Take the shell off a command: `bash -lc 'make test'` is `make test`."""
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    return words[2] if len(words) == 3 and words[1] in ("-lc", "-c") else command


def answer_of(kind: str, item: dict[str, Any]) -> Any:
    """Take what an item says came back."""
    if kind == "command_execution":
        return item.get("aggregated_output")
    return item.get("result") or ""
