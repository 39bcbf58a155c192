"""Intervals as a picture: a line from low to high, a dot, and the middle, where both sides are the same."""

from dataclasses import dataclass
from math import log

from runs.comparing.measures import Scale
from runs.comparing.results import Effect

#: The picture is this wide, in units of its viewBox; the middle is no difference.
WIDTH, MARGIN = 200, 4
#: What lies at its edges: a quarter or four times; 60 points; two standard deviations.
_RATIO_EDGE, _SHARE_EDGE, _SIZES_EDGE = log(4), 0.6, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Forest:
    """One interval; a side that reaches beyond the picture ends in an arrow."""

    x: float
    low: float
    high: float
    width: float
    cut_low: bool
    cut_high: bool


def forest_of(effect: Effect | None) -> Forest | None:
    """Draw an effect; None where there is nothing to draw."""
    if effect is None:
        return None
    low, x, high = (_place(effect, value) for value in (effect.low, effect.estimate, effect.high))
    at = [round(WIDTH / 2 + max(-1.0, min(1.0, each)) * (WIDTH / 2 - MARGIN), 1) for each in (low, x, high)]
    return Forest(
        low=at[0], x=at[1], high=at[2], width=round(at[2] - at[0], 1), cut_low=low < -1, cut_high=high > 1
    )


def _place(effect: Effect, value: float) -> float:
    if effect.scale is Scale.RATIO:
        return log(max(1e-6, 1 + value)) / _RATIO_EDGE
    if effect.scale is Scale.SHARE:
        return value / _SHARE_EDGE
    edge = 2 * effect.worth * _SIZES_EDGE  # worth seeing is half a deviation
    return value / edge if edge else 0.0
