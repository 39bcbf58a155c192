"""The facts of runs side by side, each against a base."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from runs.comparing.tasks import task_key
from runs.models import Run
from runs.shown.runs import (
    Status,
    cached_tokens,
    cost_words,
    elapsed,
    is_measured,
    status_of,
    title_of,
    tokens_total,
    where_of,
)
from runs.shown.strips import PlainStrip
from runs.words import count, duration, money, tokens

LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One run of a comparison."""

    letter: str
    id: UUID
    title: str
    url: str
    status: Status
    who: str
    variant: str  #: the label that was sent, else the version of its prompt
    where: str
    started: datetime | None
    is_base: bool
    base_url: str = ""  #: makes it the base
    beside_url: str = ""  #: it and the base, step by step


@dataclass(frozen=True, kw_only=True, slots=True)
class Like:
    """A run that another may be compared with, and why."""

    id: UUID
    title: str
    status: Status
    who: str
    variant: str  #: tries of one task are told apart by it
    why: str
    beside_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A fact of one run, and how far it is from the base's."""

    letter: str
    text: str
    delta: str = ""
    note: str = ""
    is_base: bool = False
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One fact of all runs."""

    name: str
    figures: list[Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flight:
    """A run's strip; `part` of the longest one's length, in percent."""

    letter: str
    strip: PlainStrip
    words: str
    part: float


Number = int | Decimal | None


def measured(run: Run, number: int) -> Number:
    """Take a number of tokens; of calls that told none it is not known."""
    return number if is_measured(run) else None


def timed(ms: int, calls: int) -> Number:
    """Take a time; of calls that told none it is not known."""
    return None if calls > 0 and not ms else ms


#: Facts: what they are of a run (None: not known), and how they are written.
_FACTS: dict[str, tuple[Callable[[Run], Number], Callable[[Number], str]]] = {
    "Took": (elapsed, lambda value: duration(value)),
    "Turns": (lambda run: run.turns, lambda value: count(value)),
    "Tool calls": (lambda run: run.tool_calls, lambda value: count(value)),
    "Failures": (lambda run: run.failures, lambda value: count(value)),
    "Retries": (lambda run: run.retries, lambda value: count(value)),
    "Files": (lambda run: run.files_changed, lambda value: count(value)),
    "Lines added": (lambda run: run.lines_added, lambda value: count(value)),
    "Lines removed": (lambda run: run.lines_removed, lambda value: count(value)),
    "Tokens": (lambda run: measured(run, tokens_total(run)), lambda value: tokens(value)),
    "Input, not cached": (lambda run: measured(run, run.input_tokens), lambda value: tokens(value)),
    "Cached": (lambda run: measured(run, cached_tokens(run)), lambda value: tokens(value)),
    "Output": (lambda run: measured(run, run.output_tokens), lambda value: tokens(value)),
    "Model time": (lambda run: timed(run.llm_ms, run.llm_calls), lambda value: duration(value)),
    "Tool time": (lambda run: timed(run.tool_ms, run.tool_calls - run.agents), lambda value: duration(value)),
}


def columns_of(
    runs: Sequence[Run],
    base: Run,
    urls: Mapping[UUID, tuple[str, str, str]],
    variants: Mapping[int, str],
) -> list[Column]:
    """Build the heads of the columns; `urls`: of the run, to make it the base, to see it beside the base."""
    return [
        Column(
            letter=letter,
            id=run.id,
            title=title_of(run),
            url=urls[run.id][0],
            status=status_of(run),
            who=who_of(run),
            variant=run.variant or variants.get(run.prompt or 0, ""),
            where=where_of(run),
            started=run.started_at,
            is_base=run.id == base.id,
            base_url=urls[run.id][1],
            beside_url=urls[run.id][2],
        )
        for letter, run in lettered(runs)
    ]


def likes_shown(run: Run, likes: Sequence[Run], url: str, *, variants: Mapping[int, str]) -> list[Like]:
    """Build what a run may be compared with; `url` waits for the other's id, `variants` names prompts."""
    task = task_key(run.task, run.repo)
    return [
        Like(
            id=like.id,
            title=title_of(like),
            status=status_of(like),
            who=who_of(like),
            variant=like.variant or variants.get(like.prompt or 0, ""),
            why=_why(like, task),
            beside_url=f"{url}{like.id}",
        )
        for like in likes
    ]


