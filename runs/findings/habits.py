"""How long calls of a tool take in a project, as the sums of tool calls tell it. Pure."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from runs.latencies import percentile_of


class Habit(Struct, frozen=True, kw_only=True):
    """Calls of one tool in some time."""

    p95_ms: int = 0  #: at most 10 % off
    calls: int = 0  #: whose duration is known


#: Gives what is known of some tools; asked only where a rule needs it.
AskHabits = Callable[[Iterable[str]], Mapping[str, Habit]]


def habit_of(counts: Mapping[int, int]) -> Habit:
    """Sum up calls by latency bucket."""
    calls = sum(number for bucket, number in counts.items() if bucket >= 0)
    return Habit(p95_ms=percentile_of(counts, 95) or 0, calls=calls)


def no_habits(tools: Iterable[str]) -> Mapping[str, Habit]:
    """Know nothing of any tool."""
    return {}
