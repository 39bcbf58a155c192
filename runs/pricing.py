"""What a model call costs. Rates come from the `genai-prices` package, or from the project's own table."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from genai_prices import Usage, __version__, calc_price
from msgspec import Struct

from runs.records import Tokens

MILLION = Decimal(1_000_000)
BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")

#: Our bucket → the names under which a price table may give its rate, best first.
RATE_NAMES = {
    "input": ("input_mtok",),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write_5m": ("cache_write_5m_mtok", "cache_write_mtok", "input_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "output": ("output_mtok",),
}


class Rates(Struct, frozen=True):
    """US dollars per million tokens of each bucket, and where they come from."""

    rates: dict[str, Decimal]
    source: str
    model: str
    tiered: bool = False  #: some rate depends on the size of the prompt


class Cost(Struct, frozen=True):
    """`usd` of one call, and the price it was computed with (JSON-ready)."""

    usd: Decimal
    price: dict[str, Any]


def cost_of(
    model: str,
    tokens: Tokens,
    *,
    at: datetime | None,
    overrides: dict[str, Any] | None = None,
) -> Cost | None:
    """Price one call, or None when the model is unknown: an unknown cost is never 0.

    `overrides` is a project's own table: model → {bucket: dollars per million tokens}.
    """
    own = (overrides or {}).get(model)
    rates = own_rates(model, own) if isinstance(own, dict) else rates_for(model, at.date() if at else None)
    if rates is None:
        return None
    if rates.tiered:
        rates = rates_for_size(model, at.date() if at else None, prompt_size(tokens)) or rates
    usd = (
        sum(
            (getattr(tokens, bucket) * rates.rates[bucket] for bucket in BUCKETS),
            Decimal(0),
        )
        / MILLION
    )
    shown = {bucket: str(rates.rates[bucket]) for bucket in BUCKETS if getattr(tokens, bucket)}
    return Cost(usd=usd, price={"source": rates.source, "model": rates.model, "rates": shown})


def prompt_size(tokens: Tokens) -> int:
    return tokens.input + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h


def own_rates(model: str, table: dict[str, Any]) -> Rates | None:
    try:
        given = {bucket: Decimal(str(rate)) for bucket, rate in table.items() if bucket in BUCKETS}
        rates = {bucket: given.get(bucket, given["input"]) for bucket in BUCKETS}
    except (ArithmeticError, KeyError):
        return None
    return Rates(rates=rates, source="project", model=model)


@lru_cache(maxsize=4096)
def rates_for(model: str, day: date | None) -> Rates | None:
    return rates_for_size(model, day, 0)


def rates_for_size(model: str, day: date | None, size: int) -> Rates | None:
    """Look the model up as it was priced on `day`, for a prompt of `size` tokens."""
    for name in spellings(model):
        found = look_up(name, day)
        if found is not None:
            prices = found.model_price.__dict__
            return Rates(
                rates={bucket: rate(prices, names, size) for bucket, names in RATE_NAMES.items()},
                source=f"genai-prices {__version__}",
                model=found.model.id,
                tiered=any(hasattr(price, "tiers") for price in prices.values()),
            )
    return None


@lru_cache(maxsize=4096)
def look_up(name: str, day: date | None) -> Any:
    at = datetime(day.year, day.month, day.day) if day else None
    try:
        return calc_price(
            Usage(input_tokens=0, output_tokens=0),
            model_ref=name,
            genai_request_timestamp=at,
        )
    except (LookupError, ValueError):
        return None


@lru_cache(maxsize=1024)
def window_of(model: str) -> int | None:
    """Look up how many tokens a model takes at once; None where that is not known."""
    found = next(filter(None, (look_up(name, None) for name in spellings(model))), None)
    return found.model.context_window if found is not None else None


def spellings(model: str) -> list[str]:
    """A model's name as sent, without a context-size mark ("[1m]"), and without a gateway's prefix."""
    bare = model.split("[", 1)[0].strip()
    return list(dict.fromkeys([model, bare, bare.rsplit("/", 1)[-1]]))


def rate(prices: dict[str, Any], names: tuple[str, ...], size: int) -> Decimal:
    for name in names:
        price = prices.get(name)
        if price is not None:
            return tier_of(price, size)
    return Decimal(0)


def tier_of(price: Any, size: int) -> Decimal:
    """Dollars per million tokens: the tier that a prompt of `size` tokens falls in."""
    if not hasattr(price, "tiers"):
        return Decimal(price)
    reached = [tier.price for tier in price.tiers if size > tier.start]
    return Decimal(reached[-1] if reached else price.base)
