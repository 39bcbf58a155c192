"""The words a demo run is written in: plain data, turned into events by `builder`."""

from datetime import timedelta

from msgspec import Struct, field

from agentscope.demo.calls import Call
from agentscope.demo.dialects import CLAUDE_CODE, Dialect


class Item(Struct, frozen=True, kw_only=True):
    """One thing that happens; `after` is the silence before it, in seconds."""

    after: float = 0.3


class Prompt(Item, frozen=True, kw_only=True):
    """A human says something."""

    text: str


class Retry(Struct, frozen=True, kw_only=True):
    """One failed attempt of a model call, and the wait before the next."""

    status: int
    error: str
    wait: float
    most: int = 10
    took: float = 0.6


class Turn(Item, frozen=True, kw_only=True):
    """One model call, and the tool calls it asks for."""

    text: str = ""
    thinking: str = ""
    calls: list["Call | Delegation"] = field(default_factory=list)
    retries: list[Retry] = field(default_factory=list)
    at_once: bool = False  #: its calls run side by side
    seconds: float | None = None  #: by the length of the answer when not given


class Delegation(Struct, frozen=True, kw_only=True):
    """A tool call that starts a sub-agent, which works through turns of its own."""

    kind: str
    description: str
    prompt: str
    turns: list[Turn]
    answer: str
    model: str = ""


class Compaction(Item, frozen=True, kw_only=True):
    """The context was full and is replaced by a summary."""

    summary: str
    seconds: float = 9.0
    trigger: str = "auto"


class Permission(Item, frozen=True, kw_only=True):
    """A human is asked whether a tool may run."""

    tool: str
    question: str
    decision: str = "allow"
    wait: float = 6.0


class Note(Item, frozen=True, kw_only=True):
    """Any other event: its kind and fields as on the wire."""

    kind: str
    fields: dict[str, object] = field(default_factory=dict)


class Final(Item, frozen=True, kw_only=True):
    """The answer the run is about."""

    text: str


class End(Item, frozen=True, kw_only=True):
    """The end of the run."""

    status: str = "done"
    outcome: str = ""
    error: str = ""


class Script(Struct, frozen=True, kw_only=True):
    """One demo run: who worked where, on what, and all that happened."""

    id: str
    task: str
    items: list[Item]
    ago: timedelta  #: how long before the seeding it began
    name: str = ""
    agent: str = "claude-code"
    agent_version: str = ""
    model: str = "claude-sonnet-4-6"
    repo: str = "checkout-service"
    branch: str = "main"
    commit: str = ""
    dialect: Dialect = CLAUDE_CODE
    home: str = "/home/maya/src"
    files: dict[str, str] = field(default_factory=dict)  #: files beside those of the repository
    meta: dict[str, object] = field(default_factory=dict)
    start: dict[str, object] = field(default_factory=dict)  #: more that its first event says
    params: dict[str, object] = field(default_factory=dict)  #: how the model is called
    system: str = ""  #: what the main agent is told before all else; empty: the same as most
    variant: str = ""  #: arm of an experiment
