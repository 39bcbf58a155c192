"""One session of Copilot CLI while its events go by."""

from collections import Counter
from datetime import datetime
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.paths import Roots
from ingest.formats.claude_code.slim import slim
from ingest.trajectories.recording import Answer, Call, Recording
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Context

MANY = 50
#: Facts of the last `session.shutdown`, by model.
Metrics = dict[str, dict[str, int]]


class Event(Struct, frozen=True):
    """One event: its line, its own id, what it is, when, of which sub-agent, and what it says."""

    number: int
    id: str
    type: str
    at: datetime | None
    agent: str
    data: dict[str, Any]

    @property
    def key(self) -> str:
        """Name a step that is made of this event."""
        return self.id or f"{self.type}:{self.number}"


class Lane(Struct):
    """One agent's thread: the main one, or a sub-agent's."""

    parent: str | None = None  #: key of the call that opened it
    asked_at: datetime | None = None  #: when the model was last given something
    answer: Answer | None = None  #: the newest one
    place: int = -1  #: and where its step stands
    thought: str = ""  #: thinking that was told before its answer


class Session:
    """Everything known of one session."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.recording = Recording(name, source)
        self.roots = Roots()
        self.lanes: dict[str, Lane] = {"": Lane()}
        self.keys: set[str] = set()
        self.calls: dict[str, Call] = {}  #: by the id of the tool call
        self.open: dict[str, Call] = {}  #: those that no human has stopped, by key
        self.waiting: dict[str, Event] = {}  #: permissions that were asked for, and hooks that began
        self.answers: dict[str, list[int]] = {}  #: model → places of its answers
        self.counted: set[int] = set()  #: places of answers whose own usage was told
        self.spent: Metrics = {}
        self.ends = 0  #: times that the session was shut down
        self.heads: dict[str, Context | None] = {}  #: what the model knew before each event
        self.models: Counter[str] = Counter()
        self.context: dict[str, Any] = {}  #: where the session runs
        self.seen: dict[str, list[str]] = {}
        self.facts: dict[str, object] = {}
        self.title: str | None = None
        self.task: str | None = None
        self.model: str | None = None
        self.version: str | None = None
        self.cwd = ""
        self.said = ""  #: the text of the newest answer of the main agent
        self.system: dict[str, str] = {}
        self.shells: dict[str, str] = {}  #: shell → the command that runs in it
        self.ending: tuple[RunStatus, str | None] | None = None
        self.trouble: str | None = None  #: an error after which nothing has been answered
        self.is_told = False  #: the newest thing is an answer that asks for nothing

    def begin(self, event: Event) -> None:
        """Remember when an event happened, and what the model knew before it."""
        self.recording.seen(event.at)
        if event.id:
            self.heads[event.id] = self.recording.heads.get("")

    def lane_of(self, event: Event) -> str:
        """Name the agent that an event is of; older versions tell only the call that started it."""
        name = event.agent or wild.identity(event.data.get("parentToolCallId")) or ""
        if name not in self.lanes:
            call = self.calls.get(name)
            self.lanes[name] = Lane(parent=call.key if call else None, asked_at=event.at)
            if call is not None:
                self.opens(call, name)
        return name

    def key(self, name: str) -> str:
        """Give a step a key that no other has; what is told twice under one id is two steps."""
        key = name if name not in self.keys else f"{name}:{len(self.recording.slots)}"
        self.keys.add(key)
        return key

    def opens(self, call: Call, lane: str) -> None:
        """Say that a call started the agent of a lane."""
        call.kind = Kind.AGENT
        call.detail |= {"agent_id": lane, "transcript": "here"}

    def hear(self, lane: str, message: dict[str, Any], at: datetime | None) -> None:
        """Give the model of a lane a message."""
        self.recording.hear(message, lane)
        self.lanes[lane].asked_at = at or self.lanes[lane].asked_at

    def note(
        self,
        event: Event,
        kind: Kind,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        key: str | None = None,
        **facts: Any,
    ) -> None:
        """Add a step that one event tells; `since` and `until` are when what it tells began and ended."""
        detail = {name: word for name, word in facts.pop("detail", {}).items() if word not in (None, "")}
        lane = self.lane_of(event)
        self.recording.note(
            self.key(key or event.key),
            kind,
            since or event.at,
            until,
            agent=lane,
            parent=self.lanes[lane].parent,
            raw=slim({"type": event.type, "data": event.data}),
            detail=detail,
            **facts,
        )

    def event(self, event: Event, name: str, *, meta: bool = False, **facts: Any) -> None:
        """Add an event; `meta` hides it unless asked."""
        detail = {**facts.pop("detail", {}), **({"meta": True} if meta else {})}
        self.note(event, Kind.EVENT, name=name, detail=detail, **facts)

    def add(self, name: str, value: object) -> None:
        """Keep a distinct word of the session, in order of first mention."""
        word = wild.text(value)
        words = self.seen.setdefault(name, [])
        if word and word not in words and len(words) < MANY:
            words.append(word[:500])

    def work_in(self, context: dict[str, Any]) -> None:
        """Take where the session runs."""
        self.context = {**self.context, **{name: word for name, word in context.items() if word}}
        for name in ("gitRoot", "cwd"):
            folder = wild.text(context.get(name))
            if folder:
                self.roots.learn(folder, sure=True)
        self.cwd = wild.text(context.get("cwd")) or self.cwd
        self.add("directories", context.get("cwd"))
        self.add("branches", context.get("branch"))

    def answer(self, lane: str, answer: Answer) -> None:
        """Add a model call."""
        place = self.recording.answer(answer)
        self.lanes[lane].answer, self.lanes[lane].place = answer, place
        if answer.model:
            self.models[answer.model] += 1
            self.answers.setdefault(answer.model, []).append(place)

    def ask(self, call: Call) -> Call:
        """Add a tool call."""
        call.key = self.key(call.key)
        self.open[call.key] = call
        self.calls[call.id or call.key] = self.recording.ask(call)
        return call

    def interrupt(self) -> None:
        """End all calls that wait: a human stopped the agent."""
        for call in self.open.values():
            if not call.answered and call.status is None:
                call.fail("human", "Interrupted by the user", StepStatus.CANCELLED)
        self.open.clear()
