"""One run put together from its messages: what the model was sent, what it answered, what its calls gave."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.claude_code.model_steps import model_step
from ingest.formats.claude_code.slim import slim
from ingest.ranks import rank_of
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.titles import TITLE_CHARS, title_of

PREVIEW = 4_000
#: Characters of a task that its run keeps.
TASK_CHARS = 4_000
#: Steps that are points in time.
POINTS = frozenset({Kind.PROMPT, Kind.ERROR, Kind.EVENT, Kind.FINAL, Kind.COMPACTION})


class Answer(Struct, kw_only=True):
    """What one model call gave. `message` is how it stands in the contexts of later calls."""

    key: str
    blocks: list[dict[str, Any]]
    message: dict[str, Any] | None = None
    model: str | None = None
    tokens: Tokens | None = None
    usage: dict[str, Any] | None = None
    cost: float | None = None
    stop_reason: str | None = None
    call_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    record: dict[str, Any] = field(default_factory=dict)
    agent: str = ""
    parent: str | None = None
    error: str | None = None
    lower_bound: bool = False  #: only a part of the usage was told
    detail: dict[str, object] = field(default_factory=dict)
    names: tuple[str, ...] = ()  #: what other channels know it by (`runs.names`)


class Call(Struct, kw_only=True):
    """One tool call, growing."""

    key: str
    tool: str
    given: dict[str, Any]
    id: str = ""  #: the provider's, which some repeat
    detail: dict[str, object] = field(default_factory=dict)
    kind: Kind = Kind.TOOL
    name: str | None = None
    agent: str = ""
    parent: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    answered: bool = False
    output: str | None = None
    exit_code: int | None = None
    status: StepStatus | None = None
    error: str | None = None
    error_kind: str | None = None
    record: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()  #: what other channels know it by (`runs.names`)

    def fail(self, kind: str, error: str, status: StepStatus = StepStatus.FAILED) -> None:
        """Mark the call as failed."""
        self.status, self.error_kind, self.error = status, kind, error[:300]


class Recording:
    """Collects the steps of one run in their order, and the context of each model call by lane."""

    def __init__(self, run: str, source: str) -> None:
        self.run = run
        self.source = source
        self.rank = rank_of(source)
        self.slots: list[StepRecord | Call] = []
        self.calls: dict[str, Call] = {}
        self.changes: list[ChangeRecord] = []
        self.heads: dict[str, Context | None] = {}
        self.known: dict[bytes, Context] = {}
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None

    def seen(self, at: datetime | None) -> None:
        """Widen the time that the run took."""
        if at is not None:
            self.first_at = min(self.first_at or at, at)
            self.last_at = max(self.last_at or at, at)

    def hear(self, message: dict[str, Any], agent: str = "") -> None:
        """Add a message to what the model of a lane has been sent."""
        head = Context(self.heads.get(agent), message_of(message))
        self.heads[agent] = self.known.setdefault(head.digest, head)

    def forget(self, messages: list[dict[str, Any]], agent: str = "") -> None:
        """Begin the context of a lane anew: it was cut, or the file tells it whole."""
        self.heads[agent] = Context.of((message_of(message) for message in messages), known=self.known)

    def note(
        self, key: str, kind: Kind, at: datetime | None = None, until: datetime | None = None, **facts: Any
    ) -> None:
        """Add a step that is no call; it is a point in time without `until`."""
        self.seen(at)
        self.seen(until)
        facts.setdefault("status", StepStatus.OK)
        step = StepRecord(
            run=self.run,
            key=key,
            kind=kind,
            source=self.source,
            rank=self.rank,
            started_at=at,
            ended_at=until or at,
            **facts,
        )
        self.slots.append(step)

    def prompt(
        self,
        key: str,
        text: str,
        at: datetime | None = None,
        *,
        shown: str | None = None,
        names: tuple[str, ...] = (),
    ) -> None:
        """Add what a human asked; `shown` is that without what a program wrapped around it."""
        preview = shown[:PREVIEW] if shown is not None and shown != text else None
        self.note(key, Kind.PROMPT, at, input=text, input_preview=preview, names=names)

    def answer(self, answer: Answer) -> int:
        """Add a model call, and say where its step stands; later ones of its lane have its message."""
        self.seen(answer.started_at)
        self.seen(answer.ended_at)
        self.slots.append(self._answer_step(answer, self.heads.get(answer.agent)))
        if answer.message is not None:
            self.hear(answer.message, answer.agent)
        return len(self.slots) - 1

    def answer_again(self, place: int, answer: Answer) -> None:
        """Write an answer anew of which more has come; it was asked with what it was asked with."""
        step = self.slots[place]
        self.slots[place] = self._answer_step(answer, step.context if isinstance(step, StepRecord) else None)
        self.seen(answer.ended_at)
        if answer.message is not None:
            self.hear(answer.message, answer.agent)

    def _answer_step(self, answer: Answer, context: Context | None) -> StepRecord:
        return model_step(
            answer.blocks,
            run=self.run,
            key=answer.key,
            source=self.source,
            names=answer.names,
            rank=self.rank,
            model=answer.model,
            status=StepStatus.FAILED if answer.error else StepStatus.OK,
            error=answer.error,
            error_kind="api" if answer.error else None,
            parent=answer.parent,
            agent=answer.agent,
            started_at=answer.started_at,
            ended_at=answer.ended_at,
            stop_reason=answer.stop_reason,
            tokens=answer.tokens,
            lower_bound=answer.lower_bound,
            usage=answer.usage,
            cost_usd=answer.cost,
            call_id=answer.call_id,
            context=context,
            raw=slim(answer.record) if answer.record else None,
            detail=answer.detail,
        )

    def key_of(self, id: str, place: str) -> str:
        """Name a call by its id, or by its place when it has none or one that an earlier call had."""
        if not id:
            return place
        return id if id not in self.calls else f"{id}:{place}"

    def ask(self, call: Call) -> Call:
        """Add a tool call."""
        self.seen(call.started_at)
        self.calls[call.key] = call
        self.slots.append(call)
        return call

    def answered(self, call: Call, output: str | None, at: datetime | None = None) -> Call:
        """Give a call its result; it went well unless it is failed as well."""
        self.seen(at)
        call.answered, call.output = True, output
        call.ended_at = at or call.ended_at
        call.status = call.status or StepStatus.OK
        return call

    def run_record(
        self,
        *,
        status: RunStatus,
        error: str | None,
        task: str | None,
        title: str | None = None,
        **facts: Any,
    ) -> RunRecord:
        """Write the run: it is called by its title, else by its task; one that goes on has no end."""
        name = title or title_of(task or "")
        return RunRecord(
            external_id=self.run,
            source=self.source,
            at=self.last_at,
            name=name[:TITLE_CHARS] if name else None,
            task=task[:TASK_CHARS] if task else None,
            status=status,
            error=error,
            started_at=self.first_at,
            ended_at=self.last_at if status != RunStatus.RUNNING else None,
            **facts,
        )

    def keys(self) -> list[str]:
        """List the keys of all steps, in order."""
        return [slot.key for slot in self.slots]

    def steps(self, open_status: StepStatus) -> list[StepRecord]:
        """Write all steps; a call without a result has `open_status`.

        What has no time happened when the step before it ended; only points in time have ended by then.
        """
        found: list[StepRecord] = []
        at = self.first_at
        for slot in self.slots:
            step = self._call_step(slot, open_status) if isinstance(slot, Call) else slot
            if step.started_at is None:
                step = replace(step, started_at=at, ended_at=at if step.kind in POINTS else step.ended_at)
            at = step.ended_at or step.started_at or at
            found.append(step)
        return found

    def _call_step(self, call: Call, open_status: StepStatus) -> StepRecord:
        return StepRecord(
            run=self.run,
            key=call.key,
            kind=call.kind,
            source=self.source,
            names=call.names,
            rank=self.rank,
            name=call.name,
            tool=call.tool,
            status=call.status or open_status,
            error=call.error,
            error_kind=call.error_kind,
            parent=call.parent,
            agent=call.agent,
            started_at=call.started_at,
            ended_at=call.ended_at,
            duration_ms=call.duration_ms,
            exit_code=call.exit_code,
            input=as_json(call.given),
            output=call.output,
            raw=slim(call.record) if call.record else None,
            detail={name: value for name, value in call.detail.items() if value not in (None, "")},
        )


def message_of(message: dict[str, Any]) -> Message:
    """Make a message of a context: role and content, and what else belongs to it."""
    return Message(as_json(message).encode())


def sent(message: dict[str, Any]) -> dict[str, Any]:
    """Take of a recorded message what the model was sent, without a harness's own notes."""
    names = ("role", "content", "tool_calls", "tool_call_id", "name")
    kept = {name: message[name] for name in names if message.get(name) is not None}
    return {"role": wild.text(message.get("role")) or "user", **kept}
