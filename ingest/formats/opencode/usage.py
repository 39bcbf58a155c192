"""Tokens and money of opencode's steps: the cache lies beside the input (FORMATS.md 0.1)."""

from typing import Any

from ingest import wild
from ingest.formats.events.usage import MOST
from runs.records import Tokens


def tokens_of(told: object) -> Tokens | None:
    """Read the tokens of a step. Since about 1.3 reasoning lies beside the output; the total says so."""
    usage = wild.mapping(told)
    cache = wild.mapping(usage.get("cache"))

    def count(value: object) -> int:
        return wild.integer(value, MOST) or 0

    entered, output, reasoning = (count(usage.get(name)) for name in ("input", "output", "reasoning"))
    read, written = count(cache.get("read")), count(cache.get("write"))
    if not any((entered, output, reasoning, read, written)):
        return None
    is_beside = count(usage.get("total")) == entered + output + reasoning + read + written
    whole = output + reasoning if is_beside else output
    return Tokens(
        input=entered,
        cache_read=read,
        cache_write_5m=written,
        output=whole,
        reasoning=min(reasoning, whole),
    )


def cost_of(told: Any) -> float | None:
    """Read what a step cost; 0 is what a model without a known price costs."""
    return wild.number(told) or None
