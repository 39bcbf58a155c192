"""Tests, builds and linters that are red and stay so, and what broke them. Pure.

Agents see red and mend it all the time: what counts is what stays red.
"""

from collections.abc import Sequence

from runs.findings.case import Case
from runs.findings.clues import Outcome
from runs.findings.found import Found, Severity, Signature
from runs.findings.regressions import Regression, regressions_of
from runs.findings.series import CheckSeries, Streak
from runs.findings.suspects import Suspect, suspects_between
from runs.words import plural


def find_failing_checks(case: Case) -> list[Found]:
    """Find checks red at the end at least `red_in_row` times in a row, or `red_long` times before a green."""
    least, long = _reds_needed(case), int(case.limits["red_long"])
    found = []
    red = case.red_series
    stuck = [series for series in red if _last_open(series, least)]
    for series in red:
        for streak in series.streaks:
            if streak.is_open and len(streak.reds) >= least:
                if not any(wider.covers(series) for wider in stuck):
                    found.append(_failing(case, series, streak, least))
            elif streak.mended is not None and len(streak.reds) >= long:
                found.append(_long_red(series, streak, long))
    return found


def find_regressions(case: Case) -> list[Found]:
    """Find checks that went from green to red and stayed so; the changes in between are suspects."""
    least, long = int(case.limits["red_in_row"]), int(case.limits["red_long"])
    found = []
    for regression in case.once(regressions_of):
        reds = len(regression.reds)
        if regression.is_open and (reds >= least or case.run.is_over):
            found.append(_regressed(case, regression, 1 if case.run.is_over else least))
        elif regression.mended is not None and reds >= long:
            found.append(_regressed(case, regression, long))
    return _without_narrower(case, found) if len(found) > 1 else [each for _, each in found]


def _without_narrower(case: Case, found: list[tuple[str, Found]]) -> list[Found]:
    """Leave out `npm test -- cart` where `npm test` broke by the same first suspect."""
    by_name = {series.name: series for series in case.red_series}
    return [
        each
        for name, each in found
        if not any(
            by_name[wider].covers(by_name[name]) and other.changes[:1] == each.changes[:1]
            for wider, other in found
        )
    ]


def _reds_needed(case: Case) -> int:
    """Say how many reds count: one more while the run goes on, for the agent may be mending."""
    return int(case.limits["red_in_row"]) + (0 if case.run.is_over else 1)


def _last_open(series: CheckSeries, least: int) -> bool:
    return series.streaks[-1].is_open and len(series.streaks[-1].reds) >= least


def _failing(case: Case, series: CheckSeries, streak: Streak, least: int) -> Found:
    last = case.places[streak.reds[-1]]
    touched = any(case.places[clue.seq] > last for clue, _ in case.touched)
    numbers: dict[str, float | int | str] = {"reds": len(streak.reds), "check": series.name}
    if streak.green is None:
        since = ", and it was never green before"
    else:
        turns = _turns_between(case, streak.green, streak.reds[-1])
        numbers["turns"] = turns
        since = f"; the last green was {plural(turns, 'turn')} earlier" if turns else "; it was green before"
    after = "; files changed after it, and it was not run again" if touched else ""
    return Found(
        key=f"{series.family} {streak.reds[0]}",
        sentence=f"`{series.name}` was red {plural(len(streak.reds), 'time')} in a row{since}{after}.",
        steps=[*([streak.green] if streak.green is not None else []), *streak.reds],
        at=streak.reds[least - 1],
        numbers=numbers,
        used={"red_in_row": case.limits["red_in_row"]},
        severity=Severity.ERROR if case.run.is_over and not touched else None,
        changes=[suspect.change for suspect in _suspects(case, streak)],
    )


def _suspects(case: Case, streak: Streak) -> Sequence[Suspect]:
    """List what changed since this check, or else any, was last green."""
    red = case.by_seq[streak.reds[0]]
    place = case.places[red.seq]
    green = streak.green if streak.green is not None else _last_green(case, place)
    return suspects_between(case, -1 if green is None else case.places[green], place, named=red.named)


def _last_green(case: Case, before: int) -> int | None:
    greens = [call.seq for call in case.calls if call.outcome == Outcome.GREEN]
    return max(
        (seq for seq in greens if case.places[seq] < before), key=case.places.__getitem__, default=None
    )


def _turns_between(case: Case, first: int, last: int) -> int:
    begin, end = case.places[first], case.places[last]
    return sum(begin < case.places[call.seq] < end for call in case.model_calls if not call.lane)


def _long_red(series: CheckSeries, streak: Streak, long: int) -> Found:
    assert streak.mended is not None
    return Found(
        key=f"{series.family} {streak.reds[0]}",
        sentence=f"`{series.name}` was red {len(streak.reds)} times in a row before it went green.",
        steps=[*streak.reds, streak.mended],
        at=streak.reds[long - 1],
        numbers={"reds": len(streak.reds), "check": series.name},
        used={"red_long": long},
        severity=Severity.HINT,
    )


def _regressed(case: Case, regression: Regression, least: int) -> tuple[str, Found]:
    suspects = regression.suspects
    if suspects:
        how = "changed without being declared" if suspects[0].hidden else "changed"
        more = f", the likeliest of {len(suspects)} changes" if len(suspects) > 1 else ""
        between = f"in between {suspects[0].path} was {how}{more}"
    else:
        between = "no change of a file is on record in between"
    reds = plural(len(regression.reds), "time")
    ends = f"{reds} until it was mended" if regression.mended is not None else f"{reds} since"
    found = Found(
        key=f"{regression.check[:100]} {regression.reds[0]}",
        sentence=f"`{regression.check}` went from green to red, {ends}; {between}.",
        steps=list(
            dict.fromkeys([regression.green, *(suspect.step for suspect in suspects), *regression.reds])
        ),
        at=regression.reds[least - 1],
        numbers={"reds": len(regression.reds), "suspects": len(suspects), "check": regression.check},
        used={"red_in_row": case.limits["red_in_row"]},
        severity=_severity(case, regression),
        changes=[suspect.change for suspect in suspects],
    )  # fmt: skip
    return regression.check, found


def _severity(case: Case, regression: Regression) -> Severity:
    if regression.mended is not None or not regression.suspects:
        return Severity.HINT
    return Severity.ERROR if case.run.is_over else Severity.WARNING


SIGNATURES = (
    Signature(
        slug="failing-check",
        name="Failing check",
        severity=Severity.WARNING,
        about="A test, build or linter that is red again and again.",
        helps="Read its output with the agent: what it changed between two reds did not reach the cause. "
        "Go back to the last green where there is one.",
        rule=find_failing_checks,
        thresholds=("red_in_row", "red_long"),
    ),
    Signature(
        slug="regression",
        name="Regression",
        severity=Severity.ERROR,
        about="A check that went from green to red; the changes in between are the suspects.",
        helps="Look at the suspects' diffs, the first one first. Let agents run the check after each change, "
        "so that the window stays small.",
        rule=find_regressions,
        thresholds=("red_in_row", "red_long"),
    ),
)
