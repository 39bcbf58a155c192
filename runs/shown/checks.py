"""The checks of a run as the page shows them: marks, streaks, what broke them."""

from collections.abc import Iterator
from dataclasses import dataclass

from runs.findings.clues import Outcome
from runs.findings.kept_checks import Break, CheckLine, Checks, Mark
from runs.findings.limits import CHECKS_TOLD, MARKS_SHOWN
from runs.shown.steps import Place
from runs.shown.stories import BitShown, StepLink, SuspectShown, step_url, suspects_shown
from runs.words import ordinal, plural

_TONES = {Outcome.GREEN: "ok", Outcome.RED: "fail", Outcome.UNKNOWN: "hint"}
_WORDS = {Outcome.GREEN: "green", Outcome.RED: "red", Outcome.UNKNOWN: "ended nobody knows how"}


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkShown:
    """One run of a check, a link to its step. `label` is its accessible name: `red at step 14`."""

    url: str
    tone: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckShown:
    """One check on a line."""

    name: str
    marks: list[MarkShown]
    earlier: str
    tone: str
    streak: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakShown:
    """One way from green to red."""

    check: str
    green: StepLink
    red: StepLink
    end: str
    suspects: list[SuspectShown]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChecksShown:
    """The checks of a run."""

    lines: list[CheckShown]
    more: str
    breaks: list[BreakShown]  #: still red
    mended: list[BreakShown]  #: the others
    mended_title: str
    more_breaks: str


def checks_shown(checks: Checks, place: Place) -> ChecksShown | None:
    """Build the checks of a run; None where there are none."""
    if not checks.lines:
        return None
    mended = [_break(each, place) for each in checks.breaks if not each.is_open]
    return ChecksShown(
        lines=[_line(line, place) for line in checks.lines],
        more=f"and {plural(checks.more, 'more check')}" if checks.more else "",
        breaks=[_break(each, place) for each in checks.breaks if each.is_open],
        mended=mended,
        mended_title=f"Red on the way, {_times(len(mended) + checks.more_breaks)}",
        more_breaks=f"and {_times(checks.more_breaks)} before" if checks.more_breaks else "",
    )


def _line(line: CheckLine, place: Place) -> CheckShown:
    shown = line.marks[-MARKS_SHOWN:]
    last, earlier = shown[-1], line.runs - len(shown)
    return CheckShown(
        name=line.name,
        marks=[_mark(mark, place) for mark in shown],
        earlier=f"{earlier} earlier" if earlier else "",
        tone=_TONES[last.outcome],
        streak=_streak(last),
    )


def _mark(mark: Mark, place: Place) -> MarkShown:
    return MarkShown(
        url=step_url(place, mark.step),
        tone=_TONES[mark.outcome],
        label=f"{_WORDS[mark.outcome]} at step {mark.step}",
    )


def _streak(last: Mark) -> str:
    """Say how it stands: `red 4 times in a row, last green at step 9`."""
    if last.outcome == Outcome.UNKNOWN:
        return "how it ended last is not known"
    times = f" {last.nth} times in a row" if last.nth > 1 else ""
    since = f", last green at step {last.green}" if last.green is not None else ""
    return f"{_WORDS[last.outcome]}{times}{since}"


def _break(broken: Break, place: Place) -> BreakShown:
    return BreakShown(
        check=broken.check,
        green=StepLink(seq=broken.green, url=step_url(place, broken.green)),
        red=StepLink(seq=broken.red, url=step_url(place, broken.red)),
        end=_end(broken),
        suspects=suspects_shown(broken.suspects, place),
    )


def _end(broken: Break) -> str:
    if broken.mended is not None:
        return f"green again at {broken.mended}"
    if broken.is_open:
        return f"still red after {plural(broken.reds, 'run')}"
    return "how it ended is not known"


def strip_marks(checks: Checks) -> str:
    """Write the marks under the strip's bars: `9g 14r`, a step once; red outweighs green."""
    marks: dict[int, str] = {}
    for mark in (mark for line in checks.lines for mark in line.marks if mark.outcome):
        if marks.get(mark.step) != "r":
            marks[mark.step] = mark.outcome[0]
    return " ".join(f"{step}{letter}" for step, letter in sorted(marks.items()))


def check_standings(checks: Checks, seq: int, place: Place) -> list[list[BitShown]]:
    """Say of one step how its checks stood: a sentence each, with links."""
    found = [(line, n) for line in checks.lines for n, mark in enumerate(line.marks) if mark.step == seq]
    return [
        [*_name(line, several=len(found) > 1), *_standing(checks, line, n, place)]
        for line, n in found[:CHECKS_TOLD]
        if line.runs > 1
    ]


def _name(line: CheckLine, *, several: bool) -> Iterator[BitShown]:
    if several:
        yield BitShown(text=line.name, code=True)
        yield BitShown(text=": ")


def _standing(checks: Checks, line: CheckLine, n: int, place: Place) -> Iterator[BitShown]:
    mark, before = line.marks[n], line.marks[n - 1] if n else None
    if mark.outcome == Outcome.RED:
        yield BitShown(text=f"Red for the {ordinal(mark.nth)} time in a row. " if mark.nth > 1 else "Red. ")
        yield from _last_green(mark, place)
        yield from _suspects_of(checks, line, mark, place)
    elif mark.outcome == Outcome.GREEN and before and before.outcome == Outcome.RED:
        yield BitShown(text=f"Green again: it had been red {_times(before.nth)}, last at ")
        yield _link(before.step, place)
        yield BitShown(text=".")
    elif mark.outcome == Outcome.GREEN:
        yield BitShown(text=f"Green for the {ordinal(mark.nth)} time in a row." if mark.nth > 1 else "Green.")
    else:
        yield BitShown(text="How this check ended is not known.")


def _last_green(mark: Mark, place: Place) -> Iterator[BitShown]:
    if mark.green is None:
        yield BitShown(text="No green before it is on record.")
        return
    yield BitShown(text="Last green: ")
    yield _link(mark.green, place)
    yield BitShown(text=f" ({plural(mark.turns, 'turn')} ago)." if mark.turns else ".")


def _suspects_of(checks: Checks, line: CheckLine, mark: Mark, place: Place) -> Iterator[BitShown]:
    broken = (each for each in checks.breaks if each.check == line.name and each.green == mark.green)
    suspects = next((each.suspects for each in broken if mark.green is not None), ())
    if not suspects:
        return
    yield BitShown(text=" Suspect: " if len(suspects) == 1 else f" {plural(len(suspects), 'suspect')}: ")
    for number, suspect in enumerate(suspects_shown(suspects, place)):
        yield from [BitShown(text=", ")] if number else []
        yield BitShown(text=suspect.name, url=suspect.url, code=True)
        yield BitShown(text=f" at step {suspect.step.seq}{', hidden' if suspect.hidden else ''}")
    yield BitShown(text=".")


def _link(seq: int, place: Place) -> BitShown:
    return BitShown(text=f"step {seq}", url=step_url(place, seq))


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
