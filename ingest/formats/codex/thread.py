"""One thread walked from its first record to its last: what it said, asked and heard."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.codex import calls, tools
from ingest.formats.codex.calls import ModelCall
from ingest.formats.codex.changes import Editor
from ingest.formats.codex.header import Header
from ingest.formats.codex.rollouts import Entry
from ingest.formats.codex.tools import Tool
from runs.kinds import RunStatus, StepStatus
from runs.records import Context, Message, StepRecord

Slot = ModelCall | Tool | StepRecord

#: What Codex adds to items for itself, and never sends.
UNSENT = frozenset({"internal_chat_message_metadata_passthrough"})


class Habits(Struct, frozen=True):
    """How a file tells things: versions differ, and one file keeps to one way."""

    is_counted: bool  #: the usage of each response follows it, and ends it
    has_records: bool  #: the usage is a `token_usage_record`; `token_count` says nothing new then
    counts_first: bool  #: a response is counted before its items stand in the file
    has_messages: bool  #: what the model is given stands in the file
    has_prompts: bool  #: human prompts have events of their own: all files but those of 2025


def habits_of(entries: Iterable[Entry], *, is_printed: bool) -> Habits:
    """Look ahead through a file. What `codex exec --json` prints has one usage a turn."""
    kinds: dict[str, int] = {}
    last: dict[str, int] = {}
    for place, entry in enumerate(entries):
        kind = entry.type if entry.type == "token_usage_record" else f"{entry.type}/{entry.kind}"
        if kind == "event_msg/token_count":
            kind = "count" if usage_in(entry.payload) else ""
        elif entry.type == "event_msg":
            kind = "event"
        elif entry.type == "response_item" and is_models(entry.payload):
            kind = "item"
        kinds.setdefault(kind, place)
        last[kind] = place
    return Habits(
        is_counted=not is_printed and ("token_usage_record" in kinds or "count" in kinds),
        has_records="token_usage_record" in kinds,
        # A sum carried over from before may stand first, too; then the last items are followed by a count.
        counts_first="count" in kinds
        and kinds["count"] < kinds.get("item", 0)
        and last["count"] < last["item"],
        has_messages=not is_printed,
        has_prompts="event" in kinds,
    )


def is_models(item: dict[str, Any]) -> bool:
    """Say whether a response item came from the model."""
    kind = wild.text(item.get("type")) or ""
    return (
        kind == "reasoning"
        or kind.endswith("_call")
        or (kind == "message" and item.get("role") == "assistant")
    )


def usage_in(payload: dict[str, Any]) -> dict[str, Any]:
    """Take the usage of one response out of a `token_count`; the total where there is nothing else."""
    info = wild.mapping(payload.get("info"))
    return wild.mapping(info.get("last_token_usage")) or wild.mapping(info.get("total_token_usage")) or info


class Thread:
    """Everything known of one thread while its records go by."""

    def __init__(self, *, lane: str, habits: Habits, header: Header, editor: Editor, told: bool) -> None:
        self.lane = lane
        self.habits = habits
        self.header = header
        self.editor = editor
        self.is_told = told  #: it speaks for the run
        self.slots: list[Slot] = []
        self.keys: set[str] = set()
        self.tools: dict[str, Tool] = {}
        self.call: ModelCall | None = None
        self.has_spoken = False  #: the model has answered in this file
        self.heard_since = False  #: something came back since the newest item of the open response
        self.counted: dict[str, Any] = {}  #: usage that was told before its response
        self.total: object = None
        self.usage: dict[str, Any] = {}  #: of the newest response
        self.head: Context | None = None
        self.turns: list[Context | None] = []  #: what the model knew before each turn
        self.rules: Context | None = None  #: the system prompt alone
        self.asked_at: datetime | None = None
        self.last_at: datetime | None = None
        self.model: str | None = None
        self.effort: str | None = None
        self.cwd = ""
        self.turn = ""  #: id of the turn that goes on
        self.searches: deque[str] = deque()
        self.sessions: dict[str, str] = {}  #: running command → what it is
        self.compacted = False
        self.ending: tuple[RunStatus, str | None] | None = None
        self.trouble: str | None = None  #: the error of this turn

    def begin(self, meta: dict[str, Any], inherited: list[dict[str, Any]]) -> None:
        """Start with the system prompt, and with what a sub-agent was given of its parent's history."""
        rules = wild.text(wild.mapping(meta.get("base_instructions")).get("text"))
        self.cwd = wild.text(meta.get("cwd")) or ""
        self.model = wild.text(meta.get("model"))
        if self.cwd:
            self.editor.roots.learn(self.cwd, sure=bool(self.lane))
        if rules:
            self.hear({"role": "system", "content": rules})
            self.rules = self.head
        for item in inherited:
            self.hear(item)

    def hear(self, item: dict[str, Any]) -> None:
        """Add an item to what the model is given next."""
        kept = {name: value for name, value in item.items() if name not in UNSENT}
        self.head = Context(self.head, Message(as_json(kept).encode()))

    def add(self, step: StepRecord) -> None:
        """Add a step that one record tells; a record told twice is one."""
        if step.key not in self.keys:
            self.keys.add(step.key)
            self.slots.append(step)

    # --- responses

    def respond(self, entry: Entry, tool: str = "", key: str = "") -> None:
        """Take an item that the model wrote: into the open response, or as the first of a new one."""
        if self.heard_since and not self.habits.is_counted:
            self.close()
        native = wild.identity(entry.payload.get("id")) or wild.identity(entry.payload.get("call_id"))
        if self.call is None:
            self.call = self.open(entry, native)
        call = self.call
        call.first = call.first or native
        if self.is_told and not self.header.said and entry.kind == "message":
            self.header.said = calls.said_in(entry.payload.get("content"))
        call.blocks += calls.blocks_of_item(entry.payload, tool, key)
        call.phase = wild.text(entry.payload.get("phase")) or call.phase
        call.ended_at = entry.at or call.ended_at
        self.heard_since = False
        self.has_spoken = True
        self.ending = None
        self.hear(entry.payload)

    def open(self, entry: Entry, native: str | None) -> ModelCall:
        key = f"llm:{native or entry.number}"
        key = f"{key}:{entry.number}" if key in self.keys else key
        self.keys.add(key)
        call = ModelCall(
            key=key,
            lane=self.lane,
            model=self.model,
            effort=self.effort,
            started_at=self.asked_at,
            context=self.head if self.habits.has_messages else None,
            turn=self.turn,
            usage=self.counted,
        )
        self.counted = {}
        if self.model and self.is_told:
            self.header.models[self.model] += 1
        self.slots.append(call)
        return call

    def close(self) -> None:
        self.call, self.heard_since = None, False

    def count(self, entry: Entry, usage: dict[str, Any], *, native: str | None = None) -> None:
        """Take what a response cost, which ends it."""
        self.usage = usage
        if self.habits.counts_first and not self.habits.has_records:
            self.close()
            self.counted = usage
            return
        call = self.call or self.open(entry, native)
        call.usage, call.native = usage, native
        if not self.habits.is_counted:
            call.detail["usage_of"] = "turn"
        if native:  # written the moment the response ended; counts of older versions wait for its tools
            call.ended_at = entry.at or call.ended_at
        call.ended_at = call.ended_at or entry.at
        self.close()

    # --- tools

    def ask(self, entry: Entry, key: str) -> Tool:
        """Open a tool call."""
        name = tools.name_of(entry.payload)
        given = calls.input_of(entry.payload)
        arguments = wild.mapping(given)
        known = self.tools.get(key)
        tool = known or Tool(key=key, name=name, lane=self.lane, cwd=self.cwd, started_at=entry.at)
        tool.name, tool.given, tool.started_at = name, arguments, entry.at
        tool.input = tools.text_of_input(given)
        tool.cwd = wild.text(arguments.get("workdir")) or self.cwd
        tool.facts = {**tools.call_facts(name, arguments), **tool.facts}
        if known is None:
            self.tools[key] = tool
            self.slots.append(tool)
        return tool

    def tool_of(self, key: str, at: datetime | None) -> Tool:
        """Find the call that an answer is for; one whose call is not in the file is unknown."""
        tool = self.tools.get(key)
        if tool is None:
            tool = Tool(key=key, name=tools.UNKNOWN, lane=self.lane, cwd=self.cwd, started_at=at)
            self.tools[key] = tool
            self.slots.append(tool)
        return tool

    # --- turns

    def restart(self, items: list[dict[str, Any]]) -> None:
        """Begin the list of messages anew: the context was compacted."""
        self.close()
        self.head = self.rules
        for item in items:
            self.hear(item)

    def rewind(self, turns: int) -> None:
        """Go back to what the model knew before the last turns."""
        self.close()
        if turns and self.turns:
            self.head = self.turns[-min(turns, len(self.turns))]
            del self.turns[-turns:]

    def status(self, *, fresh: bool) -> tuple[RunStatus, str | None]:
        """Say how the thread stands by its last word, and by how long it has been silent."""
        if self.ending is not None:
            return self.ending
        if self.trouble and not fresh:
            return RunStatus.FAILED, self.trouble
        last = next((slot for slot in reversed(self.slots) if isinstance(slot, ModelCall)), None)
        if last is not None and not last.calls_tools and last.blocks:
            said = last.phase == "final_answer" or (last.phase is None and not fresh)
            if said:
                return RunStatus.DONE, None
        return (RunStatus.RUNNING if fresh else RunStatus.UNFINISHED), None

    def open_status(self, run: RunStatus) -> StepStatus:
        if run is RunStatus.RUNNING:
            return StepStatus.RUNNING
        return StepStatus.CANCELLED if run is RunStatus.INTERRUPTED else StepStatus.UNANSWERED
