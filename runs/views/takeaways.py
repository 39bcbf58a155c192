"""What people make of a run, and take along: verdict, tags, archive, Markdown summary."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from runs.actions import judge_run, tag_run
from runs.fragments import place_of
from runs.queries.exports import archive_of
from runs.queries.runs import run_of
from runs.shown.verdicts import verdict_shown
from runs.summaries import summary_of_run
from runs.views.plain import attached, file_name
from teams.access import project_for


@require_POST
@login_required
def judge(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Take a verdict, its reason and the tags of a form."""
    found = project_for(request.user, team, project, needs="change")
    run = run_of(found, run_id)
    given = request.POST
    judge_run(run, given.get("verdict", ""), given.get("reason", ""), by=request.user, now=timezone.now())
    tag_run(run, given.get("tags", ""))
    if request.htmx:
        run = run_of(found, run_id)
        context = {"verdict": verdict_shown(run), "project": found, "run": run, "may_judge": True}
        return render(request, "runs/_verdict.html", context)
    return HttpResponseRedirect(place_of(found, run).url("run"))


@require_GET
@login_required
def export_run(request: HttpRequest, team: str, project: str, run_id: Any) -> StreamingHttpResponse:
    """Send a run as lines of the native format."""
    run = run_of(project_for(request.user, team, project), run_id)
    lines = archive_of(run)
    content = in_pieces(lines) if isinstance(request, ASGIRequest) else lines
    answer = StreamingHttpResponse(content, content_type="application/x-ndjson")
    return attached(answer, filename=file_name(run.name or run.external_id, "jsonl"))


async def in_pieces(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read the next piece in a thread whenever the client has taken the last one."""
    while (piece := await sync_to_async(next)(lines, None)) is not None:
        yield piece


@require_GET
@login_required
def summarise_run(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Send a run as a page of Markdown, for an issue or a pull request."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    text = summary_of_run(found, run, base=request.build_absolute_uri("/")[:-1])
    answer = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    return attached(answer, filename=file_name(run.name or run.external_id, "md"))
