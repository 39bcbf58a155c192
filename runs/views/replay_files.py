"""The files at a step: a page, a zip, a script that applies them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.fragments import place_of
from runs.limits import REPLAY_ZIP_BYTES
from runs.queries.replay_files import FilesAt, files_at
from runs.queries.runs import run_of
from runs.queries.steps import step_of
from runs.replay.scripts import script_of
from runs.replay.zips import zip_of
from runs.shown.replay_files import files_shown
from runs.views.plain import attached
from runs.views.runs import run_context
from teams.access import project_for


@require_GET
@login_required
def show_files(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show what is known of the files that the run had touched when a step was through."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    place = place_of(found, run)
    shown = files_shown(files_at(run, step_of(run, seq)), place)
    links = {name: place.url(name, seq) for name in ("files_zip", "files_script", "messages")}
    context = {"files": shown, "seq": seq, "step_url": place.step_url(seq), "links": links}
    return render(request, "runs/files_at.html", run_context(request, found, run, tab="step") | context)


@require_GET
@login_required
def send_zip(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Send the files at a step as a zip."""
    run = run_of(project_for(request.user, team, project), run_id)
    return zip_file(files_at(run, step_of(run, seq)))


@require_GET
@login_required
def send_script(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Send the files at a step as a script around `git apply`."""
    run = run_of(project_for(request.user, team, project), run_id)
    return script_file(files_at(run, step_of(run, seq)))


def zip_file(found: FilesAt) -> HttpResponse:
    """Make a zip one that is saved."""
    data = zip_of(found.files, found.head, most=REPLAY_ZIP_BYTES)
    answer = HttpResponse(data, content_type="application/zip")
    return attached(answer, filename=f"step-{found.head.step}.zip")


def script_file(found: FilesAt) -> HttpResponse:
    """Make a script one that is saved."""
    data = script_of(found.files, found.head).encode("utf-8", "replace")
    answer = HttpResponse(data, content_type="text/x-shellscript; charset=utf-8")
    return attached(answer, filename=f"step-{found.head.step}.sh")
