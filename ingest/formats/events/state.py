"""The state of reading: the runs found, the records made, and one event on its way."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest.formats.events.facts import Memory, RunFacts
from ingest.formats.events.lines import Line
from ingest.formats.events.pairing import Pairing
from ingest.formats.events.values import id_of, whole_of
from ingest.formats.events.wire import NOTHING, Event
from ingest.limits import PROBLEM_BYTES, RAW_PART_BYTES
from runs.kinds import Kind
from runs.records import ChangeRecord, Context, Quarantined, RunRecord, StepRecord, digest_of

SOURCE = "events"

#: Parts that may be large and are stored elsewhere, so that the raw record does not repeat them.
LARGE_PARTS = (
    "messages",
    "new_messages",
    "system",
    "instructions",
    "tools",
    "template",
    "content",
    "tool_calls",
    "tool_results",
    "args",
    "arguments",
    "input",
    "output",
    "result",
    "before",
    "after",
    "patch",
)


class RunFound(Struct):
    """What the events of one request say of one run."""

    id: str
    facts: RunFacts
    record: dict[str, Any] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    lanes: set[str] = field(default_factory=set)  #: sub-agents that have their span
    pairing: Pairing | None = None
    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)  #: open edits: tool and arguments
    answered: set[str] = field(default_factory=set)  #: calls that worked, and were not in `inputs` then
    cwd: str = ""
    memory: Memory | None = None
    archived: list[RunRecord] = field(default_factory=list)  #: as an export wrote it
    is_told: bool = False  #: by events that are no lines of an archive

    def root(self) -> str:
        """Give the folder the run works in; an earlier request may have told it."""
        if not self.cwd and self.memory is not None:
            self.cwd, self.memory = self.memory.cwd_of(self.id), None
        return self.cwd


class Reading:
    """The state of reading one request or file."""

    def __init__(
        self, facts: Mapping[str, RunFacts], *, pairs: bool, memory: Memory | None = None, name: str = ""
    ) -> None:
        self.name = name
        self.runs: dict[str, RunFound] = {}
        self.steps: list[StepRecord] = []
        self.changes: list[ChangeRecord] = []
        self.quarantined: list[Quarantined] = []
        self.names: list[tuple[str, str, str, datetime | None]] = []  #: of steps of an archive
        self.contexts: dict[bytes, Context] = {}
        self.shelves: dict[str, Any] = {}  #: what lines of an archive laid down, by run
        self.memory = memory
        self._facts = facts
        self._pairs = pairs
        self._same_lines: dict[bytes, int] = defaultdict(int)

    def run(self, run_id: str) -> RunFound:
        """Find or begin a run."""
        found = self.runs.get(run_id)
        if found is None:
            facts = self._facts.get(run_id) or RunFacts()
            found = self.runs[run_id] = RunFound(run_id, facts, cwd=facts.cwd, memory=self.memory)
            if self._pairs:
                found.pairing = Pairing(facts.calls)
        return found

    def refuse(self, line: Line, why: str) -> None:
        """Keep a line that cannot be read, with the reason."""
        where = f"{self.name}:{line.n}" if self.name else f"event {line.n}"
        self.quarantined.append(Quarantined(where=where, why=why, data=line.data[:PROBLEM_BYTES]))

    def key_of_line(self, kind: str, line: Line) -> str:
        """Derive a key for an event without id: the same line has the same key, whenever it is sent."""
        digest = digest_of(line.data)
        n = self._same_lines[digest]
        self._same_lines[digest] = n + 1
        return f"{kind}-{digest.hex()}-{n}" if n else f"{kind}-{digest.hex()}"


class Seen(Struct, gc=False):
    """One event on its way to records, with what every kind needs."""

    line: Line
    event: Event
    kind: str
    run: RunFound
    agent: str
    at: datetime | None
    raw: bytes

    def step(self, key: str, kind: Kind, **facts: Any) -> StepRecord:
        """Make a step of this event; times and lane are set unless given."""
        event, agent = self.event, self.agent
        parent = None if event.parent is None else id_of(event.parent)
        if parent is None and agent and kind is not Kind.AGENT:
            parent = f"agent:{agent}"
        if "started_at" not in facts:
            facts["started_at"] = self.at
        return StepRecord(
            run=self.run.id,
            key=key,
            kind=kind,
            source=SOURCE,
            agent=agent,
            parent=parent,
            turn=None if event.turn is None else whole_of(event.turn),
            attempt=None if event.attempt is None else whole_of(event.attempt),
            raw=self.raw,
            **facts,
        )


Handler = Callable[[Reading, Seen], None]


def raw_of(line: Line) -> bytes:
    """Keep the event as it came, with its large parts named by their size only."""
    data, event = line.data, line.event
    if len(data) <= RAW_PART_BYTES * 2:
        return data
    for name in LARGE_PARTS:
        part = getattr(event, name)
        if part is not NOTHING and len(part) > RAW_PART_BYTES:
            data = without_part(data, name.encode(), bytes(part))
    return data


def without_part(data: bytes, name: bytes, part: bytes) -> bytes:
    """Replace the value of `"name":` by its size."""
    field_name, at = b'"' + name + b'"', 0
    while (at := data.find(field_name, at)) >= 0:
        at += len(field_name)
        start = data.find(b":", at, at + 8) + 1
        while start and data[start : start + 1] in b" \t\r\n" and start < len(data):
            start += 1
        if start and data.startswith(part, start):
            return data[:start] + b'"[%d bytes]"' % len(part) + data[start + len(part) :]
    return data


def line_digest(line: Line) -> str:
    """Digest a line, as it is kept in a step's detail to recognise repeats."""
    return digest_of(line.data).hex()
