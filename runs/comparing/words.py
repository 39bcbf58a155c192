"""What is said of a difference: as much as the runs can tell, and no more. Pure."""

from collections.abc import Callable

from runs.comparing.limits import FALSE_SHARE, UNITS_LEAST
from runs.comparing.measures import Better, Measure, Scale, Unit
from runs.comparing.results import Effect, Says, Word
from runs.words import duration, money, plural, tokens


def word_of(measure: Measure, effect: Effect | None, *, q: float, known: tuple[int, int]) -> Word:
    """Say what an effect comes to; `q` is its p, adjusted for all measures of the report.

    `known` is how many runs of A and of B the measure is known of.
    """
    if effect is None:
        return _without_effect(*known)
    if min(effect.n_a, effect.n_b) >= UNITS_LEAST and q <= FALSE_SHARE:
        told = measure.less if effect.estimate < 0 else measure.more
        return Word(says=_claim(measure, effect), text=f"B {told}: {effect_words(effect, measure.unit)}.")
    if min(effect.n_a, effect.n_b) >= UNITS_LEAST and effect.could_see:
        if not effect.visible and not effect.estimate:
            where = "in each task" if effect.paired else "in all runs"
            return Word(says=Says.SAME, text=f"The same {where}.")
        seen = amount_words(effect.visible, effect, measure.unit)
        return Word(says=Says.SAME, text=f"No difference seen; one of over {seen} would have been.")
    return Word(
        says=Says.UNCLEAR, text=f"{units_words(effect)}: not enough to tell{_needs(effect, measure)}."
    )


def _without_effect(a: int, b: int) -> Word:
    """Tell what nobody recorded from what too few runs recorded to have a spread."""
    if a and b:
        text = f"Known of {plural(a, 'run')} of A and {b:,} of B: not enough to tell."
        return Word(says=Says.UNCLEAR, text=text)
    where = "of A" if b else "of B" if a else "on either side"
    return Word(says=Says.UNKNOWN, text=f"Not recorded {where}.")


def _claim(measure: Measure, effect: Effect) -> Says:
    if measure.better is Better.NEITHER:
        return Says.FEWER if effect.estimate < 0 else Says.MORE
    return Says.BETTER if (effect.estimate < 0) == (measure.better is Better.LESS) else Says.WORSE


def _needs(effect: Effect, measure: Measure) -> str:
    needed = max(effect.needed, UNITS_LEAST)
    if needed <= min(effect.n_a, effect.n_b):
        return ""
    of_what = "pairs" if effect.paired else "a side"
    if needed == UNITS_LEAST:  # these values vary so little that a few more will do
        return f" (needs at least {UNITS_LEAST} {of_what})"
    worth = amount_words(effect.worth, effect, measure.unit)
    return f" (to see a difference of {worth} needs about {rounded(needed):,} {of_what})"


def units_words(effect: Effect) -> str:
    """Say how much an effect rests on."""
    if effect.paired:
        return f"{effect.n_a:,} pair{'' if effect.n_a == 1 else 's'}"
    if effect.n_a == effect.n_b:
        return f"{effect.n_a:,} each"
    return f"{effect.n_a:,} and {effect.n_b:,}"


def rounded(number: int) -> int:
    """Round a plan up to two figures: it is not known better."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return -(-number // step) * step


def effect_words(effect: Effect, unit: Unit) -> str:
    """Write a difference and its 95 % interval: `−31 % (−45 … −12 %)`."""
    low, high = effect.low, effect.high
    if effect.scale is Scale.SHARE:
        return f"{_points(effect.estimate)} points ({_points(low)} … {_points(high)})"
    if effect.scale is Scale.RATIO:
        if effect.estimate > 1:
            return f"× {_times(effect.estimate)} ({_times(low)} … {_times(high)})"
        return f"{_percent(effect.estimate)} % ({_percent(low)} … {_percent(high)} %)"
    return f"{signed(effect.estimate, unit)} ({signed(low, unit)} … {signed(high, unit)})"


def amount_words(amount: float, effect: Effect, unit: Unit) -> str:
    """Write how large a difference is, whichever way it goes."""
    if effect.scale is Scale.SHARE:
        points = max(1, round(amount * 100))
        return f"{points} point{'' if points == 1 else 's'}"
    if effect.scale is Scale.RATIO:
        return f"{amount * 100:.0f} %"
    return value_words(amount, unit)


def signed(value: float, unit: Unit) -> str:
    """Write a difference with its sign."""
    words = value_words(abs(value), unit)
    if not words.strip("$0.< ms"):
        return "0"
    return f"{'−' if value < 0 else '+'}{words}"


def value_words(value: float | None, unit: Unit) -> str:
    """Write a value, or a mean of values; a dash when unknown."""
    return "–" if value is None else _WRITERS[unit](value)


def _count(value: float) -> str:
    if value >= 100 or f"{value:.2f}".endswith("00"):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _money(value: float) -> str:
    """Write dollars; below one with a tenth of a cent, since runs are held against each other."""
    return f"${value:.3f}" if 0.01 <= value < 1 else money(value)


_WRITERS: dict[Unit, Callable[[float], str]] = {
    Unit.COUNT: _count,
    Unit.TOKENS: lambda value: tokens(round(value)),
    Unit.MONEY: _money,
    Unit.TIME: duration,
    Unit.SHARE: lambda value: f"{value * 100:.0f} %",
}


def _percent(part: float) -> str:
    return "over +1,000" if part > 10 else _sign(round(part * 100))


def _points(share: float) -> str:
    return _sign(round(share * 100))


def _sign(number: int) -> str:
    return "0" if number == 0 else f"{'−' if number < 0 else '+'}{abs(number):,}"


def _times(part: float) -> str:
    if part > 999:
        return "over 1,000"
    return f"{1 + part:.1f}" if part < 9 else f"{1 + part:,.0f}"
