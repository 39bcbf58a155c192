"""What a project's runs come to: bars by day, tables, and a link to the runs behind each number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from runs.findings.found import Severity
from runs.findings.limits import OVERVIEW_ROWS
from runs.findings.signatures import SIGNATURES
from runs.periods import Period
from runs.queries.overview import RunsSummed, SignatureSummed
from runs.shown.runs import cost_words
from runs.words import duration, share, tokens

#: A chart is as high as this, in units of its viewBox; a day is BAR wide.
HEIGHT, BAR, GAP = 60, 10, 2
CHARTS: dict[str, tuple[Callable[[RunsSummed], float], Callable[[RunsSummed], str]]] = {
    "Runs": (lambda row: row.runs, lambda row: f"{row.runs:,}"),
    "Failed runs": (lambda row: row.failed, lambda row: f"{row.failed:,}"),
    "Cost": (lambda row: float(row.cost_usd), lambda row: _cost(row)),
    "Tokens": (lambda row: row.tokens, lambda row: tokens(row.tokens)),
    "Model call, mean": (lambda row: _mean(row) or 0, lambda row: duration(_mean(row))),
}
TABLES = {"agent": "Agents", "model": "Models", "repo": "Repositories", "person": "People"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One day of a chart; a whole column can be hit."""

    x: int
    y: float
    height: float
    url: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Bars by day; `total` stands above them."""

    name: str
    total: str
    url: str
    width: int
    bars: list[Bar]


@dataclass(frozen=True, kw_only=True, slots=True)
class SumRow:
    """One line of a table."""

    name: str
    url: str
    done_url: str
    failed_url: str
    runs: str
    done: str
    failed: str
    has_failed: bool
    cost: str
    note: str
    tokens: str
    latency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SumTable:
    """Runs by what they share."""

    title: str
    rows: list[SumRow]
    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureRow:
    """One signature's line."""

    name: str
    url: str
    severity: str
    runs: str
    share: str
    times: str


@dataclass(frozen=True, kw_only=True)
class RunLinks:
    """Writes links to the run list."""

    base: str
    kept: Mapping[str, str]  #: filters of the page
    period: Period

    def of(self, day: date | None = None, **filters: str) -> str:
        since = self.period.since.date() if day is None else day
        last = (self.period.until - timedelta(days=1)).date() if day is None else day
        until = datetime.combine(last, datetime.max.time()).isoformat() + "Z"
        told = {**self.kept, **filters, "since": since.isoformat(), "until": until}
        return f"{self.base}?{urlencode({name: value for name, value in told.items() if value})}"


def charts_of(rows: Iterable[RunsSummed], period: Period, links: RunLinks) -> list[Chart]:
    """Draw the sums by day."""
    by_day = {row.day: row for row in rows if row.by == "day"}
    [total] = [row for row in rows if not row.by]
    days = [slot.date() for slot in period.slots]
    return [
        Chart(
            name=name,
            total=words(total),
            url=links.of(**_filters(name)),
            width=len(days) * (BAR + GAP),
            bars=_bars([(by_day.get(day), day) for day in days], value, words, links, _filters(name)),
        )
        for name, (value, words) in CHARTS.items()
    ]


def _filters(chart: str) -> dict[str, str]:
    return {"status": "failed"} if chart == "Failed runs" else {}


def _bars(
    days: Sequence[tuple[RunsSummed | None, date]],
    value: Callable[[RunsSummed], float],
    words: Callable[[RunsSummed], str],
    links: RunLinks,
    filters: dict[str, str],
) -> list[Bar]:
    most = max((value(row) for row, _ in days if row), default=0) or 1
    bars = []
    for place, (row, day) in enumerate(days):
        if row is None or not value(row):
            continue
        height = round(max(1.0, HEIGHT * value(row) / most), 1)
        bars.append(
            Bar(
                x=place * (BAR + GAP),
                y=round(HEIGHT - height, 1),
                height=height,
                url=links.of(day, **filters),
                title=f"{day:%d %b}: {words(row)}",
            )
        )
    return bars


def day_rows(rows: Iterable[RunsSummed], links: RunLinks) -> list[SumRow]:
    """Write the days as a table, the newest first: what the charts say in words."""
    days = sorted((row for row in rows if row.by == "day"), key=lambda row: str(row.day), reverse=True)
    return [_row(row, f"{row.day:%d %b %Y}", links, day=row.day) for row in days]


def tables_of(rows: Iterable[RunsSummed], links: RunLinks) -> list[SumTable]:
    """Write a table for agents, models, repositories and people, those of most runs first."""
    tables = []
    for by, title in TABLES.items():
        found = sorted((row for row in rows if row.by == by), key=lambda row: (-row.runs, row.name))
        named = [row for row in found if row.name]
        shown = [_row(row, row.name, links, **{by: row.name}) for row in named[:OVERVIEW_ROWS]]
        if shown:
            tables.append(SumTable(title=title, rows=shown, left=len(named) - len(shown)))
    return tables


def _row(row: RunsSummed, name: str, links: RunLinks, **filters: Any) -> SumRow:
    cost, note = _cost_and_note(row)
    return SumRow(
        name=name,
        url=links.of(**filters),
        done_url=links.of(**filters, status="done"),
        failed_url=links.of(**filters, status="failed"),
        runs=f"{row.runs:,}",
        done=share(row.done, row.runs),
        failed=share(row.failed, row.runs),
        has_failed=bool(row.failed),
        cost=cost,
        note=note,
        tokens=tokens(row.tokens),
        latency=duration(_mean(row)),
    )


def signature_rows(
    found: Iterable[SignatureSummed], rows: Iterable[RunsSummed], links: RunLinks
) -> list[SignatureRow]:
    """Write the signatures, the most severe first."""
    [total] = [row for row in rows if not row.by]
    return [
        SignatureRow(
            name=SIGNATURES[one.slug].name,
            url=links.of(finding=one.slug),
            severity=Severity(one.severity).name.lower(),
            runs=f"{one.runs:,}",
            share=share(one.runs, total.runs),
            times=f"{one.times:,}",
        )
        for one in found
        if one.slug in SIGNATURES
    ]


def _mean(row: RunsSummed) -> float | None:
    return row.llm_ms / row.calls if row.calls and row.llm_ms else None


def _cost(row: RunsSummed) -> str:
    return _cost_and_note(row)[0]


def _cost_and_note(row: RunsSummed) -> tuple[str, str]:
    calls = max(row.calls, row.unpriced_calls)
    return cost_words(
        row.cost_usd, calls=calls, unpriced=row.unpriced_calls, lower_bound=row.lower_bound_calls
    )
