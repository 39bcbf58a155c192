"""Find in run: the answer beside the transcript."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from runs.blobs import storable
from runs.finding import Needle
from runs.fragments import place_of
from runs.limits import FILTER_CHARS, FOUND_LISTED
from runs.models import Run
from runs.queries.finding import find_in_run, read_snippets
from runs.queries.runs import run_of
from runs.queries.steps import rows_by_seq
from runs.shown.found import FoundShown, found_shown
from runs.views.timelines import kept_of
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_found(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Search a run; `deep` also searches the long texts that previews do not hold."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    place = place_of(found, run, kept_of(request))
    if not request.htmx:
        return redirect(f"{place.url('run')}?{request.GET.urlencode()}")
    run_url = place.kept_url("run", "find", "step")
    return render(request, "runs/_found.html", {"found": read_found(request, found, run), "run_url": run_url})


def query_in(request: HttpRequest) -> str:
    """Read what to find; blanks alone are nothing."""
    text = storable(request.GET.get("find", "")[:FILTER_CHARS])
    return text if text.strip() else ""


def read_found(request: HttpRequest, project: Project, run: Run) -> FoundShown | None:
    """Search what the address asks for; None when it asks for nothing."""
    query = query_in(request)
    if not query:
        return None
    needle = Needle.of(query)
    finding = find_in_run(run, needle, deep="deep" in request.GET)
    listed = finding.hits[:FOUND_LISTED]
    place = place_of(project, run, kept_of(request))
    rows = {row["seq"]: row for row in rows_by_seq(run, [hit.seq for hit in listed])}
    return found_shown(finding, query, rows, read_snippets(run, listed, needle), place)
