"""Tools of a project: heat maps, their table, and the calls behind each number."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from runs.findings.limits import CALLS_PAGE, FAILED_READ, SLOWEST_SHOWN
from runs.heat import servers_of, slow_bucket, uses_of
from runs.latencies import COLUMNS, bounds_of, buckets_of
from runs.limits import FILTER_CHARS
from runs.periods import PRESETS, Period, read_period
from runs.queries.sums import choices_of
from runs.queries.toolfacets import facet_rows
from runs.queries.tools import (
    FACETS,
    Call,
    CallCursor,
    CallFilter,
    ToolFilter,
    ToolRow,
    calls_of,
    failed_calls,
    slowest_calls,
    tool_rows,
)
from runs.shown.failing import calls_alike, failing_rows
from runs.shown.tool_use import (
    COLOURS,
    HEADS,
    SORTS,
    TABLES,
    Links,
    call_rows,
    heads_of,
    heat_by_latency,
    heat_by_time,
    latency_heads,
    use_rows,
)
from runs.views.filters import Chip, menu_chip, query_string
from teams.access import project_for
from teams.models import Project

_FILTERS = ("agent", "model", "repo", "server")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@require_GET
@login_required
def show_tools(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the tools of a project in a period."""
    found = project_for(request.user, team, project)
    period = read_period(request.GET, now=timezone.now())
    chosen = read_tool_filter(request.GET)
    rows = tool_rows(found, period, chosen)
    context = {
        "project": found,
        "team": found.team,
        "period": period,
        "chosen": _kept(request.GET, period),
        "chips": chips_for(found, request.GET, period),
        **_tables(request.GET, rows, period),
        **_table_by(request.GET, found, rows, period, chosen),
        **_lists(found, rows, period, chosen, Links(kept=_kept(request.GET, period))),
    }
    return render(request, "runs/tools.html", context)


def _tables(query: Mapping[str, str], rows: list[ToolRow], period: Period) -> dict[str, Any]:
    colour = query.get("colour", "") if query.get("colour") in COLOURS else "p95"
    sort = query.get("sort", "") if query.get("sort") in SORTS else "calls"
    kept, uses = _kept(query, period), [use for use in uses_of(rows) if use.now.calls]
    links, told = Links(kept=kept), kept | {"sort": sort, "by": _by(query)}
    return {
        "colour": colour,
        "colours": [(words, query_string(told, colour=name), name == colour)
                    for name, words in COLOURS.items()],
        "time_heads": heads_of(period),
        "by_time": heat_by_time(uses, period, links, colour=colour),
        "latency_heads": latency_heads(),
        "by_latency": heat_by_latency(uses, links, colour=colour),
        "servers": use_rows(servers_of(rows), links, by="server", sort=sort),
        "failing": use_rows([use for use in uses if use.now.failures], links, by="tool", sort="failed")[:5],
        "left": rows[0].tools - len(uses) if rows else 0,
    }  # fmt: skip


def _table_by(
    query: Mapping[str, str], project: Project, rows: list[ToolRow], period: Period, chosen: ToolFilter
) -> dict[str, Any]:
    """Build the table: a line a tool, or an agent, a model or a repository."""
    by = _by(query)
    sort = query.get("sort", "") if query.get("sort") in SORTS else "calls"
    told = _kept(query, period) | {"colour": query.get("colour", ""), "sort": sort, "by": by}
    shown = rows if by == "tool" else facet_rows(project, period, chosen, by=by)
    return {
        "by": by,
        "title": TABLES[by][1],
        "tables": [(words[1], query_string(told, by=name), name == by) for name, words in TABLES.items()],
        "noun": TABLES[by][0],
        "heads": [(words, query_string(told, sort=name), name == sort) for name, words in HEADS.items()],
        "rows": use_rows(uses_of(shown), Links(kept=_kept(query, period)), by=by, sort=sort),
    }


def _by(query: Mapping[str, str]) -> str:
    return query["by"] if query.get("by") in FACETS else "tool"


def _lists(
    project: Project, rows: list[ToolRow], period: Period, chosen: ToolFilter, links: Links
) -> dict[str, Any]:
    buckets: dict[int, int] = {}
    for row in rows:
        if row.slot is not None and row.bucket >= 0:
            buckets[row.bucket] = buckets.get(row.bucket, 0) + row.calls
    slowest, failed = [], []
    if buckets:
        slowest = slowest_calls(project, period, chosen, bucket=slow_bucket(buckets, SLOWEST_SHOWN))
    if any(row.failures for row in rows if row.slot is not None):
        failed = failed_calls(project, period, chosen)
    return {
        "slowest": call_rows(slowest),
        "failing_calls": failing_rows(failed, links),
        "failed": f"{len(failed):,}",
        "is_cut": len(failed) == FAILED_READ,
    }