def _why(like: Run, task: bytes | None) -> str:
    if task and task == task_key(like.task, like.repo):
        return "the same task"
    return "the same repository" if like.repo else "names no repository either"


def who_of(run: Run) -> str:
    """Name agent and model."""
    return " · ".join(part for part in (f"{run.agent} {run.agent_version}".strip(), run.model) if part)


#: Facts that a page of two leaves to the columns of several.
_DETAILS = frozenset({"Input, not cached", "Cached"})


def compared_facts(runs: Sequence[Run], base: Run) -> list[Fact]:
    """Hold the facts of runs against those of one of them; what no run has is left out."""
    facts = [
        Fact(name=name, figures=[_figure(letter, run, base, value, write) for letter, run in lettered(runs)])
        for name, (value, write) in _FACTS.items()
        if any(value(run) for run in runs) and (len(runs) > 2 or name not in _DETAILS)
    ]
    cost = Fact(name="Cost", figures=[_cost(letter, run, base) for letter, run in lettered(runs)])
    return [*facts[:1], cost, *facts[1:]]


def lettered(runs: Sequence[Run]) -> Iterator[tuple[str, Run]]:
    """Call runs A, B, …"""
    return zip(LETTERS, runs, strict=False)


def _figure(
    letter: str,
    run: Run,
    base: Run,
    value: Callable[[Run], Number],
    write: Callable[[Number], str],
) -> Figure:
    mine, theirs = value(run), value(base)
    is_base = run.id == base.id
    text = "not known" if mine is None else write(mine)
    delta = "" if is_base or mine is None or theirs is None else delta_words(mine, theirs, write)
    return Figure(letter=letter, text=text, delta=delta, is_base=is_base)


def strips_shown(flights: Sequence[tuple[PlainStrip, str, float]]) -> list[Flight]:
    """Draw the strips of runs to one scale."""
    longest = max((length for _, _, length in flights), default=0) or 1
    return [
        Flight(letter=letter, strip=strip, words=words, part=round(100 * length / longest, 1))
        for letter, (strip, words, length) in zip(LETTERS, flights, strict=False)
    ]


def delta_words(mine: int | Decimal, theirs: int | Decimal, write: Callable[[Number], str]) -> str:
    """Write how far a number is from another: `+3`, `−1.2k · −40 %`, `=`. Few are told without a share."""
    if mine == theirs:
        return "="
    sign = "+" if mine > theirs else "−"
    is_few = theirs < 10 if isinstance(theirs, int) else theirs <= 0
    share = "" if is_few else f" · {sign}{100 * abs(mine - theirs) / theirs:.0f} %"
    return f"{sign}{write(abs(mine - theirs))}{share}"


def _cost(letter: str, run: Run, base: Run) -> Figure:
    """Write a cost; one that is only a lower bound has no distance to another."""
    cost, note = cost_words(
        run.cost_usd, calls=run.llm_calls, unpriced=run.unpriced_calls, lower_bound=run.lower_bound_calls
    )
    is_base = run.id == base.id
    is_told = not is_base and _is_priced(run) and _is_priced(base)
    delta = delta_words(run.cost_usd, base.cost_usd, money) if is_told else ""
    return Figure(letter=letter, text=cost, delta=delta, note=note, is_base=is_base)


def _is_priced(run: Run) -> bool:
    return bool(run.llm_calls) and not run.unpriced_calls and not run.lower_bound_calls
