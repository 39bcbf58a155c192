"""The run page and its timeline."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.deltas import delta_after
from runs.fragments import head_of, place_of, show_steps
from runs.limits import FILTER_CHARS
from runs.models import Run
from runs.overviews import read_overview
from runs.queries.runs import parent_of, run_of
from runs.queries.steps import (
    Window,
    first_window,
    has_meta_events,
    row_of,
    window_after,
    window_around,
    window_before,
)
from runs.shown.tabs import KEPT, tabs_of
from runs.shown.verdicts import verdict_shown
from runs.views.panels import read_panel
from teams.access import project_for
from teams.models import Project
from teams.roles import role_allows


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_run(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show a run; for htmx, only the panel of the chosen step."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    seq = number_in(request, "step")
    panel = read_panel(found, run, seq) if seq is not None else None
    if request.htmx and request.htmx.target == "panel":
        overview = read_overview(found, run) if panel is None else None
        shown = {"panel": panel, "overview": overview, "project": found, "run": run}
        return render(request, "runs/_panel.html", shown)
    context = run_context(request, found, run, tab="transcript")
    context |= timeline_context(request, found, run, window_of(run, seq, meta=context["meta"]), selected=seq)
    context |= thinking_context(request)
    context["has_meta"] = context["meta"] or has_meta_events(run)
    overview = read_overview(found, run) if panel is None else None
    return render(request, "runs/run.html", context | {"panel": panel, "overview": overview})


@require_GET
@login_required
def show_timeline(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show more rows: before or after one, a sub-agent's lane, or (`revision`) what changed, as JSON."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    revision = number_in(request, "revision")
    if revision is not None:
        return JsonResponse(delta_after(found, run, revision))
    lane, meta = number_in(request, "lane"), request.GET.get("events") == "all"
    key = row_of(run, lane)["key"] if lane is not None else None
    before, after = number_in(request, "before"), number_in(request, "after")
    if before is not None:
        window = replace(window_before(run, row_of(run, before), meta=meta, lane=key), later=False)
    elif after is not None:
        window = replace(window_after(run, row_of(run, after), meta=meta, lane=key), earlier=False)
    else:
        window = first_window(run, meta=meta, lane=key)
    context = timeline_context(request, found, run, window, lane=lane)
    return render(request, "runs/_step_rows.html", context)


def number_in(request: HttpRequest, name: str) -> int | None:
    """Read a number of the query string; None when it is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def thinking_context(request: HttpRequest) -> dict[str, Any]:
    """Say whether thinking is shown, and the address at which it is the other way round."""
    query = request.GET.copy()
    thinking = query.pop("thinking", [""])[-1] == "1"
    if not thinking:
        query["thinking"] = "1"
    return {"thinking": thinking, "thinking_url": f"?{query.urlencode()}"}


def window_of(run: Run, seq: int | None, *, meta: bool) -> Window:
    """Choose the first rows: the beginning, or those around the chosen step."""
    if seq is None:
        return first_window(run, meta=meta)
    first = first_window(run, meta=meta)
    if not first.later or any(row["seq"] == seq for row in first.rows[:-1]):
        return first
    return window_around(run, row_of(run, seq), meta=meta)


def kept_of(request: HttpRequest) -> dict[str, str]:
    """Read the state that all readings of a run share; a step's own page holds the step in its path."""
    kept = {name: request.GET.get(name, "")[:FILTER_CHARS] for name in KEPT}
    here = request.resolver_match.kwargs if request.resolver_match else {}
    return kept | {"step": str(here["seq"])} if "seq" in here else kept


def run_context(request: HttpRequest, project: Project, run: Run, *, tab: str) -> dict[str, Any]:
    """Gather what every page of a run shows. `tab` names the reading, see `runs.shown.tabs`."""
    head = head_of(run)
    return {
        "project": project,
        "run": run,
        "head": head,
        "parent": parent_of(project, run),
        "tabs": tabs_of(place_of(project, run), head, tab, kept_of(request)),
        "kept_names": " ".join(KEPT),
        "verdict": verdict_shown(run),
        "may_judge": role_allows(project.role, "change"),
        "meta": request.GET.get("events") == "all",
        "is_running": run.status == "running",
    }


def timeline_context(
    request: HttpRequest,
    project: Project,
    run: Run,
    window: Window,
    *,
    selected: int | None = None,
    lane: int | None = None,
) -> dict[str, Any]:
    """Build rows, and the links to the windows on both sides."""
    page = place_of(project, run).url("run") + "?step="
    base = place_of(project, run).url("timeline") + "?"
    base += f"lane={lane}&" if lane is not None else ""
    base += "events=all&" if request.GET.get("events") == "all" else ""
    context: dict[str, Any] = {"rows": show_steps(project, run, window.rows, selected=selected)}
    if window.rows and window.earlier:
        first = window.rows[0]["seq"]
        context |= {"earlier_url": f"{base}before={first}", "earlier_page": f"{page}{first}"}
    if window.rows and window.later:
        last = window.rows[-1]["seq"]
        context |= {"later_url": f"{base}after={last}", "later_page": f"{page}{last}"}
    return context
