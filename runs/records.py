"""What parsers hand to the store: frozen, typed, free of Django, clocks and settings.

A parser may see the same thing many times, and in pieces: every field but the identity is optional, and
`runs.merging` says how pieces become one.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct, field

from runs.kinds import Basis, Kind, Op, Origin, RunStatus, StepStatus

DIGEST_BYTES = 16


def digest_of(data: bytes) -> bytes:
    """Address content by its bytes: 16 bytes of BLAKE2b."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


class Message:
    """One message of a model's context: its exact bytes (JSON text), and their digest."""

    __slots__ = ("data", "digest")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.digest = digest_of(data)


class Context:
    """A message list as a chain: a head that knows what it extends.

    Two contexts with the same messages have the same digest, whoever built them and in whatever order, so
    that a conversation re-sent at every turn is stored once. Build with `Context.of(messages)` or by
    extending an earlier one, which shares it.
    """

    __slots__ = ("digest", "message", "parent", "size")

    def __init__(self, parent: "Context | None", message: Message) -> None:
        self.parent = parent
        self.message = message
        self.size: int = 1 if parent is None else parent.size + 1
        above = b"" if parent is None else parent.digest
        self.digest: bytes = digest_of(above + message.digest)

    @classmethod
    def of(
        cls, messages: Iterable[Message], *, known: "dict[bytes, Context] | None" = None
    ) -> "Context | None":
        """Chain `messages`; `known` (digest → context) lets contexts of one batch share their prefixes."""
        head: Context | None = None
        for message in messages:
            head = cls(head, message)
            if known is not None:
                head = known.setdefault(head.digest, head)
        return head

    def nodes(self) -> "Iterable[Context]":
        """Walk from this head back to the first message."""
        node: Context | None = self
        while node is not None:
            yield node
            node = node.parent


class Tokens(Struct, frozen=True, kw_only=True):
    """Four disjoint buckets; `cache_write` kept apart by lifetime; `reasoning` is a part of `output`."""

    input: int = 0  #: uncached input
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class RunRecord(Struct, frozen=True, kw_only=True):
    """What is known of a run. `external_id` is the client's own id, unique in its project."""

    external_id: str
    source: str  #: who says so: "events", "claude-code:transcript", …
    at: datetime | None = None  #: the newest time this record knows of; newer records win
    session: str | None = None
    parent: str | None = None  #: external id of the run this one forked from or was started by
    name: str | None = None  #: title
    task: str | None = None  #: the first human prompt, or the task given
    agent: str | None = None  #: "claude-code", "codex", the name of an own loop
    agent_version: str | None = None
    model: str | None = None
    repo: str | None = None
    branch: str | None = None
    commit: str | None = None
    cwd: str | None = None
    variant: str | None = None
    status: RunStatus | None = None
    outcome: str | None = None  #: free word of the source: "resolved", "tests green"
    error: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    meta: dict[str, object] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)  #: what of the whole run was lost, see `runs.losses`


class StepRecord(Struct, frozen=True, kw_only=True):
    """What one source says of one step; several records with one `(run, key)` are one step.

    `input` and `output` are whole texts: a tool's arguments as JSON text and its result as the model saw it;
    a model's answer as JSON text of its content blocks; a prompt's text is its input.
    """

    run: str  #: external id of the run
    key: str  #: the client's own id of the step, unique in the run
    kind: Kind
    source: str
    names: tuple[str, ...] = ()  #: what other sources know it by as well, see `runs.names`
    rank: int = 1  #: whose word counts where two disagree: a higher rank wins, then the later
    name: str | None = None
    tool: str | None = None  #: the tool's own name
    model: str | None = None
    status: StepStatus | None = None
    error: str | None = None  #: one sentence
    error_kind: str | None = None  #: validation, command, human, policy, cascade, api, timeout, …
    parent: str | None = None  #: key of the step this one lies in (a sub-agent's span)
    agent: str = ""  #: lane: "" is the main agent, else the sub-agent's id
    turn: int | None = None  #: 1, 2, … ; the store counts where the source does not
    attempt: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    exit_code: int | None = None
    input: str | None = None
    input_preview: str | None = None  #: what to show of it; the beginning of `input` when absent
    input_size: int | None = None  #: bytes of the whole, when the text given here was cut before
    output: str | None = None
    output_preview: str | None = None
    output_size: int | None = None
    stop_reason: str | None = None
    tokens: Tokens | None = None
    lower_bound: bool = False  #: the output tokens are known to be too low
    usage: dict[str, object] | None = None  #: as the source gave it
    cost_usd: float | None = None  #: the source's own figure, where it gives one
    call_id: str | None = None  #: an id of the model call that is unique across runs (forks repeat it)
    context: Context | None = None  #: the messages sent to the model
    raw: bytes | None = None  #: the record as it came, without the parts stored elsewhere
    detail: dict[str, object] = field(default_factory=dict)  #: small facts for the sentence and the panel


class ChangeRecord(Struct, frozen=True, kw_only=True):
    """One file changed by one step. Text that is not known stays None: no line is ever invented."""

    run: str
    step: str  #: key of the step that made it
    key: str  #: unique in the run: step key, path and number
    path: str  #: relative to the repository when inside it, with forward slashes
    op: Op
    source: str
    raw_path: str | None = None  #: as reported, when it differs
    old_path: str | None = None  #: before a rename
    origin: Origin = Origin.DECLARED
    basis: Basis = Basis.CONTENT
    outside: bool = False  #: not a file of the repository (scratch, ~/.claude, …)
    binary: bool = False
    user_modified: bool = False  #: a human changed the proposal before accepting it
    before: str | None = None
    after: str | None = None
    patch: str | None = None  #: unified diff, when the texts are not known; computed otherwise
    additions: int | None = None
    deletions: int | None = None


class Quarantined(Struct, frozen=True, kw_only=True):
    """Something that could not be read, kept as it came."""

    where: str  #: file and line, or the number of the event in the request
    why: str  #: one sentence
    data: bytes = b""


class Batch(Struct, frozen=True, kw_only=True):
    """All that one piece of input says. Steps keep the order of the source."""

    runs: list[RunRecord] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    retired: list[tuple[str, str]] = field(default_factory=list)  #: run and key of steps that others replace
    #: Names that an archive keeps of steps: run, name, key of the step, and when it was told.
    names: list[tuple[str, str, str, datetime | None]] = field(default_factory=list)
    format: str = ""

    def __add__(self, other: "Batch") -> "Batch":
        return Batch(
            runs=self.runs + other.runs,
            steps=self.steps + other.steps,
            changes=self.changes + other.changes,
            quarantined=self.quarantined + other.quarantined,
            retired=self.retired + other.retired,
            names=self.names + other.names,
            format=self.format or other.format,
        )


__all__ = [
    "Basis",
    "Batch",
    "ChangeRecord",
    "Context",
    "Message",
    "Quarantined",
    "RunRecord",
    "StepRecord",
    "Tokens",
    "digest_of",
]
