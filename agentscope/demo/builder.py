"""From a script to events: carries out the calls, re-sends the conversation, counts tokens, keeps time."""

import json
from base64 import b32encode
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from agentscope.demo import script as words
from agentscope.demo.calls import Call, Done
from agentscope.demo.dialects import Dialect
from agentscope.demo.script import Delegation, Script, Turn
from agentscope.demo.traces import Event, Trace
from agentscope.demo.trees import Tree, read_tree
from agentscope.demo.usage import Meter

SYSTEM = "You are a coding agent. You work in a repository with tools, and answer when the work is done."
#: Seconds until the first word, and characters a model writes in a second.
FIRST_WORD, CHARS_A_SECOND = 1.1, 95
STAGGER = 0.15  #: seconds between the starts of two calls side by side
TEAR = 0.004  #: seconds between two events that belong together


Asked = list[tuple[str, Call | Delegation]]


class Conversation(Struct):
    """The messages of one agent, each encoded once; `lane` is "" for the main agent."""

    meter: Meter
    model: str
    lane: str = ""
    turns: int = 0
    messages: list[bytes] = field(default_factory=list)
    chars: int = 0

    def add(self, role: str, content: object) -> None:
        """Append a message."""
        message = json.dumps({"role": role, "content": content}, ensure_ascii=False).encode()
        self.messages.append(message)
        self.chars += len(message)

    def sent(self) -> Raw:
        """The whole message list, as every call sends it."""
        return Raw(b"[" + b",".join(self.messages) + b"]")


