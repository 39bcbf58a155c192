"""The nesting of a run: which steps hold others, and the turn at their root. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Roots = Mapping[str, int]  #: key of a step that holds others -> turn in which it lies


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A step that others lie in. `parent` is what it says itself, and may name nothing."""

    key: str
    seq: int
    parent: str
    turn: int
    is_call: bool = False  #: of a tool


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """What lies directly in a step: the numbers of prompts, how many steps, how many of them are spans."""

    prompts: Sequence[int] = ()
    steps: int = 0
    spans: int = 0
    first: int | None = None  #: number of the first one


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The span of the one sub-agent that a call started: the call is its row, too (`runs.delegations`)."""

    seq: int
    key: str  #: empty when nothing lies in it


@dataclass(frozen=True, kw_only=True, slots=True)
class Nesting:
    """All holders of a run by key, and their roots."""

    holders: Mapping[str, Holder]
    roots: Roots
    prompts: Sequence[int] = ()  #: numbers of what humans asked: no step holds it
    spans: Mapping[str, Span] = field(default_factory=dict)  #: by the key of the call that tells of it

    def chain_of(self, parent: str) -> list[str]:
        """List the keys from the outermost row down to `parent`; none when it holds nothing."""
        chain: list[str] = []
        while parent in self.roots:
            above = self.holders[parent].parent
            if above not in self.spans or self.spans[above].key != parent:
                chain.append(parent)
            parent = above
        return chain[::-1]

    @property
    def rowless(self) -> set[str]:
        """Give the keys of spans that a call stands for."""
        return {span.key for span in self.spans.values()}

    def inside_of(self, key: str) -> str:
        """Give the key of the step in which lies what a row shows inside; empty when there is none."""
        span = self.spans.get(key)
        return key if span is None else span.key

    def root_of(self, parent: str, turn: int) -> int:
        """Find the turn that a step lies in: its outermost holder's, else its own."""
        return self.roots.get(parent, turn)


def nesting_of(holders: Iterable[Holder], *, inside: Mapping[str, Inside] | None = None) -> Nesting:
    """Find the roots. Steps that hold each other in a ring have none: they lie in their own turns.

    `inside` is what lies in a step, by its key, also in one that is not known.
    """
    inside = inside or {}
    by_key = {holder.key: holder for holder in holders}
    found: dict[str, int | None] = {}
    for key in by_key:
        chain: list[str] = []
        here: str = key
        while here in by_key and here not in found:
            found[here] = None  # until its root is known; found again on the way up, it is a ring
            chain.append(here)
            here = by_key[here].parent
        if here in by_key:
            root = found[here]
        else:
            root = by_key[chain[-1]].turn if chain else None
        if root is not None:
            found |= dict.fromkeys(chain, root)
    roots = {key: turn for key, turn in found.items() if turn is not None}
    asked = [seq for key, held in inside.items() if key not in roots for seq in held.prompts]
    spans = _spans_of({key: by_key[key] for key in roots}, inside)
    return Nesting(holders=by_key, roots=roots, prompts=asked, spans=spans)


def _spans_of(holders: Mapping[str, Holder], inside: Mapping[str, Inside]) -> dict[str, Span]:
    """Find the calls in which lies the span of one sub-agent and nothing else."""
    by_seq = {holder.seq: holder.key for holder in holders.values()}
    return {
        key: Span(seq=held.first, key=by_seq.get(held.first, ""))
        for key, held in inside.items()
        if key in holders and holders[key].is_call
        if held.steps == held.spans == 1 and held.first is not None
    }


def shown_above(nesting: Nesting, shown: Collection[str]) -> dict[str, list[str]]:
    """Say for every holder which of the `shown` ones it lies in, itself included; others are left out."""
    above: dict[str, list[str]] = {}
    for key in nesting.roots:
        chain: list[str] = []
        here = key
        while here in nesting.roots and here not in above:
            chain.append(here)
            here = nesting.holders[here].parent
        inherited = above.get(here, [])
        for name in reversed(chain):
            inherited = [*inherited, name] if name in shown else inherited
            above[name] = inherited
    return {key: names for key, names in above.items() if names}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """What lies in a turn or a step, itself included. Times are milliseconds since the run began."""

    steps: int
    begin: float | None
    stop: float | None
    busy: float  #: in which something ran: what ran at the same time counts once
    summed: float  #: of all calls one by one
    tokens: int
    cost: float
    calls: int  #: billed model calls
    unpriced: int
    lower_bound: int
    failures: int
    retries: int


#: Steps of this many milliseconds more than their parent lasted are told as run side by side.
SIDE_BY_SIDE_MS = 1_000


def ran_side_by_side(sums: Sums) -> bool:
    """Say whether calls overlapped so much that their sum would mislead."""
    return sums.summed > sums.busy * 1.05 + SIDE_BY_SIDE_MS


#: From how much of the largest value on each shade begins.
_SHADES = (0.8, 0.5, 0.25, 0.08)


def shade_of(value: float, most: float) -> int:
    """Give one of five shades to a value, 5 the darkest; 0 for nothing."""
    if value <= 0 or most <= 0:
        return 0
    part = value / most
    return next((5 - place for place, least in enumerate(_SHADES) if part >= least), 1)


def open_after(opened: Sequence[str], node: str, *, most: int) -> list[str]:
    """Open or close one node; the one opened first gives way when there are too many."""
    rest = [name for name in opened if name != node]
    return rest if node in opened else [*rest, node][-most:]
