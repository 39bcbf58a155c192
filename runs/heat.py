"""Sums of tool calls as tables: by tool, by hour or day, by latency, by MCP server. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from runs.latencies import UNKNOWN, column_of, percentile_of

#: Milliseconds from which a cell is warmer, and shares of failed calls.
P95_LEVELS = (100, 300, 1_000, 3_000, 10_000, 30_000)
FAILURE_LEVELS = (0.000_001, 0.05, 0.1, 0.2, 0.35, 0.5)
SHARE_LEVELS = (0.000_001, 0.05, 0.1, 0.2, 0.4, 0.6)


class Summed(Protocol):
    """Calls of one tool, slot and bucket; no slot: the period before."""

    @property
    def tool(self) -> str: ...
    @property
    def slot(self) -> datetime | None: ...
    @property
    def bucket(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def failures(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def retries(self) -> int: ...


@dataclass(slots=True)
class Tally:
    """What some calls come to."""

    calls: int = 0
    failures: int = 0
    bytes: int = 0
    tokens: int = 0
    retries: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, row: Summed) -> None:
        self.calls += row.calls
        self.failures += row.failures
        self.bytes += row.bytes
        self.tokens += row.tokens
        self.retries += row.retries
        self.buckets[row.bucket] += row.calls

    @property
    def rate(self) -> float:
        return self.failures / self.calls if self.calls else 0.0

    def percentile(self, percent: int) -> int | None:
        return percentile_of(self.buckets, percent)


@dataclass(slots=True)
class Use:
    """One tool, or one MCP server, in a period."""

    name: str
    now: Tally = field(default_factory=Tally)
    before: Tally = field(default_factory=Tally)
    slots: dict[datetime, Tally] = field(default_factory=lambda: defaultdict(Tally))
    columns: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, row: Summed) -> None:
        if row.slot is None:
            self.before.add(row)
            return
        self.now.add(row)
        self.slots[row.slot].add(row)
        if row.bucket != UNKNOWN:
            self.columns[column_of(row.bucket)].add(row)


def uses_of(rows: Iterable[Summed]) -> list[Use]:
    """Gather rows by tool, those of most calls first."""
    uses: dict[str, Use] = {}
    for row in rows:
        uses.setdefault(row.tool, Use(row.tool)).add(row)
    return sorted(uses.values(), key=lambda use: (-use.now.calls, use.name))


def servers_of(rows: Iterable[Summed]) -> list[Use]:
    """Gather the rows of MCP tools by their server."""
    uses: dict[str, Use] = {}
    for row in rows:
        if server := server_of(row.tool):
            uses.setdefault(server, Use(server)).add(row)
    return sorted(uses.values(), key=lambda use: (-use.now.calls, use.name))


def server_of(tool: str) -> str:
    """Name the MCP server of a tool: `mcp__github__get_issue` is of `github`; empty for others."""
    head, _, rest = tool.partition("__")
    server, found, _ = rest.partition("__")
    return server if head == "mcp" and found else ""


def level_of(value: float, levels: tuple[float, ...]) -> int:
    """Say how warm a value is: 0 is the coldest."""
    return sum(value >= level for level in levels)


def slow_bucket(buckets: Mapping[int, int], wanted: int) -> int:
    """Find the bucket from which on there are so many calls."""
    for bucket in sorted(buckets, reverse=True):
        wanted -= buckets[bucket]
        if wanted <= 0:
            return bucket
    return 0
