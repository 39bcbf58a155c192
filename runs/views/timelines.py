"""The rows of the transcript: its first window, those around a step, more of them, and what changed."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.delegations import is_told
from runs.deltas import Delta, delta_after, story_told
from runs.fragments import place_of, show_steps
from runs.models import Run
from runs.queries.findings import judged_stamp
from runs.queries.lanes import path_to
from runs.queries.runs import run_of
from runs.queries.steps import (
    Row,
    Window,
    ends_of_range,
    first_window,
    lane_around,
    last_window,
    row_of,
    window_after,
    window_around,
    window_before,
)
from runs.queries.windows import Ends, lies_between
from runs.shown.steps import step_parts, window_links
from runs.states import Kept, kept_in
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
        return JsonResponse(delta_after(found, run, revision) | _story_after(request, found, run))
    lane, reading = number_in(request, "lane"), reading_of(request, run)
    if around is not None:
        context = transcript_context(found, run, around, reading)
    else:
        window = _more_of(request, run, row_of(run, lane)["key"] if lane is not None else None, reading)
        context = rows_context(found, run, window, reading, lane=lane)
    return render(request, "runs/_step_rows.html", context)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the address says of the transcript."""

    meta: bool = False  #: the harness's own events are shown, too
    ends: Ends | None = None  #: of the range that alone is shown
    kept: Kept = ()


def reading_of(request: HttpRequest, run: Run) -> Reading:
    """Read how the transcript is asked for."""
    return Reading(
        meta=shows_events(request),
        ends=ends_of_range(run, number_in(request, "from"), number_in(request, "to")),
        kept=kept_of(request),
    )


def kept_of(request: HttpRequest) -> Kept:
    """Read the state that all pages of a run share; a step's own page holds the step in its path."""
    here = request.resolver_match.kwargs if request.resolver_match else {}
    given = request.GET.dict()
    return kept_in(given | {"step": str(here["seq"])} if "seq" in here else given)


def _story_after(request: HttpRequest, project: Project, run: Run) -> Delta:
    """Bring what rules say along for a client that polls and shows something older."""
    judged = request.GET.get("judged", "")
    known = int(judged) if judged.isascii() and judged.isdigit() and len(judged) < 18 else None
    if known is None or judged_stamp(run.id) <= known:
        return {}
    return story_told(project, run)


def _more_of(request: HttpRequest, run: Run, lane: str | None, reading: Reading) -> Window:
    before, after = number_in(request, "before"), number_in(request, "after")
    within: dict[str, Any] = {"meta": reading.meta, "ends": reading.ends}
    if "end" in request.GET:
        return last_window(run, **within)
    if before is not None:
        return replace(window_before(run, row_of(run, before), lane=lane, **within), later=False)
    if after is not None:
        return replace(window_after(run, row_of(run, after), lane=lane, **within), earlier=False)
    return first_window(run, lane=lane, **within)


def number_in(request: HttpRequest, name: str) -> int | None:
    """Read a number of the query string; None when it is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def shows_events(request: HttpRequest) -> bool:
    """Say whether the harness's own events are asked for."""
    return request.GET.get("events") == "all"


def transcript_context(project: Project, run: Run, seq: int | None, reading: Reading) -> dict[str, Any]:
    """Read the beginning of a run, or the rows around a step with the lanes open that it lies in.

    A span that a call tells of has no row: the call's is chosen.
    """
    path = path_to(run, row_of(run, seq)) if seq is not None else []
    window = _window_with(run, path[0] if path else None, reading)
    steps = [(parent, row) for parent, row in pairwise(path) if not is_told(row, parent)]
    lanes = {parent["key"]: lane_around(run, parent, row, meta=reading.meta) for parent, row in steps}
    if len(path) > 1 and is_told(path[-1], path[-2]):
        seq = path[-2]["seq"]
    return rows_context(project, run, window, reading, selected=seq, lanes=lanes)


def _window_with(run: Run, mark: Row | None, reading: Reading) -> Window:
    """Choose the first rows, or those around a step that lies in what is shown."""
    first = first_window(run, meta=reading.meta, ends=reading.ends)
    inside = first.rows[:-1] if first.later else first.rows
    if mark is None or any(row["seq"] == mark["seq"] for row in inside):
        return first
    if reading.ends is not None and not lies_between(mark, reading.ends):
        return first
    return window_around(run, mark, meta=reading.meta, ends=reading.ends)


def rows_context(
    project: Project,
    run: Run,
    window: Window,
    reading: Reading,
    *,
    selected: int | None = None,
    lane: int | None = None,
    lanes: dict[str, Window] | None = None,
) -> dict[str, Any]:
    """Build rows, and the links to the windows on both sides."""
    rows = show_steps(project, run, window.rows, selected=selected, lanes=lanes, kept=reading.kept)
    links = window_links(place_of(project, run, reading.kept), window, lane=lane)
    return {"rows": rows, "parts": step_parts(rows), "links": links}
