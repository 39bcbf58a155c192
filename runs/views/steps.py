"""One step: its panel, its record as it came, its texts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.contents import read_blobs
from runs.queries.runs import run_of
from runs.queries.steps import step_of
from runs.views.calls import whole_text
from runs.views.panels import panel_of
from runs.views.plain import plain_text
from runs.views.runs import miss_step, run_context
from teams.access import project_for


@require_GET
@login_required
def show_step(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show one step on a page of its own; for htmx, its panel or, in a row, what is in it."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    try:
        panel = panel_of(request, found, run, seq)
    except Http404:
        return miss_step(request, found, run, seq)
    if request.htmx:
        template = "runs/_step_opened.html" if "in_row" in request.GET else "runs/_panel.html"
        return render(request, template, {"panel": panel})
    return render(request, "runs/step.html", run_context(request, found, run, tab="step") | {"panel": panel})


@require_GET
@login_required
def show_raw(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show the records of a step as they came, one after another."""
    run = run_of(project_for(request.user, team, project), run_id)
    step = step_of(run, seq)
    texts = read_blobs(run.id, [bytes(digest) for digest in step.raw])
    records = [texts[bytes(digest)] for digest in step.raw if bytes(digest) in texts]
    return plain_text(b"\n".join(records) or b"(no raw record was kept)", filename=f"step-{seq}.txt")


@require_GET
@login_required
def show_input(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show a step's whole input as plain text."""
    run = run_of(project_for(request.user, team, project), run_id)
    step = step_of(run, seq)
    return plain_text(
        whole_text(run, step.input_preview, step.input_digest), filename=f"step-{seq}-input.txt"
    )


@require_GET
@login_required
def show_output(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show a step's whole output as plain text."""
    run = run_of(project_for(request.user, team, project), run_id)
    step = step_of(run, seq)
    return plain_text(
        whole_text(run, step.output_preview, step.output_digest), filename=f"step-{seq}-output.txt"
    )
