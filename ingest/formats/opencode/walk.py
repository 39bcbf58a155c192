"""One session walked from its first message to its last: prompts, steps of the model, tool calls, changes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.opencode import tools
from ingest.formats.opencode.changes import Changes, Turn
from ingest.formats.opencode.sessions import Message, Record, Session
from ingest.formats.opencode.usage import cost_of, tokens_of
from ingest.trajectories.lanes import key_in_lane
from ingest.trajectories.recording import Answer, Call, Recording
from runs.kinds import Kind, StepStatus
from runs.tools import Family, family_of

#: What opencode sends in place of the part that asks for a compaction.
ASKS_FOR_SUMMARY = "What did we do so far?"
ABORTED = "MessageAbortedError"
#: Why a step ended, when it goes on.
GOES_ON = frozenset({"tool-calls", "unknown"})


class Piece(Struct):
    """One call of the model: the parts of a message up to the end of a step."""

    parts: list[tuple[str, Record]] = field(default_factory=list)
    finish: Record = field(default_factory=dict)

    def of(self, kind: str) -> list[Record]:
        return [part for _, part in self.parts if part.get("type") == kind]


def pieces_of(message: Message) -> list[Piece]:
    """Part a message into the calls of the model: one since 1.0, several before."""
    pieces = [Piece()]
    for id, part in message.parts.items():
        kind = part.get("type")
        if pieces[-1].finish and kind in ("step-start", "text", "reasoning", "tool"):
            pieces.append(Piece())
        if kind == "step-finish":
            pieces[-1].finish = part
        pieces[-1].parts.append((id, part))
    return pieces


class Walk:
    """Walks through one session and records it."""

    def __init__(
        self, session: Session, recording: Recording, changes: Changes, *, lane: str, here: set[str]
    ) -> None:
        self.session, self.recording, self.changes = session, recording, changes
        self.lane, self.here = lane, here
        self.task: str | None = None
        self.models: list[str] = []
        self.asked_at: datetime | None = None
        self.turn = ""
        self.system = ""
        self.last: Message | None = None
        self.wants_summary = False

    def run(self) -> None:
        """Take every message in its order."""
        for id, message in self.session.in_order():
            if message.info.get("role") == "user":
                self.listen(id, message)
            else:
                self.answer(id, message)
            self.last = message
        self.recording.seen(wild.when(wild.mapping(self.session.info.get("time")).get("created")))

    def listen(self, id: str, message: Message) -> None:
        """A human asks; the program adds to it what it read along."""
        at = wild.when(message.time.get("created"))
        self.asked_at, self.turn = at or self.asked_at, id
        self.changes.turns[id] = Turn(wild.mapping(message.info.get("summary")).get("diffs"))
        parts = list(message.parts.values())
        if any(part.get("type") == "compaction" for part in parts):
            self.ask_for_summary(id, at)
            return
        system = wild.text(message.info.get("system")) or ""
        if system and system != self.system and not self.recording.heads.get(self.lane):
            self.recording.hear({"role": "system", "content": system}, self.lane)
        self.system = system
        said = "\n".join(text for part in parts if (text := asked_in(part)))
        whole = "\n".join(text for part in parts if (text := asked_in(part, with_added=True)))
        if whole:
            self.recording.hear({"role": "user", "content": whole}, self.lane)
        if not said.strip():
            return
        shown = unquoted(said)
        self.task = self.task if self.task is not None else shown
        if not self.lane:
            self.recording.prompt(f"prompt:{id}", whole, at, shown=shown)

    def ask_for_summary(self, id: str, at: datetime | None) -> None:
        self.wants_summary = True
        self.recording.hear({"role": "user", "content": ASKS_FOR_SUMMARY}, self.lane)
        self.recording.seen(at)

    def answer(self, id: str, message: Message) -> None:
        """The model answers, in one call or in several."""
        cwd = wild.mapping(message.info.get("path"))
        for folder in (cwd.get("root"), cwd.get("cwd")):
            if isinstance(folder, str) and folder != "/":
                self.changes.roots.learn(folder)
        for retry in (part for part in message.parts.values() if part.get("type") == "retry"):
            self.retry(id, retry)
        pieces = pieces_of(message)
        for number, piece in enumerate(pieces):
            key = f"llm:{id}" if number == 0 else f"llm:{id}:{number}"
            self.call_model(key, id, piece, message, is_only=len(pieces) == 1, is_last=piece is pieces[-1])
        if message.info.get("summary") is True:
            self.compact(id, message)

    def call_model(
        self, key: str, id: str, piece: Piece, message: Message, *, is_only: bool, is_last: bool
    ) -> None:
        """Add one call of the model, and what it asked for."""
        asked = [
            self.call_of(part, f"tool:{id}:{place}")
            for place, part in piece.parts
            if part.get("type") == "tool"
        ]
        blocks = list(blocks_of(piece, asked))
        error = error_of(message) if is_last else None
        if not blocks and not piece.finish and error is None and not is_only:
            return
        model = wild.text(message.info.get("modelID"))
        self.models += [model] if model else []
        usage = (
            message.info.get("tokens")
            if is_only and message.info.get("tokens")
            else piece.finish.get("tokens")
        )
        cost = piece.finish.get("cost") if piece.finish else message.info.get("cost") if is_only else None
        began = wild.when(message.time.get("created")) if key == f"llm:{id}" else self.asked_at
        ended = ended_of(piece, asked, message if is_last else None)
        reason = wild.text(piece.finish.get("reason")) or (
            wild.text(message.info.get("finish")) if is_last else None
        )
        answer = {"role": "assistant", "content": blocks}
        self.recording.answer(
            Answer(
                key=key,
                blocks=blocks,
                message=answer if error is None else None,
                model=model,
                tokens=tokens_of(usage),
                usage=wild.mapping(usage) or None,
                cost=cost_of(cost),
                stop_reason=reason,
                call_id=f"opencode:{key}" if wild.identity(message.info.get("id")) else None,
                started_at=began,
                ended_at=ended,
                record=message.info,
                agent=self.lane,
                error=error,
            )
        )
        parts = piece.of("tool")
        named: set[str] = set()
        for call, part in zip(asked, parts, strict=True):
            self.recording.ask(call)
            named |= self.finish(call, wild.mapping(part.get("state")))
        for part in piece.of("patch"):
            self.observe(part, asked, named, key)

    def call_of(self, part: Record, place: str) -> Call:
        """Begin a tool call."""
        state = wild.mapping(part.get("state"))
        metadata, given = wild.mapping(state.get("metadata")), wild.mapping(state.get("input"))
        tool = wild.text(part.get("tool")) or "unknown"
        native = wild.identity(part.get("callID")) or ""
        call = Call(
            key=self.recording.key_of(key_in_lane(native, self.lane), place),
            id=native,
            tool=tool,
            given=given,
            kind=tools.kind_of(tool, metadata),
            agent=self.lane,
            started_at=wild.when(wild.mapping(state.get("time")).get("start")),
            detail=tools.facts_of(tool, given, metadata),
        )
        self.recording.calls[call.key] = call  # a second call with this id gets a key of its own
        return call

    def finish(self, call: Call, state: Record) -> set[str]:
        """Give a call its result when it has one; returns the paths that it says it changed."""
        if wild.text(state.get("status")) not in tools.ENDED:
            return set()
        at = wild.when(wild.mapping(state.get("time")).get("end"))
        text = wild.text(state.get("output"))
        text = text if text is not None else wild.text(state.get("error")) or ""
        self.recording.answered(call, text, at)
        tools.judge(call, state)
        self.asked_at = max(filter(None, [at, self.asked_at]), default=None)
        told = {"role": "tool", "tool_call_id": call.id or call.key, "content": text}
        self.recording.hear(told, self.lane)
        return self.changes.declared(call, wild.mapping(state.get("metadata")), turn=self.turn)

    def observe(self, part: Record, calls: list[Call], named: set[str], key: str) -> None:
        """Take the files that changed on the disk in a step, and that no call of it named."""
        agents = [call for call in calls if call.kind is Kind.AGENT]
        if any(call.detail.get("agent_id") in self.here for call in agents):
            return  # the changes of a sub-agent are told where it made them
        shells = [call for call in calls if family_of(call.tool) is Family.SHELL]
        worked = [call for call in calls if call.status is StepStatus.OK]
        maker = next(iter(shells[-1:] or agents[-1:] or worked[-1:]), None)
        for path in wild.items(part.get("files")):
            if isinstance(path, str) and path and self.changes.roots.place(path).path not in named:
                self.changes.observed(maker.key if maker else key, path, turn=self.turn)

    def retry(self, id: str, part: Record) -> None:
        """The provider refused, and the program asked again."""
        error = wild.mapping(part.get("error"))
        attempt = wild.integer(part.get("attempt"), 10_000)
        self.recording.note(
            f"retry:{id}:{attempt}",
            Kind.RETRY,
            wild.when(wild.mapping(part.get("time")).get("created")),
            name=wild.text(error.get("name")),
            status=StepStatus.FAILED,
            attempt=attempt,
            error=words_of(error),
            error_kind="api",
            agent=self.lane,
        )

    def compact(self, id: str, message: Message) -> None:
        """The answer is a summary, and what follows is built on it."""
        text = "\n".join(
            wild.text(part.get("text")) or "" for piece in pieces_of(message) for part in piece.of("text")
        )
        self.recording.note(
            f"compaction:{id}",
            Kind.COMPACTION,
            wild.when(message.time.get("completed")) or wild.when(message.time.get("created")),
            name="Compaction",
            output=text or None,
            agent=self.lane,
        )
        asked = [{"role": "user", "content": ASKS_FOR_SUMMARY}] if self.wants_summary else []
        self.wants_summary = False
        self.recording.forget(
            [*asked, {"role": "assistant", "content": [{"type": "text", "text": text}]}], self.lane
        )


def asked_in(part: Record, *, with_added: bool = False) -> str:
    """Read what a part of a prompt says; what the program added is no human's word."""
    kind = part.get("type")
    if kind == "text" and part.get("ignored") is not True:
        return (wild.text(part.get("text")) or "") if with_added or part.get("synthetic") is not True else ""
    if kind == "subtask":
        return wild.text(part.get("prompt")) or ""
    if kind == "file" and part.get("mime") not in ("text/plain", "application/x-directory"):
        return f"[{wild.text(part.get('filename')) or wild.text(part.get('mime')) or 'file'}]"
    return ""


