"""The Log: every step on a line of its own, filtered, each with its record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.api.serializers import StepSerializer
from runs.contents import read_blobs
from runs.fragments import hidden_among, place_of
from runs.limits import LOG_OPEN, LOG_ROWS
from runs.models import Run
from runs.queries.logs import (
    LogCount,
    LogFilter,
    changed_after,
    choices_in_log,
    count_in_log,
    count_rows,
    counts_without,
    log_rows,
    paths_changed,
    rows_among,
)
from runs.queries.runs import run_of
from runs.queries.steps import row_of, step_of
from runs.queries.windows import Row, Window, after_row, around_number, before_row, first_of
from runs.shown.logs import LogPlace, LogRow, Record, log_row, open_records, toggled
from runs.shown.steps import Around, Place
from runs.shown.texts import plain
from runs.views.filters import query_string
from runs.views.log_filters import (
    LABELS,
    OPTIONS,
    chips_of_log,
    choices_shown,
    chosen_in,
    cleared,
    filter_in,
    state_in,
)
from runs.views.panels import panel_of
from runs.views.runs import miss_step, run_context
from runs.views.timelines import number_in
from teams.access import project_for
from teams.models import Project

State = Mapping[str, str]


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_log(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the log; alone the panel of a step, more `rows`, `sums`, or as JSON the news of a `revision`."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    state, seq, revision = state_in(request.GET), number_in(request, "step"), number_in(request, "revision")
    chosen = filter_in(run, state)
    if revision is not None:
        return JsonResponse(news_of(found, run, state, chosen, revision))
    if "sums" in request.GET:
        return render(request, "runs/_log_sums.html", {"count": count_in_log(run, chosen)})
    try:
        panel = panel_of(request, found, run, seq) if seq is not None else None
    except Http404:
        return miss_step(request, found, run, seq)
    if request.htmx and request.htmx.target == "panel":
        return render(request, "runs/_panel.html", {"panel": panel})
    at = number_in(request, "at")
    window = window_in(request, run, chosen, seq if at is None else at)
    context = rows_context(found, run, state, window, seq)
    if "rows" in request.GET:
        return render(request, "runs/_log_rows.html", context)
    context |= filters_context(run, state, chosen, window) | {"panel": panel}
    return render(request, "runs/log.html", run_context(request, found, run, tab="log") | context)


def window_in(request: HttpRequest, run: Run, chosen: LogFilter, around: int | None) -> Window:
    """Choose the rows: after, before or around one, else the first ones. Raises Http404."""
    rows, part = log_rows(run, chosen), "rows" in request.GET
    after, before = number_in(request, "after"), number_in(request, "before")
    if after is not None:
        window = after_row(rows, row_of(run, after), size=LOG_ROWS)
        return replace(window, earlier=False) if part else window
    if before is not None:
        window = before_row(rows, row_of(run, before), size=LOG_ROWS)
        return replace(window, later=False) if part else window
    window = first_of(rows, size=LOG_ROWS)
    if around is None or not window.later or any(row["seq"] == around for row in window.rows):
        return window
    return around_number(rows, around, size=LOG_ROWS) or window


def rows_context(project: Project, run: Run, state: State, window: Window, seq: int | None) -> dict[str, Any]:
    """Build rows, and the links to the windows on both sides."""
    context: dict[str, Any] = {"rows": rows_shown(project, run, state, window.rows, seq)}
    kept = chosen_in(state)
    for name, there, place in (("before", window.earlier, 0), ("after", window.later, -1)):
        if there and window.rows:
            url = query_string(kept, **{name: str(window.rows[place]["seq"])})
            context |= {f"{name}_page": url, f"{name}_url": f"{url}&rows=1"}
    return context


def rows_shown(
    project: Project, run: Run, state: State, rows: Sequence[Row], seq: int | None
) -> list[LogRow]:
    """Build rows with the paths they changed and the records that are open."""
    place, kept = place_of(project, run), chosen_in(state)
    opened = open_records(state.get("open", ""), most=LOG_OPEN)
    numbers = [row["seq"] for row in rows]
    around = LogPlace(
        around=Around(place=place, hidden=hidden_among(run, rows), selected=seq),
        origin=run.started_at or run.created_at,
        paths=paths_changed(run, [row["key"] for row in rows if row["changes"]]),
        links={number: links_of(kept, state, opened, number) for number in numbers},
        records={number: read_record(run, place, number) for number in opened if number in numbers},
        by_clock=state.get("time") == "clock",
    )
    return [log_row(row, around) for row in rows]


def links_of(kept: State, state: State, opened: Sequence[int], seq: int) -> tuple[str, str]:
    """Link a step, and the log with its record opened or closed."""
    toggle = query_string(
        kept, step=state.get("step", ""), open=toggled(opened, seq, most=LOG_OPEN), at=str(seq)
    )
    return query_string(kept, step=str(seq)), toggle


def filters_context(run: Run, state: State, chosen: LogFilter, window: Window) -> dict[str, Any]:
    """Gather chips, counts, and for an empty log the filters that make it so."""
    kept = chosen_in(state)
    is_whole = not (window.earlier or window.later)
    count = count_rows(window.rows) if is_whole else count_in_log(run, chosen)
    context = {
        "chips": chips_of_log(state, chosen),
        "chosen": kept,
        "query": query_string(kept),
        "count": count,
        "clock_url": query_string(state, time="" if state.get("time") else "clock"),
        "events_url": query_string(state, events="" if chosen.meta else "all"),
        "all_url": query_string({name: value for name, value in kept.items() if name in ("time", "events")}),
        "clear_text_url": cleared(kept, "text"),
    }
    if count == LogCount(steps=0, failures=0):
        context["without"] = [
            (LABELS[name], cleared(kept, name), number)
            for name, number in sorted(counts_without(run, chosen).items(), key=lambda pair: -pair[1])
        ]
    return context


def news_of(project: Project, run: Run, state: State, chosen: LogFilter, revision: int) -> dict[str, Any]:
    """Give the rows written since a revision: those that the filter shows, and the numbers of the others."""
    changed = changed_after(run, revision)
    rows = rows_among(run, chosen, changed) if changed else []
    shown = rows_shown(project, run, {**state, "open": ""}, rows, None)
    there = {row["seq"] for row in rows}
    reached = max(changed.values(), default=run.revision)
    return {
        "revision": reached,
        "more": reached < run.revision,
        "rows": [
            {
                "seq": row.line.seq,
                "at": row.line.at,
                "html": render_to_string("runs/_log_row.html", {"row": row}),
            }
            for row in shown
        ],
        "gone": [seq for seq in changed if seq not in there],
    }


@require_GET
@login_required
def show_log_choices(request: HttpRequest, team: str, project: str, run_id: Any, column: str) -> HttpResponse:
    """Show what a filter's menu offers, with counts under the other filters."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    if column not in OPTIONS:
        raise Http404("No such filter.")
    state = state_in(request.GET)
    counted = choices_in_log(run, filter_in(run, state), column)
    choices = choices_shown(state, column, counted, place_of(found, run).url("log"))
    return render(request, "runs/_choices.html", {"choices": choices, "counted": True})


@require_GET
@login_required
def show_record(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show one record: the pieces as they came, and the step as the read API gives it."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    return render(request, "runs/_record.html", {"record": read_record(run, place_of(found, run), seq)})


def read_record(run: Run, place: Place, seq: int) -> Record:
    """Read a step's raw records and what is kept of them. Raises Http404."""
    step = step_of(run, seq)
    texts = read_blobs(run.id, [bytes(digest) for digest in step.raw])
    pieces = [texts[bytes(digest)] for digest in step.raw if bytes(digest) in texts]
    kept = json.dumps(StepSerializer(step).data, ensure_ascii=False, default=str)
    raw_url = place.url("step_raw", seq)
    return Record(
        seq=seq,
        raw=[plain(piece.decode("utf-8", "replace"), more_url=raw_url) for piece in pieces],
        sources=", ".join(step.sources),
        kept=plain(kept),
        url=place.url("step", seq),
        raw_url=raw_url,
    )
