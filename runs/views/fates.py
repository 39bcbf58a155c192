"""What became of a step's edits: loaded below its panel, or a page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.fragments import place_of
from runs.kinds import RunStatus
from runs.queries.histories import step_histories
from runs.queries.runs import run_of
from runs.queries.steps import row_of
from runs.shown.fates import fates_shown
from runs.views.runs import run_context
from runs.views.timelines import kept_of
from teams.access import project_for


@require_GET
@login_required
def show_fates(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show what became of each file that a step changed."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    files = step_histories(run, row_of(run, seq)["key"])
    place, running = place_of(found, run, kept_of(request)), run.status == RunStatus.RUNNING
    context = {"fates": fates_shown(files, seq, place, running=running), "seq": seq}
    context["step_url"] = place.step_url(seq)
    if request.htmx:
        return render(request, "runs/_fates.html", context)
    return render(request, "runs/fates.html", run_context(request, found, run, tab="step") | context)