@require_GET
@login_required
def show_calls(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the calls behind a number of the page of tools, newest first."""
    found = project_for(request.user, team, project)
    period = read_period(request.GET, now=timezone.now())
    wanted, kept = read_calls(request.GET), _kept(request.GET, period)
    kept |= {
        name: request.GET[name][:FILTER_CHARS]
        for name in ("tool", "took", "failed", "asked")
        if name in request.GET
    }
    before = read_place(request.GET.get("before", ""))
    calls = _read_calls(found, period, request.GET, before=before)
    shown = calls[:CALLS_PAGE]
    older = query_string(kept, before=write_place(shown[-1])) if len(calls) > CALLS_PAGE else ""
    context = {
        "project": found,
        "team": found.team,
        "period": period,
        "wanted": wanted,
        "asked": kept.get("asked", ""),
        "server": request.GET.get("server", ""),
        "took": latency_heads()[int(kept["took"])] if wanted.buckets else "",
        "rows": call_rows(shown),
        "older": older,
        "newest": query_string(kept) if before else "",
        "back": query_string(_kept(request.GET, period) | {"at": ""}),
    }  # fmt: skip
    return render(request, "runs/calls.html", context)


def _read_calls(
    project: Project, period: Period, query: Mapping[str, str], *, before: CallCursor | None
) -> list[Call]:
    """Read calls, newest first, one more than a page shows; of those that asked the same, the failed ones."""
    chosen, wanted = read_tool_filter(query), read_calls(query)
    if not (asked := query.get("asked", "")):
        return calls_of(project, period, chosen, wanted, before=before)
    alike = calls_alike(failed_calls(project, period, chosen), tool=wanted.tool, asked=asked)
    if before:
        alike = [call for call in alike if (call.started_at, call.run_id, call.seq) < before]
    return alike[: CALLS_PAGE + 1]


def read_tool_filter(query: Mapping[str, str]) -> ToolFilter:
    """Read whose calls are asked for."""
    told = {name: query.get(name, "").replace("\0", "").strip()[:FILTER_CHARS] for name in _FILTERS}
    return ToolFilter(**told)


def read_calls(query: Mapping[str, str]) -> CallFilter:
    """Read which calls are asked for; what means nothing is left out."""
    took = query.get("took", "")
    column = int(took) if took.isascii() and took.isdigit() and len(took) < 3 else COLUMNS
    buckets = buckets_of(column) if column < COLUMNS else None
    return CallFilter(
        tool=query.get("tool", "").replace("\0", "")[:FILTER_CHARS],
        buckets=buckets,
        bounds=bounds_of(*buckets) if buckets else None,
        failed=query.get("failed") == "1",
    )


def chips_for(
    project: Project,
    query: Mapping[str, str],
    period: Period,
    *,
    presets: Mapping[str, tuple[str, timedelta]] = PRESETS,
) -> list[Chip]:
    """Build the filters: agent, model and repository, and an MCP server where one is chosen."""
    kept = _kept(query, period)
    kept |= {name: query[name] for name in ("colour", "sort", "by") if query.get(name)}
    periods = {name: words for name, (words, _) in presets.items()}
    when = menu_chip(kept | {"from": "", "to": ""}, "when", "When", periods)
    when = replace(when, value=period.words, clear_url="")
    chips = [when]
    for name in ("agent", "model", "repo"):
        offered = choices_of(project, name)
        given = kept.get(name, "")
        options = {value: value for value in ([given] if given and given not in offered else []) + offered}
        chips.append(menu_chip(kept, name, name.title(), options))
    if kept.get("server"):
        chips.append(menu_chip(kept, "server", "MCP server", {kept["server"]: kept["server"]}))
    return chips


def _kept(query: Mapping[str, str], period: Period) -> dict[str, str]:
    filters = {name: query[name][:FILTER_CHARS] for name in _FILTERS if query.get(name)}
    return dict(period.query) | filters


def read_place(value: str) -> CallCursor | None:
    """Read a place in the list of calls; None when it is none."""
    try:
        moment, run_id, seq = value.split("_")
        return CallCursor(_EPOCH + timedelta(microseconds=int(moment)), UUID(run_id), int(seq) % 2**31)
    except (ValueError, OverflowError):
        return None


def write_place(call: Call) -> str:
    """Write a place in the list of calls."""
    return f"{(call.started_at - _EPOCH) // timedelta(microseconds=1)}_{call.run_id}_{call.seq}"
