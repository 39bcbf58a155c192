"""Addresses that SDKs print for people to open, and where they lead to here."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from ingest import queries
from ingest.wild import identity
from teams.access import projects_of


@login_required
@require_safe
def follow_opik(request: HttpRequest) -> HttpResponse:
    """Lead from the link that Opik's SDK prints to the run of that trace, else to where runs are listed."""
    projects = list(projects_of(request.user))
    run = queries.run_in_projects(projects, identity(request.GET.get("trace_id")) or "")
    if run is not None:
        return redirect("runs:run", run.project.team.slug, run.project.slug, run.id)
    if len(projects) == 1:
        return redirect("runs:list", projects[0].team.slug, projects[0].slug)
    return redirect("teams:home")
