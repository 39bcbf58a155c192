"""Checks that went from green to red, and what changed in between. Pure."""

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.series import CheckSeries, Streak
from runs.findings.suspects import Suspect, suspects_between


class Regression(Struct, frozen=True, kw_only=True):
    """One way from green to red."""

    check: str
    green: int  #: step of the last green
    reds: tuple[int, ...]  #: steps of the reds, the first one first
    mended: int | None  #: step of the green after them
    is_open: bool  #: red is the last that is known of the check
    suspects: tuple[Suspect, ...]  #: changes between green and red, the likeliest first


def series_of(case: Case) -> list[CheckSeries]:
    """List the run's checks, each as a series of outcomes."""
    return case.series


def regressions_of(case: Case) -> list[Regression]:
    """List all ways from green to red, also those that were mended at once."""
    return [
        _regression(case, series, streak)
        for series in case.red_series
        for streak in series.streaks
        if streak.green is not None
    ]


def _regression(case: Case, series: CheckSeries, streak: Streak) -> Regression:
    assert streak.green is not None
    red = case.by_seq[streak.reds[0]]
    between = case.places[streak.green], case.places[red.seq]
    return Regression(
        check=series.name,
        green=streak.green,
        reds=streak.reds,
        mended=streak.mended,
        is_open=streak.is_open,
        suspects=suspects_between(case, *between, named=red.named),
    )
