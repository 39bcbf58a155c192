"""The page over a project's tools: heat maps, the table, the slowest calls."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from runs.heat import FAILURE_LEVELS, P95_LEVELS, SHARE_LEVELS, Tally, Use, level_of
from runs.latencies import COLUMNS, bounds_of, buckets_of
from runs.periods import Period, name_of_slot
from runs.queries.tools import Call
from runs.tools import COMMAND_NAMES, PATH_NAMES, arguments_of, text_in
from runs.words import duration, one_line, share, size, tokens

#: Name in the URL -> what to sort a table by.
SORTS: dict[str, Callable[[Use], Any]] = {
    "calls": lambda use: use.now.calls,
    "failures": lambda use: use.now.rate,
    "failed": lambda use: use.now.failures,
    "p50": lambda use: use.now.percentile(50) or -1,
    "p95": lambda use: use.now.percentile(95) or -1,
    "p99": lambda use: use.now.percentile(99) or -1,
    "size": lambda use: use.now.bytes,
    "tokens": lambda use: use.now.tokens,
    "retries": lambda use: use.now.retries,
    "trend": lambda use: use.now.calls / use.before.calls if use.before.calls else 1e9,
}
HEADS = {
    "calls": "Calls", "trend": "Trend", "failures": "Failed", "p50": "p50", "p95": "p95", "p99": "p99",
    "size": "Results", "tokens": "Tokens", "retries": "Retries",
}  # fmt: skip
_TELLING = ("pattern", "query", "url", "description", "prompt")
#: What a table has a line for -> words for one, and for all.
TABLES = {
    "tool": ("Tool", "Tools"), "agent": ("Agent", "Agents"), "model": ("Model", "Models"),
    "repo": ("Repository", "Repositories"),
}  # fmt: skip
COLOURS = {"p95": "p95", "failures": "failure rate"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One field of a heat map."""

    calls: str = ""
    url: str = ""
    title: str = ""
    level: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatRow:
    """One tool's line of a heat map."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class UseRow:
    """One line of the table."""

    name: str
    name_url: str  #: what its name leads to: calls of a tool, else the page of it alone
    url: str
    failed_url: str
    calls: str
    trend: str
    trend_title: str
    failed: str
    failed_before: str  #: where it was another
    failures: int
    p50: str
    p95: str
    p95_before: str  #: where it was another
    p99: str
    size: str
    size_each: str
    tokens: str
    retries: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRow:
    """One call in a list."""

    run_id: UUID
    seq: int
    run: str
    tool: str
    input: str
    status: str
    failed: bool
    error: str
    at: datetime
    took: str
    size: str


@dataclass(frozen=True, kw_only=True)
class Links:
    """Writes links to calls of what the page shows."""

    kept: Mapping[str, str]  #: filters and period, as they stand in the URL

    def page(self, **changes: str) -> str:
        """Link the page of tools itself."""
        told = {**self.kept, **changes}
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def calls(self, **changes: str) -> str:
        told = {**self.kept, **changes}
        if "at" in changes:
            told = {name: value for name, value in told.items() if name not in ("when", "from", "to")}
        return "../calls/?" + urlencode({name: value for name, value in told.items() if value})


def heads_of(period: Period) -> list[str]:
    """Write what stands above the columns: hours, or days, with the month where one begins."""
    if period.is_hourly:
        return [slot.strftime("%H") for slot in period.slots]
    slots = period.slots
    return [slot.strftime("%d" if slot.day > 1 and slot != slots[0] else "%d %b") for slot in slots]


def heat_by_time(uses: Sequence[Use], period: Period, links: Links, *, colour: str) -> list[HeatRow]:
    """Lay out tools by hour or day."""
    hourly = period.is_hourly
    slots = [(slot, name_of_slot(slot, hourly=hourly)) for slot in period.slots]

    def cell(use: Use, slot: datetime, at: str) -> Cell:
        return _cell(use.slots[slot], links.calls(tool=use.name, at=at), colour)

    return [
        HeatRow(
            name=use.name,
            cells=[cell(use, slot, at) if slot in use.slots else Cell() for slot, at in slots],
        )
        for use in uses
    ]


def latency_heads() -> list[str]:
    """Write what stands above the columns of latency."""
    bounds = [bounds_of(*buckets_of(column)) for column in range(COLUMNS)]
    return [f"under {duration(bounds[0][1])}", *(f"{duration(low)}" for low, _ in bounds[1:])]


def heat_by_latency(uses: Sequence[Use], links: Links, *, colour: str) -> list[HeatRow]:
    """Lay out tools by how long their calls took; warm is where most calls are, or where most fail."""

    def cell(use: Use, column: int) -> Cell:
        tally = use.columns[column]
        url = links.calls(tool=use.name, took=str(column))
        if colour == "failures":
            return _cell(tally, url, colour)
        level = level_of(tally.calls / use.now.calls, SHARE_LEVELS)
        return Cell(calls=tokens(tally.calls), url=url, title=_words(tally), level=level)

    return [
        HeatRow(
            name=use.name,
            cells=[cell(use, column) if column in use.columns else Cell() for column in range(COLUMNS)],
        )
        for use in uses
    ]


def _cell(tally: Tally, url: str, colour: str) -> Cell:
    if colour == "failures":
        level = level_of(tally.rate, FAILURE_LEVELS)
    else:
        level = level_of(tally.percentile(95) or 0, P95_LEVELS)
    return Cell(calls=tokens(tally.calls), url=url, title=_words(tally), level=level)


def _words(tally: Tally) -> str:
    slow = duration(tally.percentile(95))
    return ", ".join(filter(None, (f"p95 {slow}" if slow else "", f"{tally.failures:,} failed")))


def use_rows(uses: Iterable[Use], links: Links, *, by: str, sort: str) -> list[UseRow]:
    """Write the lines of the table, the most of what it is sorted by first."""
    ordered = sorted(uses, key=lambda use: use.name)
    if sort in SORTS:
        ordered.sort(key=SORTS[sort], reverse=True)
    return [_use_row(use, links, by) for use in ordered if use.now.calls]


def _use_row(use: Use, links: Links, by: str) -> UseRow:
    now, before = use.now, use.before
    return UseRow(
        name=use.name,
        name_url=links.calls(tool=use.name) if by == "tool" else links.page(**{by: use.name}),
        url=links.calls(**{by: use.name}),
        failed_url=links.calls(**{by: use.name, "failed": "1"}),
        calls=f"{now.calls:,}",
        trend=_trend(now.calls, before.calls),
        trend_title=f"{before.calls:,} calls, {share(before.failures, before.calls)} failed before",
        failed=share(now.failures, now.calls),
        failed_before=_before(share(now.failures, now.calls), share(before.failures, before.calls), before),
        failures=now.failures,
        p50=duration(now.percentile(50)),
        p95=duration(now.percentile(95)),
        p95_before=_before(duration(now.percentile(95)), duration(before.percentile(95)), before),
        p99=duration(now.percentile(99)),
        size=size(now.bytes),
        size_each=f"{size(now.bytes // now.calls)} a call",
        tokens=tokens(now.tokens),
        retries=f"{now.retries:,}",
    )


def _before(now: str, before: str, calls: Tally) -> str:
    """Give what a figure was in the time before, if there were calls and it was another one."""
    return before if calls.calls and before != now else ""


def _trend(now: int, before: int) -> str:
    if not before:
        return "new"
    percent = round(100 * (now - before) / before)
    return "same" if not percent else f"{'+' if percent > 0 else '−'}{abs(percent):,} %"


def asked_of(call: Call) -> str:
    """Take the one argument that says what a call is about, else all of them; on one line."""
    told = text_in(arguments_of(call.input), *COMMAND_NAMES, *PATH_NAMES, *_TELLING)
    return one_line(told or call.input, limit=120)


def call_rows(calls: Iterable[Call]) -> list[CallRow]:
    """Write calls for a list."""
    return [
        CallRow(
            run_id=call.run_id,
            seq=call.seq,
            run=one_line(call.name or call.task, limit=80) or call.external_id,
            tool=call.tool,
            input=asked_of(call),
            status=call.status,
            failed=call.status in ("failed", "denied"),
            error=one_line(call.error, limit=160),
            at=call.started_at,
            took=duration(call.ms),
            size=size(call.size),
        )
        for call in calls
    ]
