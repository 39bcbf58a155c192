"""Which files are about one run: the rule that docs/reference/homemade.md states."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct, field

from ingest.formats.homemade.documents import Document, Flat
from ingest.formats.homemade.fields import BEGIN, Fields, interval_of
from ingest.formats.homemade.words import TYPES, plain_type
from ingest.spans.span import SpanKind
from runs.records import digest_of

RUN_IDS = ("runid", "traceid", "executionid", "sessionid", "conversationid")
AGENT_IDS = ("agentid", "agentname", "agent")
SPAN_IDS = ("spanid", "id", "uid", "uuid")
PARENTS = ("parentid", "parentspanid", "parent")
#: Clocks of one program that writes several files may differ by this much.
SLACK = timedelta(seconds=2)
TREE, LOGS, TOKENS, METRICS = range(4)


class Part(Struct):
    """What one file says of one run."""

    kind: int
    head: Fields
    spans: list[Flat] = field(default_factory=list)
    entries: list[Fields] = field(default_factory=list)
    metrics: dict[str, object] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    begin: datetime | None = None
    end: datetime | None = None

    def learn(self, fields: Fields) -> None:
        """Take the ids and times of one record."""
        run, agent, span = fields.id(*RUN_IDS), fields.id(*AGENT_IDS), fields.id("spanid")
        if run and run not in self.runs:
            self.runs.append(run)
        self.agents |= {agent} if agent else set()
        self.ids |= {span} if span else set()
        for at in interval_of(fields):
            if at is not None:
                self.begin = min(self.begin or at, at)
                self.end = max(self.end or at, at)


class Bundle(Struct):
    """The parts of one run."""

    parts: list[Part]

    @property
    def runs(self) -> list[str]:
        return [run for part in self.parts for run in part.runs]

    @property
    def external_id(self) -> str:
        """Name the run: its own id, else its first span, else who began when; the same at every reading."""
        if self.runs:
            return self.runs[0]
        part = self.parts[0]
        if part.spans:
            return id_of(part.spans[0])
        agent = min(part.agents, default="")
        if part.begin is not None:
            return f"{agent or 'run'}@{part.begin.isoformat()}"
        return agent or f"metrics-{digest_of(repr(sorted(part.metrics)).encode()).hex()[:12]}"

    def takes(self, part: Part) -> bool:
        """Say whether a part belongs to this run."""
        runs, ids = set(self.runs), set().union(*(one.ids for one in self.parts))
        if runs & set(part.runs) or ids & part.ids:
            return True
        if (runs and part.runs) or part.kind == TREE:
            return False
        agents = set().union(*(one.agents for one in self.parts))
        if agents and part.agents and not agents & part.agents:
            return False
        return self.overlaps(part) if part.begin else bool(agents & part.agents)

    def overlaps(self, part: Part) -> bool:
        begins = [one.begin for one in self.parts if one.begin]
        ends = [one.end for one in self.parts if one.end]
        if not begins or part.begin is None or part.end is None:
            return not begins
        return part.begin <= max(ends) + SLACK and part.end >= min(begins) - SLACK


def id_of(flat: Flat) -> str:
    """Name a span: its own id, else what tells it from others."""
    fields = flat.fields
    own = fields.own
    found = next((one for name in SPAN_IDS if (one := Fields({name: own.get(name)}).id(name))), None)
    return found or digest_of(repr((fields.word("name"), fields.word(*BEGIN), flat.place)).encode()).hex()


def parts_of(document: Document) -> list[Part]:
    """Take a file apart into its runs."""
    parts = [*tree_parts(document)]
    parts += entry_parts(document.head, document.logs, LOGS)
    parts += entry_parts(document.head, document.tokens, TOKENS)
    if document.metrics:
        part = Part(kind=METRICS, head=document.head, metrics=document.metrics)
        part.learn(Fields(document.metrics))
        part.learn(Fields(summary if isinstance(summary := document.metrics.get("summary"), dict) else {}))
        parts.append(part)
    return parts


def entry_parts(head: Fields, entries: Iterable[Fields], kind: int) -> list[Part]:
    """Split entries by the run they name; without one, a file is about one run."""
    found: dict[str, Part] = {}
    whole = head.id(*RUN_IDS) or ""
    for entry in entries:
        part = found.setdefault(entry.id(*RUN_IDS) or whole, Part(kind=kind, head=head))
        part.entries.append(entry)
        part.learn(entry)
    for part in found.values():
        learn_head(part)
    return list(found.values())


def tree_parts(document: Document) -> list[Part]:
    """Split the trees of a file: by run id; without one, each tree whose root is an agent is a run."""
    found: dict[str, Part] = {}
    names: list[str] = []
    by_id = {id_of(flat): number for number, flat in enumerate(document.spans)}
    tops = [top_of(number, document.spans, by_id) for number in range(len(document.spans))]
    whole = document.head.id(*RUN_IDS)
    for top in tops:
        flat = document.spans[top]
        is_agent = TYPES.get(plain_type(flat.fields)) is SpanKind.AGENT
        names.append(
            flat.fields.id(*RUN_IDS) or whole or (id_of(flat) if is_agent else next(iter(found), ""))
        )
        found.setdefault(names[-1], Part(kind=TREE, head=document.head))
    for flat, name in zip(document.spans, names, strict=True):
        part = found[name]
        part.spans.append(flat)
        part.ids.add(id_of(flat))
        part.learn(flat.fields)
    for part in found.values():
        learn_head(part)
    return list(found.values())


def learn_head(part: Part) -> None:
    """Take the ids that stand once, around the records."""
    part.learn(
        Fields({name: value for name, value in part.head.own.items() if name in (*RUN_IDS, *AGENT_IDS)})
    )


def top_of(number: int, spans: list[Flat], by_id: dict[str, int]) -> int:
    """Walk up to the root; a circle ends where it closes."""
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        above = above_of(spans[number], by_id)
        if above is None or above == number:
            break
        number = above
    return number


def above_of(flat: Flat, by_id: dict[str, int]) -> int | None:
    """Find the place of the span that one lies in: by nesting, else by its word."""
    if flat.parent is not None:
        return flat.parent
    named = flat.fields.id(*PARENTS)
    return by_id.get(named) if named else None


def bundles_of(documents: list[Document]) -> list[Bundle]:
    """Put the parts of each run together; a part that fits two runs by time alone stays by itself."""
    parts = sorted((part for one in documents for part in parts_of(one)), key=lambda part: part.kind)
    bundles: list[Bundle] = []
    for part in parts:
        fitting = [bundle for bundle in bundles if bundle.takes(part)]
        sure = [one for one in fitting if set(one.runs) & set(part.runs)]
        if len(fitting) == 1 or sure:
            (sure or fitting)[0].parts.append(part)
        else:
            bundles.append(Bundle([part]))
    return bundles
