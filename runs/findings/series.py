"""Checks as series of outcomes, and the stretches in which they were red. Pure.

One check is one program and verb on the same targets, whatever its other options, in whichever lane. A green
of a wider check (`npm test`) proves a narrower one (`npm test -- session`), a red does not. A command of
several checks is a series of its own: its green proves each of them, its red may be any of them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from runs.findings.clues import Clue, Outcome
from runs.findings.limits import WIDER_CHECKS, WIDER_TARGETS
from runs.kinds import StepStatus

_RAN = frozenset({StepStatus.OK, StepStatus.FAILED})
_AND, _RED, _GREEN = " && ", Outcome.RED, Outcome.GREEN
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
Key = tuple[str, str]  # family, targets
Outcomes = tuple[tuple[int, Outcome], ...]  # (step, outcome)


class Streak(Struct, frozen=True, kw_only=True):
    """Reds without a green between them."""

    reds: tuple[int, ...]
    green: int | None  #: the last green before
    mended: int | None  #: the first green after
    is_open: bool  #: red is the last that is known of it


class CheckSeries(Struct, frozen=True, kw_only=True, gc=False):
    """One check's outcomes in the order of the timeline: (step, outcome); the greens of wider checks, too."""

    name: str
    family: str
    named: str  #: its targets, as the command names them
    outcomes: Outcomes
    streaks: tuple[Streak, ...] = ()  #: the stretches in which it was red

    @property
    def is_several(self) -> bool:
        """Say whether it is a command of several checks."""
        return _AND in self.family

    @property
    def targets(self) -> frozenset[str]:
        """Say what it runs on. Worked out when asked for: most checks of a long run were never red."""
        return frozenset(self.named.split())

    def covers(self, other: "CheckSeries") -> bool:
        """Say whether this check runs all that another one runs, and more."""
        if self.family != other.family:
            return False
        own, others = self.targets, other.targets
        return own != others and covers(own, others)


def series_of_calls(calls: Sequence[Clue]) -> list[CheckSeries]:
    """Gather the checks among tool calls, in the order of the timeline."""
    own: dict[Key, list[int]] = {}
    names: dict[Key, str] = {}
    red: set[int] = set()
    for place, call in enumerate(calls):
        checks = call.checks
        if not checks or call.status not in _RAN:
            continue
        if call.outcome == _RED:
            red.add(place)
        for key, name in _keys_of(call) if "\n" in checks else (_key_of(checks),):
            runs = own.get(key)
            if runs is None:
                own[key], names[key] = [place], name
            else:
                runs.append(place)
    proven = _with_proofs(calls, own, red) if red else own
    return [_series(key, names[key], calls, runs, red) for key, runs in proven.items()]


def _series(key: Key, name: str, calls: Sequence[Clue], runs: Sequence[int], red: set[int]) -> CheckSeries:
    family, named = key
    if len(runs) == 1 and runs[0] not in red:
        call = calls[runs[0]]
        outcomes: Outcomes = ((call.seq, _OUTCOMES[call.outcome]),)
        return CheckSeries(name=name, family=family, named=named, outcomes=outcomes)
    outcomes = tuple([((call := calls[place]).seq, _OUTCOMES[call.outcome]) for place in runs])
    streaks = () if red.isdisjoint(runs) else tuple(_streaks(outcomes))
    return CheckSeries(name=name, family=family, named=named, outcomes=outcomes, streaks=streaks)


def _key_of(checks: str) -> tuple[Key, str]:
    """Name the series of the only check of a call."""
    family, targets, name = checks.split("\t")
    return (family, targets), name


def _keys_of(call: Clue) -> Iterator[tuple[Key, str]]:
    """Name the series that a call belongs to; a green command of several checks is in that of each."""
    parts = [line.split("\t") for line in call.checks.split("\n")]
    families = [f"{family} {targets}".strip() for family, targets, _ in parts]
    yield (_AND.join(families), ""), _AND.join(name for *_, name in parts)
    if call.outcome == _GREEN:
        yield from (((family, targets), name) for family, targets, name in parts)


