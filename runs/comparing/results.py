"""What a comparison comes to. Pure records without numpy, so that pages may import them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from runs.comparing.measures import ComparedRun, Measure, Scale
from runs.comparing.mixes import ToolUse
from runs.comparing.pairing import Design

#: Lines that the head of a report tells.
HEADLINE = ("success", "cost", "time_wall")


class Says(StrEnum):
    """What a report says of a measure."""

    BETTER = "better"
    WORSE = "worse"
    MORE = "more"  #: nobody says which is better
    FEWER = "fewer"
    SAME = "no difference seen"
    UNCLEAR = "not enough to tell"
    UNKNOWN = "not recorded"


#: Those that claim a difference.
CLAIMS = frozenset({Says.BETTER, Says.WORSE, Says.MORE, Says.FEWER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What is said of a measure: the word, and its sentence."""

    says: Says
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """B against A. A ratio is told as what B has more: −0.3 is 30 % less."""

    scale: Scale
    estimate: float
    low: float  #: of the 95 % interval, not adjusted for many measures
    high: float
    p: float
    size: float | None  #: Hedges' g; of a ratio over logarithms, of pairs over their differences
    n_a: int  #: runs, tasks or pairs it rests on
    n_b: int
    paired: bool
    visible: float  #: a difference that would have been seen in four of five such reports
    needed: int  #: runs, tasks or pairs of each side that would see one worth seeing
    worth: float  #: that one, as `estimate` tells it

    @property
    def could_see(self) -> bool:
        """Say whether a difference worth seeing would have been seen."""
        return self.visible <= self.worth


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A measure of one side, over all of its runs."""

    n: int
    missing: int
    mean: float | None
    median: float | None
    values: tuple[float | None, ...]  #: in the order of the runs


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One measure of both sides."""

    measure: Measure
    a: Summary
    b: Summary
    effect: Effect | None
    q: float
    word: Word
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Two sides and what they come to."""

    a: Sequence[ComparedRun]
    b: Sequence[ComparedRun]
    design: Design
    lines: tuple[Line, ...]
    absent: tuple[str, ...]  #: measures that are 0, or unknown, in every run
    mix: tuple[ToolUse, ...]

    def line(self, slug: str) -> Line | None:
        return next((line for line in self.lines if line.measure.slug == slug), None)

    @property
    def headline(self) -> list[Line]:
        return [line for slug in HEADLINE if (line := self.line(slug))]
