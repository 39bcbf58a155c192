"""Where two runs part, as the page tells it: a sentence, what is known of the cause, the ways there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runs.comparing.divergence import Divergence
from runs.comparing.reasons import Account, Holds, Point
from runs.sidebyside import Beside
from runs.words import count, plural

_MARKS = {Holds.SAME: "=", Holds.OTHER: "≠", Holds.UNKNOWN: "?"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A link to a row."""

    words: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyShown:
    """What stands above the rows."""

    sentence: str
    points: Sequence[tuple[str, Point]]
    ways: Sequence[Way]


def why_shown(beside: Beside, account: Account | None, url: Callable[[int], str]) -> WhyShown | None:
    """Tell where and why two runs part."""
    if not beside.rows:
        return None
    if account is None:
        return WhyShown(sentence=_alike(beside.parts), points=(), ways=())
    return WhyShown(
        sentence=account.sentence,
        points=[(_MARKS[point.holds], point) for point in account.points],
        ways=list(_ways(beside, url)),
    )


def _alike(parts: Divergence) -> str:
    words = "; the models’ words differ" if parts.words is not None else ""
    return f"They do not part: {plural(parts.alike, 'row')} the same{words}."


def _ways(beside: Beside, url: Callable[[int], str]) -> list[Way]:
    parts, rows = beside.parts, len(beside.rows)
    ways = []
    if parts.first is not None:
        before = f"after {plural(parts.same, 'row')} the same" if parts.same else "at the beginning"
        ways.append(Way(words=f"First difference, {before}", url=url(parts.first)))
    if parts.meets is not None:
        ways.append(Way(words="They meet again", url=url(parts.meets)))
    if parts.last is not None and parts.last != parts.first:
        ways.append(Way(words="They part for good", url=url(parts.last)))
    told = f"{count(parts.alike)} of {plural(rows, 'row')} the same"
    return [*ways, Way(words=told, url="")]
