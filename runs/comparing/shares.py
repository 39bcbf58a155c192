"""Differences of shares with their intervals: Miettinen–Nurminen, and Bonett–Price for pairs. Pure.

Tries of one task are averaged first, so that a unit may be a part of a success; a yes or no varies most, and
the intervals are then on the wide side. docs/decisions/0008-comparisons.md has the numbers.
"""

from math import acos, asin, ceil, copysign, cos, inf, pi, sqrt

from scipy.special import ndtr, ndtri

from runs.comparing.effects import Numbers
from runs.comparing.limits import FALSE_SHARE, POWER, WORTH_SHARE
from runs.comparing.measures import Scale
from runs.comparing.results import Effect

_Z = float(ndtri(1 - FALSE_SHARE / 2))
_REACH = _Z + float(ndtri(POWER))
_HALVINGS = 40


def share_effect(a: Numbers, b: Numbers, *, paired: bool, step: float = 1.0) -> Effect | None:
    """Compare the shares of two sides; None when a side has no known unit.

    `step` is what one more success adds to a pair: 1 of one try, 0.5 of two.
    """
    if not len(a) or not len(b):
        return None
    estimate = float(b.mean() - a.mean())
    if paired:
        low, high, p, variance = _of_pairs(b - a, step)
    else:
        low, high = interval_of(float(a.sum()), len(a), float(b.sum()), len(b))
        p, variance = _of_sides(a, b)
    units = len(a) if paired else 2 / (1 / len(a) + 1 / len(b))
    return Effect(
        scale=Scale.SHARE, estimate=estimate, low=low, high=high, p=p, size=_size(a, b),
        n_a=len(a), n_b=len(b), paired=paired, visible=min(1.0, _REACH * sqrt(variance / units)),
        needed=ceil(_REACH**2 * variance / WORTH_SHARE**2), worth=WORTH_SHARE,
    )  # fmt: skip


def _of_pairs(differences: Numbers, step: float) -> tuple[float, float, float, float]:
    """Bonett and Price (2012): as if one more pair, of one try more, had spoken for each side."""
    n = len(differences) + 2
    middle = float(differences.sum()) / n
    variance = (float((differences**2).sum()) + 2 * step) / n - middle**2
    error = sqrt(variance / n)
    p = float(2 * ndtr(-abs(middle) / error))
    return max(-1.0, middle - _Z * error), min(1.0, middle + _Z * error), p, variance


def _of_sides(a: Numbers, b: Numbers) -> tuple[float, float]:
    """Test by the interval's own score; beside it the variance, with one more run that half succeeded."""
    na, nb = len(a), len(b)
    one, two = (float(a.sum()) + 0.5) / (na + 1), (float(b.sum()) + 0.5) / (nb + 1)
    z = score_of(float(a.sum()), na, float(b.sum()), nb, delta=0.0)
    return float(2 * ndtr(-abs(z))), one * (1 - one) + two * (1 - two)


def _size(a: Numbers, b: Numbers) -> float:
    """Cohen's h: shares on a scale on which the same step is as hard to see everywhere."""
    one, two = (2 * asin(sqrt(max(0.0, min(1.0, float(side.mean()))))) for side in (a, b))
    return two - one


def interval_of(xa: float, na: int, xb: float, nb: int) -> tuple[float, float]:
    """Miettinen and Nurminen (1985): all differences that a score test does not refuse."""
    middle = xb / nb - xa / na
    low, high = (_edge((xa, na, xb, nb), middle, outside) for outside in (-1.0, 1.0))
    return low, high


def _edge(counts: tuple[float, int, float, int], inside: float, outside: float) -> float:
    """Halve the way between a difference that is in the interval and one that is not."""
    for _ in range(_HALVINGS):
        at = (inside + outside) / 2
        if abs(score_of(*counts, delta=at)) <= _Z:
            inside = at
        else:
            outside = at
    return inside


def score_of(xa: float, na: int, xb: float, nb: int, *, delta: float) -> float:
    """Score a difference, with the shares most likely under it (Farrington and Manning, 1990)."""
    n, c = na + nb, xa + xb
    l2 = (nb + 2 * na) * delta - n - c
    l1 = (na * delta - n - 2 * xa) * delta + c
    l0 = xa * delta * (1 - delta)
    q = l2**3 / (3 * n) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    p = copysign(sqrt(max(0.0, l2**2 / (3 * n) ** 2 - l1 / (3 * n))), q)
    angle = (pi + acos(max(-1.0, min(1.0, q / p**3)))) / 3 if abs(p) > 1e-9 else pi / 2
    one = max(0.0, min(1.0, 2 * p * cos(angle) - l2 / (3 * n)))
    two = max(0.0, min(1.0, one + delta))
    variance = (two * (1 - two) / nb + one * (1 - one) / na) * n / (n - 1)
    gap = xb / nb - xa / na - delta
    if variance > 1e-15:
        return gap / sqrt(variance)
    return 0.0 if abs(gap) < 1e-12 else copysign(inf, gap)  # shares that cannot vary
