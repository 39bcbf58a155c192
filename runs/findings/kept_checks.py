"""What a story keeps of checks: their last outcomes, and what broke them. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Outcome
from runs.findings.limits import BREAKS_KEPT, MARKS_KEPT, SERIES_KEPT
from runs.findings.regressions import Regression, regressions_of, series_of
from runs.findings.series import CheckSeries
from runs.findings.suspects import Suspect


class Mark(Struct, frozen=True, array_like=True):
    """One run of a check."""

    step: int
    outcome: Outcome
    nth: int = 1  #: of the same outcome in a row, this one counted
    green: int | None = None  #: of a red: the last green before it
    turns: int = 0  #: model calls since that green


class CheckLine(Struct, frozen=True, kw_only=True):
    """One check and its last runs."""

    name: str
    runs: int  #: all of them
    marks: tuple[Mark, ...]


class Break(Struct, frozen=True, kw_only=True):
    """One way of a check from green to red."""

    check: str
    green: int
    red: int
    reds: int
    mended: int | None
    is_open: bool
    suspects: tuple[Suspect, ...]


class Checks(Struct, frozen=True, kw_only=True):
    """The checks of a run, the red ones first; `more…` counts what is not kept."""

    lines: tuple[CheckLine, ...] = ()
    more: int = 0
    breaks: tuple[Break, ...] = ()
    more_breaks: int = 0


def checks_of(case: Case) -> Checks:
    """Gather the checks of a run."""
    series = [each for each in case.once(series_of) if not _is_told_by_parts(each)]
    if not series:
        return Checks()
    kept = sorted(series, key=lambda each: _rank(case, each))[:SERIES_KEPT]
    broken = case.once(regressions_of)
    breaks = sorted(broken, key=lambda each: (not each.is_open, -case.places[each.reds[0]]))
    return Checks(
        lines=tuple(_line(case, each) for each in kept),
        more=len(series) - len(kept),
        breaks=tuple(map(_break, breaks[:BREAKS_KEPT])),
        more_breaks=max(0, len(breaks) - BREAKS_KEPT),
    )


def _is_told_by_parts(series: CheckSeries) -> bool:
    """Say whether a command of several checks adds nothing: its greens are in the series of each."""
    return series.is_several and all(outcome == Outcome.GREEN for _, outcome in series.outcomes)


def _rank(case: Case, series: CheckSeries) -> tuple[bool, bool, int]:
    last, outcome = series.outcomes[-1]
    return outcome != Outcome.RED, not series.streaks, -case.places[last]


def _line(case: Case, series: CheckSeries) -> CheckLine:
    marks = tuple(_marks(case, series.outcomes))
    return CheckLine(name=series.name, runs=len(marks), marks=marks[-MARKS_KEPT:])


def _marks(case: Case, outcomes: Sequence[tuple[int, Outcome]]) -> Iterator[Mark]:
    green: int | None = None
    before, nth = None, 0
    for seq, outcome in outcomes:
        nth = nth + 1 if outcome == before else 1
        before = outcome
        if outcome != Outcome.RED:
            # As in `series`: after an end that is not known, nobody can say since when it was red.
            green = seq if outcome == Outcome.GREEN else None
            yield Mark(seq, outcome, nth)
            continue
        turns = case.turns_between(case.by_seq[green], case.by_seq[seq]) if green is not None else 0
        yield Mark(seq, outcome, nth, green, turns)


def _break(found: Regression) -> Break:
    return Break(
        check=found.check,
        green=found.green,
        red=found.reds[0],
        reds=len(found.reds),
        mended=found.mended,
        is_open=found.is_open,
        suspects=found.suspects,
    )
