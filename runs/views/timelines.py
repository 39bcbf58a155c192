"""The rows of the transcript: its first window, those around a step, more of them, and what changed."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.deltas import delta_after
from runs.fragments import place_of, show_steps
from runs.models import Run
from runs.queries.runs import run_of
from runs.queries.steps import (
    Row,
    Window,
    first_window,
    lane_around,
    last_window,
    path_to,
    row_of,
    window_after,
    window_around,
    window_before,
)
from runs.shown.steps import step_parts, window_links
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_timeline(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show rows: before, after or around one, the last, a lane's, or (`revision`) what changed, as JSON."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    revision, around = number_in(request, "revision"), number_in(request, "around")
    if revision is not None:
        return JsonResponse(delta_after(found, run, revision))
    lane, meta = number_in(request, "lane"), shows_events(request)
    if around is not None:
        context = transcript_context(found, run, around, meta=meta)
    else:
        window = _more_of(request, run, row_of(run, lane)["key"] if lane is not None else None, meta=meta)
        context = rows_context(found, run, window, lane=lane, meta=meta)
    return render(request, "runs/_step_rows.html", context)


def _more_of(request: HttpRequest, run: Run, lane: str | None, *, meta: bool) -> Window:
    before, after = number_in(request, "before"), number_in(request, "after")
    if "end" in request.GET:
        return last_window(run, meta=meta)
    if before is not None:
        return replace(window_before(run, row_of(run, before), meta=meta, lane=lane), later=False)
    if after is not None:
        return replace(window_after(run, row_of(run, after), meta=meta, lane=lane), earlier=False)
    return first_window(run, meta=meta, lane=lane)


def number_in(request: HttpRequest, name: str) -> int | None:
    """Read a number of the query string; None when it is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def shows_events(request: HttpRequest) -> bool:
    """Say whether the harness's own events are asked for."""
    return request.GET.get("events") == "all"


def transcript_context(project: Project, run: Run, seq: int | None, *, meta: bool) -> dict[str, Any]:
    """Read the beginning of a run, or the rows around a step with the lanes open that it lies in."""
    path = path_to(run, row_of(run, seq)) if seq is not None else []
    window = _window_with(run, path[0] if path else None, meta=meta)
    lanes = {parent["key"]: lane_around(run, parent, row, meta=meta) for parent, row in pairwise(path)}
    return rows_context(project, run, window, meta=meta, selected=seq, lanes=lanes)


def _window_with(run: Run, mark: Row | None, *, meta: bool) -> Window:
    first = first_window(run, meta=meta)
    inside = first.rows[:-1] if first.later else first.rows
    if mark is None or any(row["seq"] == mark["seq"] for row in inside):
        return first
    return window_around(run, mark, meta=meta)


def rows_context(
    project: Project,
    run: Run,
    window: Window,
    *,
    meta: bool,
    selected: int | None = None,
    lane: int | None = None,
    lanes: dict[str, Window] | None = None,
) -> dict[str, Any]:
    """Build rows, and the links to the windows on both sides."""
    rows = show_steps(project, run, window.rows, selected=selected, lanes=lanes, meta=meta)
    links = window_links(place_of(project, run), window, lane=lane, meta=meta)
    return {"rows": rows, "parts": step_parts(rows), "links": links}