class Recorder:
    """The state of one run while its script is read."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.dialect: Dialect = script.dialect
        self.root = f"{script.home}/{script.repo}"
        self.tree: Tree = read_tree(script.repo) | script.files
        self.now = 0.0
        self.events: list[Event] = []
        self.ids = 0
        self.lanes = 0
        self.main = self.conversation(script.model)

    def conversation(self, model: str, lane: str = "") -> Conversation:
        """Begin a conversation with the system prompt."""
        meter = Meter(style=self.dialect.usage, overhead=self.dialect.overhead)
        new = Conversation(meter=meter, model=model, lane=lane)
        new.add("system", (not lane and self.script.system) or SYSTEM)
        return new

    def id(self, prefix: str) -> str:
        """Make the next id, the same for every build of the script."""
        self.ids += 1
        digest = blake2b(f"{self.script.id} {self.ids}".encode(), digest_size=15).digest()
        return prefix + b32encode(digest).decode()

    def tell(self, kind: str, *, spans: dict[str, tuple[float, float]] | None = None, **fields: Any) -> None:
        """Add an event at this moment."""
        told = {name: value for name, value in fields.items() if value not in (None, "")}
        self.events.append(Event(at=self.now, kind=kind, fields=told, spans=spans or {}))

    def wait(self, seconds: float) -> float:
        """Let time pass; return when it began."""
        began = self.now
        self.now += seconds
        return began


def build(script: Script) -> Trace:
    """Play a script through and return what a recorder beside it would have written."""
    recorder = Recorder(script)
    names = ("name", "agent", "agent_version", "model", "repo", "branch", "commit", "task", "variant")
    facts: dict[str, Any] = {name: getattr(script, name) for name in names}
    facts |= {"cwd": recorder.root, "meta": script.meta or None, **script.start}
    recorder.tell("run_start", **facts)
    for item in script.items:
        recorder.wait(item.after)
        _TELLERS[type(item)](recorder, item)
    return Trace(run=script.id, events=recorder.events)


def tell_prompt(recorder: Recorder, prompt: words.Prompt) -> None:
    recorder.tell("prompt", id=recorder.id("prompt_"), text=prompt.text)
    recorder.main.add("user", prompt.text)


def tell_turn(recorder: Recorder, turn: Turn) -> None:
    take_turn(recorder, turn, recorder.main)


def take_turn(recorder: Recorder, turn: Turn, talk: Conversation) -> None:
    """Call the model, with its failed attempts, then carry out what it asks for."""
    talk.turns += 1
    key = recorder.id("msg_")
    common: dict[str, Any] = {"agent": talk.lane, "turn": talk.turns}
    tell_retries(recorder, turn, key, common)
    began = recorder.now
    asked_with: dict[str, Any] = {"messages": talk.sent(), "params": recorder.script.params or None}
    recorder.tell("llm_call", id=key, phase="start", model=talk.model, **asked_with, **common)
    calls = [(recorder.id("toolu_"), call) for call in turn.calls]
    content = answer(recorder, turn, calls)
    encoded = msgspec.json.encode(content)
    recorder.wait(turn.seconds or FIRST_WORD + len(encoded) / CHARS_A_SECOND)
    usage = talk.meter.usage(
        sent=talk.chars, answered=len(encoded) - len(turn.thinking), reasoned=len(turn.thinking)
    )
    recorder.tell(
        "llm_call", id=key, phase="end", model=talk.model, content=Raw(encoded), usage=usage,
        stop_reason="tool_use" if calls else "end_turn",
        spans={
            "duration_ms": (began, recorder.now),
            "ttft_ms": (began, began + min(FIRST_WORD, (recorder.now - began) / 2)),
        }, **common,
    )  # fmt: skip
    talk.add("assistant", content)
    carry = side_by_side if turn.at_once else one_by_one
    results = carry(recorder, calls, common)
    if results:
        talk.add("user", results)


def one_by_one(recorder: Recorder, calls: Asked, common: dict[str, Any]) -> list[dict[str, Any]]:
    """Carry out calls, each after the one before."""
    return [carry_out(recorder, id, call, common) for id, call in calls]


def side_by_side(recorder: Recorder, calls: Asked, common: dict[str, Any]) -> list[dict[str, Any]]:
    """Carry out calls that begin shortly after each other; their events lie mixed, in the order of time."""
    began, first = recorder.now, len(recorder.events)
    results, ends = [], []
    for number, (id, call) in enumerate(calls):
        recorder.now = began + number * STAGGER
        results.append(carry_out(recorder, id, call, common))
        ends.append(recorder.now)
    recorder.events[first:] = sorted(recorder.events[first:], key=lambda event: event.at)
    recorder.now = max(ends)
    return results


def tell_retries(recorder: Recorder, turn: Turn, key: str, common: dict[str, Any]) -> None:
    for n, retry in enumerate(turn.retries, 1):
        began = recorder.wait(retry.took)
        recorder.tell(
            "retry", id=f"{key}:{n}", of=key, attempt=n, max_attempts=retry.most, http_status=retry.status,
            error=retry.error, model=recorder.script.model,
            spans={
                "duration_ms": (began, recorder.now), "wait_ms": (recorder.now, recorder.now + retry.wait),
            }, **common,
        )  # fmt: skip
        recorder.wait(retry.wait)


def answer(recorder: Recorder, turn: Turn, calls: Asked) -> list[dict[str, Any]]:
    """Write the model's answer as content blocks."""
    blocks: list[dict[str, Any]] = []
    if turn.thinking:
        blocks.append({"type": "thinking", "thinking": turn.thinking})
    if turn.text:
        blocks.append({"type": "text", "text": turn.text})
    for id, call in calls:
        blocks.append({"type": "tool_use", "id": id, **asked(recorder, call)})
    return blocks


def asked(recorder: Recorder, call: Call | Delegation) -> dict[str, Any]:
    """Name the tool of a call and its arguments."""
    if isinstance(call, Delegation):
        given = {"description": call.description, "prompt": call.prompt, "subagent_type": call.kind}
        return {"name": recorder.dialect.delegate, "input": given}
    return {"name": call.tool(recorder.dialect), "input": call.args(recorder.dialect, recorder.root)}


