"""What a row of the tree shows: its bar, its sums, its shade, and its links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from runs.facts import Tag
from runs.kinds import Kind, StepStatus
from runs.queries.steps import is_failure
from runs.shown.runs import cost_words
from runs.shown.steps import StepRow
from runs.trees import Sums, ran_side_by_side, shade_of
from runs.waterfalls import WIDTH, Axis, axis_of
from runs.words import duration, plural, share, tokens

Row = Mapping[str, Any]
State = Mapping[str, str]  #: what the address holds: by, open, events, …

#: Rows of which a waterfall can be read; bars of more rows only say how long each took.
READABLE = 40

MEASURES = {"time": "Time", "tokens": "Tokens", "cost": "Cost"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A bar of the waterfall, in hundredths of its width."""

    x: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The columns of a row. `shade` is that of the chosen measure, `share` its part of the parent's."""

    time: str
    tokens: str
    cost: str
    cost_note: str
    share: str
    shade: int
    bar: Bar | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeRow:
    """A turn or a step. `rows` are those inside it, `holds` says that there are some."""

    node: str  #: `t3` is turn 3, `s34` is step 34
    level: int
    href: str
    figures: Figures
    title: str = ""  #: of a turn
    step: StepRow | None = None  #: None: a turn without a model call
    tags: tuple[Tag, ...] = ()
    troubled: bool = False  #: something inside failed
    holds: bool = False
    toggle_url: str = ""
    rows_url: str = ""
    rows: tuple["TreeRow", ...] | None = None  #: None: closed
    earlier_url: str = ""  #: of more rows inside
    earlier_page: str = ""  #: the tree around them, without JavaScript
    later_url: str = ""
    later_page: str = ""
    selected: bool = False
    told: int | None = None  #: number of the sub-agent's span that this call tells of

    @property
    def seq(self) -> int | None:
        """Give the number of the step that the row is; a turn is none."""
        return self.step.seq if self.step and not self.title else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """What rows of one parent are drawn against."""

    by: str
    axis: Axis | None  #: None: bars say how much, not when
    most: float
    whole: float


def query_of(state: State, **changes: str) -> str:
    """Write a link that changes some of the state; an empty value drops it, and so does the usual measure."""
    merged = {name: value for name, value in {**state, **changes}.items() if value}
    if merged.get("by") == "time":
        del merged["by"]
    return "?" + urlencode(merged)


def measure_of(sums: Sums, by: str) -> float:
    """Give what a row is shaded by."""
    return {"time": sums.busy, "tokens": sums.tokens, "cost": sums.cost}[by]


def figures_of(sums: Sums, scale: Scale) -> Figures:
    """Write the columns."""
    value = measure_of(sums, scale.by)
    cost, note = ("", "")
    if sums.calls:
        cost, note = cost_words(
            Decimal(sums.cost), calls=sums.calls, unpriced=sums.unpriced, lower_bound=sums.lower_bound
        )
    return Figures(
        time=duration(sums.busy or None),
        tokens=tokens(sums.tokens) if sums.tokens else "",
        cost=cost,
        cost_note=note,
        share=share(round(value * 1_000), round(scale.whole * 1_000)) if value >= scale.whole / 100 else "",
        shade=shade_of(value, scale.most),
        bar=_bar(sums, value, scale),
    )


def _bar(sums: Sums, value: float, scale: Scale) -> Bar | None:
    """Draw when it ran, or how much it was where a waterfall of so many rows would be a line of dots."""
    if scale.axis is None:
        return Bar(x=0, width=round(min(1, value / scale.most) * WIDTH, 1)) if value and scale.most else None
    placed = scale.axis.bar(sums.begin, sums.stop)
    return Bar(x=placed[0], width=placed[1]) if placed else None


def sums_of_row(row: Row, origin: datetime) -> Sums:
    """Take the figures of a step in which nothing lies."""
    billed = row["kind"] == Kind.LLM and not row["copied"]
    buckets = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    spent = sum(row[f"{bucket}_tokens"] or 0 for bucket in buckets) if billed else 0
    begin, lasted = _since(row["started_at"], origin), row["duration_ms"]
    stop = begin + lasted if begin is not None and lasted is not None else _since(row["ended_at"], origin)
    return Sums(
        steps=1,
        begin=begin,
        stop=begin if stop is None else stop,
        busy=float(lasted or 0),
        summed=float(lasted or 0),
        tokens=spent,
        cost=float(row["cost_usd"] or 0) if billed else 0.0,
        calls=int(billed),
        unpriced=int(billed and row["cost_usd"] is None and (spent > 0 or _is_unmeasured(row))),
        lower_bound=int(billed and row["lower_bound"]),
        failures=int(is_failure(row)),
        retries=int(row["kind"] == Kind.RETRY),
    )


def _is_unmeasured(row: Row) -> bool:
    """Say whether a model answered and did not tell what it took, as the run's counters do."""
    return row["status"] == StepStatus.OK and row["input_tokens"] is None


def _since(at: datetime | None, origin: datetime) -> float | None:
    return None if at is None else (at - origin) / timedelta(milliseconds=1)


def tags_of(sums: Sums, own: Sums | None = None) -> tuple[Tag, ...]:
    """Say how many steps lie inside, what failed there, and what ran side by side."""
    steps, failures, retries = sums.steps, sums.failures, sums.retries
    if own is not None:
        steps, failures, retries = steps - 1, failures - own.failures, retries - own.retries
    tags = [Tag(text=plural(steps, "step"))]
    if ran_side_by_side(sums):
        tags.insert(0, Tag(text=f"{duration(sums.summed)} in {duration(sums.busy)}"))
    if retries:
        tags.append(Tag(text=plural(retries, "retry"), tone="warn"))
    if failures:
        tags.append(Tag(text=f"{failures} failed", tone="fail"))
    return tuple(tags)


def axis_for(all_sums: Sequence[Sums]) -> Axis | None:
    """Lay out the time of siblings, where a waterfall of them can be read."""
    return axis_of((sums.begin, sums.stop) for sums in all_sums) if len(all_sums) <= READABLE else None


def words_of_axis(axis: Axis | None, by: str) -> str:
    """Say what the bars show."""
    if axis is None:
        return {"time": "how long", "tokens": "how many tokens", "cost": "how much"}[by]
    if not axis.cuts:
        return "when"
    return f"when; {plural(axis.cuts, 'idle gap')} cut short, {duration(axis.cut_ms)} in all"


def most_of(all_sums: Sequence[Sums], by: str) -> float:
    """Find the largest value among siblings."""
    return max((measure_of(sums, by) for sums in all_sums), default=0.0)
