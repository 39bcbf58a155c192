"""The time axis of a waterfall: bars where and as long as things ran, long gaps cut short. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[float, float]  #: begin and end, milliseconds

WIDTH = 100.0
_THINNEST = 0.7  # a bar one can see
_GAP = 1.5  # what a cut gap takes
_GAPS_MOST = 20.0  # and all of them together
_LEAST_GAP_MS = 20_000  # shorter gaps stay as they are
_GAP_SHARE = 0.1  # of the time in which something ran


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """Stretches of time with their places; what lies between two of them was cut."""

    begins: tuple[float, ...] = ()
    stops: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    scale: float = 0.0  #: width of a millisecond
    cuts: int = 0
    cut_ms: float = 0.0

    def bar(self, begin: float | None, stop: float | None) -> tuple[float, float] | None:
        """Give place and width of a span; nothing without a time."""
        if begin is None or not self.begins:
            return None
        left = self._at(begin)
        width = max(_THINNEST, self._at(max(begin, begin if stop is None else stop)) - left)
        return round(min(left, WIDTH - _THINNEST), 2), round(min(width, WIDTH - left + _THINNEST), 2)

    def _at(self, moment: float) -> float:
        n = max(0, bisect_right(self.begins, moment) - 1)
        inside = min(max(moment, self.begins[n]), self.stops[n]) - self.begins[n]
        return min(WIDTH, self.places[n] + inside * self.scale)


def axis_of(spans: Iterable[tuple[float | None, float | None]]) -> Axis:
    """Lay out the time from the first to the last span; long gaps in which nothing ran become short ones."""
    stretches = _joined(
        sorted((begin, max(begin, stop or begin)) for begin, stop in spans if begin is not None)
    )
    if not stretches:
        return Axis()
    ran = sum(stop - begin for begin, stop in stretches)
    least = max(_LEAST_GAP_MS, ran * _GAP_SHARE)
    kept = _joined(stretches, least)
    cuts = len(kept) - 1
    gap = min(_GAP, _GAPS_MOST / cuts) if cuts else 0.0
    whole = sum(stop - begin for begin, stop in kept)
    scale = (WIDTH - gap * cuts) / whole if whole else 0.0
    places, at = [], 0.0
    for begin, stop in kept:
        places.append(at)
        at += (stop - begin) * scale + gap
    return Axis(
        begins=tuple(begin for begin, _ in kept),
        stops=tuple(stop for _, stop in kept),
        places=tuple(places),
        scale=scale,
        cuts=cuts,
        cut_ms=kept[-1][1] - kept[0][0] - whole,
    )


def _joined(spans: Iterable[Span], least: float = 0.0) -> list[Span]:
    """Join sorted spans between which there is no gap of at least `least`."""
    found: list[Span] = []
    for begin, stop in spans:
        if found and begin - found[-1][1] <= least:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((begin, stop))
    return found