def carry_out(recorder: Recorder, id: str, call: Call | Delegation, common: dict[str, Any]) -> dict[str, Any]:
    """Run one tool call and return its result as the model will see it."""
    recorder.wait(TEAR)
    began = recorder.now
    request = asked(recorder, call)
    recorder.tell("tool_call", id=id, name=request["name"], args=request["input"], **common)
    done = delegate(recorder, id, call) if isinstance(call, Delegation) else call.carry_out(recorder.tree)
    recorder.wait(done.seconds)
    tell_result(recorder, id, done, began, common)
    for change in done.changes:
        recorder.tell(
            "file_change", step=id, path=change.path, op=op_of(change.before, change.after),
            before=change.before, after=change.after, origin="declared" if change.declared else "observed",
            user_modified=change.user_modified or None,
        )  # fmt: skip
    result = {"type": "tool_result", "tool_use_id": id, "content": done.output}
    return result | {"is_error": True} if done.error else result


def tell_result(recorder: Recorder, id: str, done: Done, began: float, common: dict[str, Any]) -> None:
    status = "timeout" if done.timed_out else "failed" if done.error else "ok"
    recorder.tell(
        "tool_result", id=id, output=done.output, status=status, error=done.error, exit_code=done.exit_code,
        spans={"duration_ms": (began, recorder.now)}, **common,
    )  # fmt: skip


def op_of(before: str | None, after: str | None) -> str:
    if before is None:
        return "create"
    return "delete" if after is None else "edit"


def delegate(recorder: Recorder, id: str, call: Delegation) -> Done:
    """Let a sub-agent work in a lane of its own."""
    recorder.lanes += 1
    lane = f"{call.kind.lower()}-{recorder.lanes}"
    model = call.model or recorder.script.model
    recorder.tell("agent_start", agent=lane, call=id, name=call.kind, model=model, text=call.prompt)
    talk = recorder.conversation(model, lane)
    talk.add("user", call.prompt)
    for turn in call.turns:
        recorder.wait(turn.after)
        take_turn(recorder, turn, talk)
    take_turn(recorder, Turn(text=call.answer), talk)
    recorder.tell("agent_end", agent=lane, call=id, status="ok", text=call.answer)
    return Done(output=call.answer, seconds=TEAR)


def tell_compaction(recorder: Recorder, item: words.Compaction) -> None:
    """Replace the conversation by its summary."""
    talk = recorder.main
    before = talk.meter.cached
    began = recorder.wait(item.seconds)
    fresh = recorder.conversation(talk.model)
    fresh.add("user", f"This session continues an earlier one. Summary of it:\n\n{item.summary}")
    fresh.turns, fresh.meter.cached = talk.turns, fresh.meter.overhead
    recorder.main = fresh
    recorder.tell(
        "compaction", id=recorder.id("compact_"), trigger=item.trigger, text=item.summary,
        tokens_before=before, tokens_after=fresh.meter.overhead + fresh.chars // 4,
        spans={"duration_ms": (began, recorder.now)},
    )  # fmt: skip


def tell_permission(recorder: Recorder, item: words.Permission) -> None:
    id = recorder.id("ask_")
    recorder.tell("permission", id=id, name=item.tool, text=item.question)
    began = recorder.wait(item.wait)
    recorder.tell(
        "permission", id=id, name=item.tool, decision=item.decision, by="maya",
        spans={"duration_ms": (began, recorder.now)},
    )  # fmt: skip


def tell_note(recorder: Recorder, item: words.Note) -> None:
    fields: dict[str, Any] = {"id": recorder.id("note_"), **item.fields}
    recorder.tell(item.kind, **fields)


def tell_final(recorder: Recorder, item: words.Final) -> None:
    recorder.tell("final", id=recorder.id("final_"), text=item.text)


def tell_end(recorder: Recorder, item: words.End) -> None:
    recorder.tell("run_end", status=item.status, outcome=item.outcome, error=item.error)


_TELLERS: dict[type[words.Item], Any] = {
    words.Prompt: tell_prompt,
    Turn: tell_turn,
    words.Compaction: tell_compaction,
    words.Permission: tell_permission,
    words.Note: tell_note,
    words.Final: tell_final,
    words.End: tell_end,
}
