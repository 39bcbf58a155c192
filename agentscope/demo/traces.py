"""Events with times relative to the start of the run, and how they become lines of the native format."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import exp
from typing import Any

import msgspec
from msgspec import Struct, field

Seconds = float
Clock = Callable[[Seconds], Seconds]

#: Seconds that a watcher needs to see that something begins, and the events that do.
GLANCE, BEGINNINGS = 0.35, frozenset({"llm_call", "tool_call", "agent_start"})


class Event(Struct, frozen=True, kw_only=True):
    """One event. `spans` are fields in milliseconds, each given by the two times it lies between."""

    at: Seconds
    kind: str
    fields: dict[str, Any]
    spans: dict[str, tuple[Seconds, Seconds]] = field(default_factory=dict)


class Trace(Struct, frozen=True, kw_only=True):
    """The events of one run, in order."""

    run: str
    events: list[Event]

    @property
    def seconds(self) -> Seconds:
        """The length of the run."""
        return self.events[-1].at

    def lines(self, start: datetime, *, clock: Clock = lambda at: at) -> Iterator[bytes]:
        """Write the events as lines without newline, for a run that began at `start`."""
        for event in self.events:
            spans = {
                name: round((clock(end) - clock(begin)) * 1000) for name, (begin, end) in event.spans.items()
            }
            at = start + timedelta(seconds=clock(event.at))
            yield msgspec.json.encode(
                {"v": 1, "run": self.run, "ts": at, "kind": event.kind, **event.fields, **spans}
            )

    def renamed(self, run: str) -> "Trace":
        """The same events for another run."""
        return Trace(run=run, events=self.events)


def shortened(gap: Seconds, *, pause: Seconds) -> Seconds:
    """Shorten a silence so that none reaches `pause`, and longer ones still feel longer."""
    return gap if gap < 1 else 1 + (pause - 1) * (1 - exp(-(gap - 1) / 4))


def paced(trace: Trace, *, pause: Seconds, most: Seconds) -> Clock:
    """Make a clock for people who watch: no silence is longer than `pause`, no call comes before `GLANCE`,
    and the whole run is no longer than `most`."""
    told, shown = [0.0], [0.0]
    for event in trace.events:
        gap = shortened(event.at - told[-1], pause=pause)
        told.append(event.at)
        shown.append(shown[-1] + (max(gap, GLANCE) if event.kind in BEGINNINGS else gap))
    scale = min(1.0, most / shown[-1]) if shown[-1] else 1.0

    def clock(at: Seconds) -> Seconds:
        n = min(max(bisect_right(told, at), 1), len(told) - 1)
        gap = told[n] - told[n - 1]
        part = (at - told[n - 1]) / gap if gap else 0.0
        return scale * (shown[n - 1] + part * (shown[n] - shown[n - 1]))

    return clock
