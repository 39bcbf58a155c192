"""The run page and its timeline."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import head_of, place_of
from runs.grouping import FEWEST
from runs.instruments import read_instruments
from runs.models import Run
from runs.overviews import read_overview
from runs.queries.runs import parent_of, run_of
from runs.queries.steps import has_meta_events, last_seq
from runs.shown.tabs import tabs_of
from runs.shown.verdicts import verdict_shown
from runs.states import KEPT, kept_but, query_of
from runs.stories import read_story
from runs.views.finding import query_in, read_found
from runs.views.panels import panel_of
from runs.views.timelines import kept_of, number_in, reading_of, shows_events, transcript_context
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
    try:
        panel = panel_of(request, found, run, seq) if seq is not None else None
    except Http404:
        return miss_step(request, found, run, seq)
    beside = beside_transcript(request, found, run) if panel is None else {"panel": panel}
    if request.htmx and request.htmx.target == "panel":
        return render(request, "runs/_panel.html", read_story(found, run) | beside)
    context = run_context(request, found, run, tab="transcript") | transcript_state(request)
    reading = reading_of(request, run)
    context |= transcript_context(found, run, seq, reading)
    context |= {"has_meta": context["meta"] or has_meta_events(run), "fewest": FEWEST, "ends": reading.ends}
    return render(request, "runs/run.html", context | beside)


def beside_transcript(request: HttpRequest, project: Project, run: Run) -> dict[str, Any]:
    """Read what the panel shows while no step is chosen: what was found, else the run at a glance."""
    run_url = place_of(project, run, kept_of(request)).kept_url("run", "find", "step")
    context = {"project": project, "run": run, "run_url": run_url}
    context["may_judge"] = role_allows(project.role, "change")
    found = read_found(request, project, run)
    return context | ({"found": found} if found else {"overview": read_overview(project, run)})


def miss_step(request: HttpRequest, project: Project, run: Run, seq: int | None) -> HttpResponse:
    """Say that a run has no such step, and which ones it has."""
    context = run_context(request, project, run, tab="none") | {"seq": seq, "last": last_seq(run)}
    return render(request, "runs/no_step.html", context, status=404)


def transcript_state(request: HttpRequest) -> dict[str, Any]:
    """Read what the address says of the transcript, and how its controls change that."""
    state = dict(kept_but(kept_of(request), "step", "find"))
    return {
        "thinking": state.get("thinking") == "1",
        "thinking_url": _switched(request, "thinking", "1"),
        "events_url": _switched(request, "events", "all"),
        "query": query_in(request),
        "find_state": state,
    }


def _switched(request: HttpRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    if query.pop(name, [""])[-1] != value:
        query[name] = value
    return f"?{query.urlencode()}"


def whole_url(request: HttpRequest) -> str:
    """Link the same page without a range."""
    return query_of([pair for pair in request.GET.items() if pair[0] not in ("from", "to")]) or "?"


def run_context(request: HttpRequest, project: Project, run: Run, *, tab: str) -> dict[str, Any]:
    """Gather what every page of a run shows. `tab` names the reading, see `runs.shown.tabs`."""
    head, kept = head_of(run), kept_of(request)
    return read_story(project, run, every=request.GET.get("findings") == "all") | {
        "project": project,
        "run": run,
        "head": head,
        "strip": read_instruments(run, number_in(request, "from"), number_in(request, "to")),
        "parent": parent_of(project, run),
        "reading": tab,
        "tabs": tabs_of(place_of(project, run, kept), head, tab),
        "kept": query_of(kept),
        "kept_names": " ".join(KEPT),
        "whole_url": whole_url(request),
        "verdict": verdict_shown(run),
        "may_judge": role_allows(project.role, "change"),
        "meta": shows_events(request),
        "is_running": run.status == "running",
    }