def unquoted(text: str) -> str:
    """Take off the quotes that `opencode run` puts around words with spaces."""
    said = text.strip()
    inner = said[1:-1]
    return (
        inner.replace('\\"', '"') if len(said) > 2 and said[0] == said[-1] == '"' and " " in inner else said
    )


def blocks_of(piece: Piece, calls: list[Call]) -> Iterator[dict[str, Any]]:
    """Write what a call of the model gave, in its order."""
    asked = iter(calls)
    for _, part in piece.parts:
        kind, text = part.get("type"), wild.text(part.get("text")) or ""
        if kind == "reasoning" and text.strip():
            yield {"type": "thinking", "thinking": text}
        elif kind == "text" and text.strip() and part.get("synthetic") is not True:
            yield {"type": "text", "text": text}
        elif kind == "tool":
            call = next(asked)
            yield {"type": "tool_use", "id": call.id or call.key, "name": call.tool, "input": call.given}


def ended_of(piece: Piece, calls: list[Call], message: Message | None) -> datetime | None:
    """Say when a call of the model ended: a message is complete only after its tools."""
    begun = [call.started_at for call in calls if call.started_at]
    if begun:
        return min(begun)
    times = [wild.when(wild.mapping(part.get("time")).get("end")) for _, part in piece.parts]
    completed = wild.when(message.time.get("completed")) if message else None
    return completed or max(filter(None, times), default=None)


def error_of(message: Message) -> str | None:
    """Read why the model gave no answer; one that was stopped by a human is no error."""
    error = wild.mapping(message.info.get("error"))
    return words_of(error) if error and error.get("name") != ABORTED else None


def words_of(error: Record) -> str:
    data = wild.mapping(error.get("data"))
    said = wild.text(data.get("message")) or wild.text(error.get("message")) or wild.text(error.get("name"))
    return (first_line(said or "") or "The request failed")[:300]
