"""Whether a rate is above its limit, and in which words. Pure."""

from msgspec import Struct

from alerts.kinds import Rate
from alerts.params import RateParams
from alerts.rules import Fired
from runs.words import duration, money, plural


class Measured(Struct, frozen=True, kw_only=True):
    """A number over a while, and over how many runs or calls it goes."""

    value: float
    of: int


def judge_rate(params: RateParams, measured: Measured) -> Fired | None:
    """Compare a rate with its limit; over too few it says nothing, but money counts from the first."""
    is_enough = measured.of >= params.least or params.rate == Rate.COST
    if measured.value <= params.over or not is_enough:
        return None
    return Fired(sentence=sentence_of(params, measured), occurrences=1)


def sentence_of(params: RateParams, measured: Measured) -> str:
    """Say what was measured, and the limit."""
    hours = "hour" if params.hours == 1 else f"{params.hours} hours"
    limit = f"above the limit of {written(params, params.over)}"
    if params.rate == Rate.FAILURES:
        what = f"{written(params, measured.value)} of {plural(measured.of, 'run')} failed"
    elif params.rate == Rate.COST:
        what = f"{written(params, measured.value)} spent by {plural(measured.of, 'run')}"
    else:
        calls = plural(measured.of, "call")
        what = f"p95 of {params.tool} was {written(params, measured.value)} over {calls}"
    return f"{what} in the last {hours}, {limit}."


def written(params: RateParams, value: float) -> str:
    """Write a value of a rate with its unit."""
    if params.rate == Rate.FAILURES:
        return f"{value:.0f} %"
    return money(value) if params.rate == Rate.COST else duration(value)