def _with_proofs(calls: Sequence[Clue], own: dict[Key, list[int]], red: set[int]) -> dict[Key, list[int]]:
    """Add to each check's own runs the greens that prove it; only one that was red needs them."""
    was_red = {key: runs for key, runs in own.items() if not red.isdisjoint(runs)}
    greens = _Greens(calls, own)
    proven = {
        key: sorted({*runs, *greens.proofs_of(key, red.intersection(runs))}) for key, runs in was_red.items()
    }
    return own | proven


class _Greens:
    """All greens, as places, found by what they cover: a program's widest checks, and each check's own."""

    def __init__(self, calls: Sequence[Clue], own: dict[Key, list[int]]) -> None:
        self.calls, self.own = calls, own
        self.wide: dict[str, list[tuple[frozenset[str], Key]]] = {}
        for key in own:
            wide = self.wide.setdefault(key[0], [])
            if len(wide) < WIDER_CHECKS and key[1].count(" ") < WIDER_TARGETS:
                wide.append((frozenset(key[1].split()), key))

    def of(self, key: Key) -> list[int]:
        """List the greens of a check and of those that cover it, in their order."""
        targets = frozenset(key[1].split())
        keys = {key, *(wide for words, wide in self.wide.get(key[0], ()) if covers(words, targets))}
        found = {place for each in keys for place in self.own.get(each, ())}
        return sorted(place for place in found if self.calls[place].outcome == _GREEN)

    def proofs_of(self, key: Key, reds: Iterable[int]) -> list[int]:
        """List where a check is known to have been green, by others too.

        A command of several checks is green again where all of them have been since its last red.
        """
        if _AND not in key[0]:
            return self.of(key)
        parts = [self.of(self._key_of(part)) for part in key[0].split(_AND)]
        firsts = [[_first_after(greens, red) for greens in parts] for red in reds]
        return [
            max(known)
            for first in firsts
            if len(known := [at for at in first if at is not None]) == len(parts)
        ]

    def _key_of(self, part: str) -> Key:
        words = part.split()
        splits = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words) + 1)]
        return next((key for key in splits if key[0] in self.wide), splits[-1])


def _first_after(places: Sequence[int], place: int) -> int | None:
    at = bisect_right(places, place)
    return places[at] if at < len(places) else None


def covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Say whether a check on some targets runs all of one on others.

    Paths add to each other, and contain what lies below them; other words (`-k cart`) each narrow a check.
    """
    below = [set(_containing(word)) for word in narrow if _is_path(word)]
    paths = {word for word in wide if _is_path(word) or any(word in words for words in below)}
    if not wide - paths <= narrow:
        return False
    return not paths or (bool(below) and all(not paths.isdisjoint(words) for words in below))


def _is_path(word: str) -> bool:
    return "/" in word or "." in word


def _containing(path: str) -> Iterator[str]:
    """Yield a path and what contains it: `tests/a.py::test_b`, `tests/a.py`, `tests`."""
    yield path
    for place, letter in enumerate(path):
        if letter == "/" or path.startswith("::", place):
            yield path[:place]


def _streaks(outcomes: Sequence[tuple[int, Outcome]]) -> Iterator[Streak]:
    green: int | None = None
    reds: list[int] = []
    for seq, outcome in outcomes:
        if outcome == Outcome.RED:
            reds.append(seq)
            continue
        if reds:
            mended = seq if outcome == Outcome.GREEN else None
            yield Streak(reds=tuple(reds), green=green, mended=mended, is_open=False)
            reds = []
        # After a run whose end is not known, nobody can say since when it was red.
        green = seq if outcome == Outcome.GREEN else None
    if reds:
        yield Streak(reds=tuple(reds), green=green, mended=None, is_open=True)
