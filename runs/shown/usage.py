"""What a model call used and cost, bucket by bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from runs.models import Step
from runs.words import count, money

_BUCKETS = (
    ("input", "input_tokens", "Input, not cached"),
    ("cache_read", "cache_read_tokens", "Read from the cache"),
    ("cache_write_5m", "cache_write_5m_tokens", "Written to the cache, 5 min"),
    ("cache_write_1h", "cache_write_1h_tokens", "Written to the cache, 1 h"),
    ("output", "output_tokens", "Output"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceLine:
    """One bucket of a call's usage, and what it cost."""

    name: str
    tokens: str
    rate: str
    cost: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a call used and cost, line by line."""

    lines: list[PriceLine]
    total: str
    source: str
    notes: list[str]


def usage_shown(step: Step) -> Usage | None:
    """Explain what a call cost: tokens × rate, bucket by bucket."""
    given = [(name, label, getattr(step, column)) for name, column, label in _BUCKETS]
    if all(value is None for _, _, value in given):
        return None
    rates = (step.price or {}).get("rates", {})
    lines = [_price_line(label, value, rates.get(name)) for name, label, value in given if value]
    return Usage(
        lines=lines,
        total=money(step.cost_usd) if step.cost_usd is not None else "unknown",
        source=_price_source(step),
        notes=list(_usage_notes(step)),
    )


def _price_line(label: str, value: int, rate: str | None) -> PriceLine:
    if rate is None:
        return PriceLine(name=label, tokens=count(value), rate="", cost="")
    cost = Decimal(rate) * value / 1_000_000
    return PriceLine(
        name=label, tokens=count(value), rate=f"${Decimal(rate).normalize():f}", cost=money(cost)
    )


def _price_source(step: Step) -> str:
    if step.price is None:
        return f"No price is known for {step.model or 'this model'}."
    if step.price.get("source") == "reported":
        return "The cost as the source reported it."
    model, source = step.price.get("model", step.model), step.price.get("source")
    return f"Dollars per million tokens of {model}, from {source}."


def _usage_notes(step: Step) -> Iterator[str]:
    if step.reasoning_tokens:
        yield f"{count(step.reasoning_tokens)} of the output tokens are reasoning."
    if step.lower_bound:
        yield "The output tokens were not reported in full: the real cost is higher."
    if step.copied:
        yield "Billed to another run, which made this very call."


def fresh_tokens(step: Step) -> int | None:
    """Count the tokens of the prompt that did not come from the cache; None when the source told none."""
    parts = (step.input_tokens, step.cache_write_5m_tokens, step.cache_write_1h_tokens)
    return None if all(part is None for part in parts) else sum(part or 0 for part in parts)
