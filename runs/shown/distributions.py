"""Values of both sides as dots over one axis, with their medians; and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median, quantiles

from runs.comparing.limits import DOTS_MOST
from runs.comparing.measures import Measure
from runs.comparing.results import Line, Report
from runs.comparing.words import value_words

#: Units of the viewBox: the axis, the height of one side, and a dot.
WIDTH, HEIGHT, DOT = 320, 44, 5
#: Measures that are drawn.
DRAWN = ("cost", "time_wall", "tokens", "turns")
#: Values that spread over more than this factor are drawn over logarithms.
_WIDE = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class DotSide:
    """One side: all dots in one path."""

    name: str
    path: str
    median_x: float
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """One measure of both sides."""

    name: str
    slug: str
    sides: list[DotSide]
    ticks: list[str]  #: low end, middle and high end of the axis
    is_log: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    is_log: bool

    def place(self, value: float) -> float:
        low, high, at = (log(each) if self.is_log else each for each in (self.low, self.high, value))
        return DOT / 2 + (at - low) / (high - low) * (WIDTH - DOT) if high > low else WIDTH / 2

    @property
    def middle(self) -> float:
        return exp((log(self.low) + log(self.high)) / 2) if self.is_log else (self.low + self.high) / 2


def distributions_of(report: Report) -> list[Distribution]:
    """Draw what both sides have values of."""
    lines = (report.line(slug) for slug in DRAWN)
    return [_distribution(line) for line in lines if line and line.a.n and line.b.n]


def _distribution(line: Line) -> Distribution:
    sides = [[value for value in side.values if value is not None] for side in (line.a, line.b)]
    axis = _axis_of([*sides[0], *sides[1]])
    left = [len(side) - DOTS_MOST for side in sides if len(side) > DOTS_MOST]
    return Distribution(
        name=line.measure.name,
        slug=line.measure.slug,
        sides=[_side(name, values, axis, line.measure) for name, values in zip("AB", sides, strict=True)],
        ticks=[value_words(value, line.measure.unit) for value in (axis.low, axis.middle, axis.high)],
        is_log=axis.is_log,
        note=f"{DOTS_MOST} of the runs of a side are drawn, evenly chosen." if left else "",
    )


def _axis_of(values: Sequence[float]) -> _Axis:
    low, high = min(values), max(values)
    if low > 0 and high / low > _WIDE:
        return _Axis(low, high, True)
    return _Axis(0.0 if low > 0 and low < high / 2 else low, high, False)


def _side(name: str, values: list[float], axis: _Axis, measure: Measure) -> DotSide:
    shown = _thinned(sorted(values))
    stacks: dict[int, int] = {}
    for value in shown:
        column = int(axis.place(value) // DOT)
        stacks[column] = stacks.get(column, 0) + 1
    step = min(DOT, (HEIGHT - DOT) / max(1, max(stacks.values()) - 1))
    path = "".join(
        f"M{column * DOT + DOT / 2:g} {HEIGHT - DOT / 2 - level * step:.1f}h0"
        for column, dots in sorted(stacks.items())
        for level in range(dots)
    )
    return DotSide(
        name=name,
        path=path,
        median_x=round(axis.place(median(values)), 1),
        words=_words(values, measure),
    )


def _thinned(values: list[float]) -> list[float]:
    if len(values) <= DOTS_MOST:
        return values
    return [values[place * len(values) // DOTS_MOST] for place in range(DOTS_MOST)]


def _words(values: list[float], measure: Measure) -> str:
    def told(value: float) -> str:
        return value_words(value, measure.unit)

    runs = f"{len(values):,} run{'' if len(values) == 1 else 's'}"
    if len(values) < 4:
        return f"{runs}, median {told(median(values))}"
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{runs}, median {told(median(values))}, half of them {told(low)} to {told(high)}"
