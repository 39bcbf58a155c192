"""What single model calls took, read off counters that only ever grow (FORMATS 0.1, 4.3)."""

from typing import Any

from ingest import wild
from ingest.formats.events.usage import MOST
from ingest.trajectories.answers import inclusive_tokens
from runs.records import Tokens

#: Counter → the spelling that `inclusive_tokens` reads.
COUNTERS = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
    "reasoning_tokens": "reasoning_tokens",
}


class Meter:
    """Remembers how far the counters of one model had come."""

    def __init__(self) -> None:
        self.read: dict[str, int] = {}
        self.spent = 0.0
        self.model: str | None = None
        self.waiting: dict[str, int] = {}  #: counted, and not yet given to a call
        self.cost = 0.0  #: likewise

    def show(self, metrics: object) -> None:
        """Take a new reading of the counters."""
        told = wild.mapping(metrics)
        usage = wild.mapping(told.get("accumulated_token_usage"))
        named = wild.text(told.get("model_name")) or wild.text(usage.get("model"))
        self.model = named if named and named != "default" else self.model
        for name, spelled in COUNTERS.items():
            now = wild.integer(usage.get(name), MOST)
            if now is not None and now > self.read.get(name, 0):
                more = now - self.read.get(name, 0)
                self.waiting[spelled] = self.waiting.get(spelled, 0) + more
                self.read[name] = now
        spent = wild.number(told.get("accumulated_cost"))
        if spent is not None and spent > self.spent:
            self.cost += spent - self.spent
            self.spent = spent

    def take_tokens(self) -> tuple[Tokens | None, dict[str, Any] | None]:
        """Give what was counted since the last call: its buckets, and as the counters had it."""
        usage, self.waiting = self.waiting, {}
        return (inclusive_tokens(usage), usage) if usage else (None, None)

    def take_cost(self) -> float | None:
        """Give what was spent since the last call."""
        cost, self.cost = self.cost, 0.0
        return cost or None
