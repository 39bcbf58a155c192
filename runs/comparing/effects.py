"""Differences of numbers with their intervals: Welch and paired t, over logarithms for ratios. Pure.

docs/decisions/0008-comparisons.md says how these were chosen, and how often they hold the truth.
"""

from dataclasses import dataclass
from math import comb, expm1, inf, log, sqrt
from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

from runs.comparing.limits import FALSE_SHARE, POWER, WORTH_RATIO, WORTH_SIZE
from runs.comparing.measures import Scale
from runs.comparing.results import Effect

#: The logarithm of what no float holds any more.
_WILD = 700.0

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Spread:
    """A difference, how sure it is, and how that was reckoned."""

    estimate: float
    error: float  #: standard error
    freedom: float  #: degrees
    deviation: float  #: of one value, pooled
    variance: float  #: of the difference, times the number of units of a side
    chance: float  #: of the most extreme order of the values, for those that do not vary at all


def effect_of(a: Numbers, b: Numbers, *, paired: bool, ratio: bool) -> Effect | None:
    """Compare two sides; None when fewer than two units of a side are known."""
    if min(len(a), len(b)) < 2:
        return None
    ratio = ratio and bool((a > 0).all() and (b > 0).all())  # no logarithm of nothing
    one, two = (np.log(a), np.log(b)) if ratio else (a, b)
    spread = _of_pairs(one, two) if paired else _of_sides(one, two)
    half = float(stdtrit(spread.freedom, 1 - FALSE_SHARE / 2)) * spread.error
    reach = float(stdtrit(spread.freedom, POWER)) * spread.error + half
    worth = log(WORTH_RATIO) if ratio else WORTH_SIZE * spread.deviation
    told = _ratio if ratio else float
    return Effect(
        scale=Scale.RATIO if ratio else Scale.NUMBER,
        estimate=told(spread.estimate),
        low=told(spread.estimate - half),
        high=told(spread.estimate + half),
        p=_chance(spread),
        size=_size(spread, paired=paired),
        n_a=len(a), n_b=len(b), paired=paired,
        visible=told(reach),
        needed=_needed(spread.variance, worth),
        worth=WORTH_RATIO - 1 if ratio else worth,
    )  # fmt: skip


def _ratio(logarithm: float) -> float:
    """Turn a difference of logarithms into what B has more; of two wild values it has no end."""
    return expm1(min(logarithm, _WILD))


def _of_sides(a: Numbers, b: Numbers) -> _Spread:
    """Welch: sides of their own spread and size."""
    na, nb = len(a), len(b)
    va, vb = float(a.var(ddof=1)), float(b.var(ddof=1))
    ea, eb = va / na, vb / nb
    both = ea + eb
    freedom = both**2 / (ea**2 / (na - 1) + eb**2 / (nb - 1)) if both > 0 else na + nb - 2
    return _Spread(
        estimate=float(b.mean() - a.mean()),
        error=sqrt(both),
        freedom=freedom,
        deviation=sqrt(((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)),
        variance=va + vb,
        chance=2 / comb(na + nb, na),
    )


def _of_pairs(a: Numbers, b: Numbers) -> _Spread:
    differences = b - a
    variance, n = float(differences.var(ddof=1)), len(differences)
    return _Spread(
        estimate=float(differences.mean()),
        error=sqrt(variance / n),
        freedom=n - 1,
        deviation=sqrt(variance),
        variance=variance,
        chance=2.0 ** (1 - n),
    )


def _chance(spread: _Spread) -> float:
    """Reckon p; of values that do not vary, by how few orders are as extreme."""
    if abs(spread.estimate) < 1e-12:
        return 1.0
    if spread.error < 1e-9 * abs(spread.estimate):
        return min(1.0, spread.chance)
    return float(2 * stdtr(spread.freedom, -abs(spread.estimate) / spread.error))


def _size(spread: _Spread, *, paired: bool) -> float | None:
    """Hedges' g: the difference in standard deviations, without the bias of few values."""
    if spread.deviation < 1e-12:
        return None if spread.estimate else 0.0
    freedom = spread.freedom if paired else max(spread.freedom, 1.0)
    return spread.estimate / spread.deviation * (1 - 3 / (4 * freedom - 1))


def _needed(variance: float, worth: float) -> int:
    """Reckon how many units of a side would see a difference worth seeing."""
    if worth <= 0:
        return 0
    normal = float(stdtrit(inf, 1 - FALSE_SHARE / 2) + stdtrit(inf, POWER))
    return int(np.ceil(normal**2 * variance / worth**2)) + 1
