"""The flight strip: all steps of a run in one small answer, one step in words, the sums of a range."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from runs.fragments import show_steps
from runs.instruments import packed_strip, read_range
from runs.packing import VERSION
from runs.queries.runs import run_of
from runs.queries.steps import row_of
from runs.views.timelines import number_in
from teams.access import project_for


@require_GET
@login_required
@gzip_page
def show_strip(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Give the whole strip, or with `after` what a client that has this revision needs, as JSON."""
    run = run_of(project_for(request.user, team, project), run_id)
    after = number_in(request, "after")
    tag = f'W/"{VERSION}-{run.revision}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        told = packed_strip(run, after=after)
        answer = HttpResponse(json.dumps(told, separators=(",", ":")), content_type="application/json")
        tag = f'W/"{VERSION}-{told["revision"]}"'
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    return answer


@require_GET
@login_required
def show_words(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Say one step in a sentence, for the pointer over the strip."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    row = row_of(run, seq)
    [shown] = show_steps(found, run, [row])
    context = {"row": shown, "agent": row["agent"], "at": row["started_at"], "since": run.started_at}
    return render(request, "runs/_strip_step.html", context)


@require_GET
@login_required
def show_range(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Sum up the steps `from` … `to`; nothing where they are no range."""
    run = run_of(project_for(request.user, team, project), run_id)
    chosen = read_range(run, number_in(request, "from"), number_in(request, "to"))
    return render(request, "runs/_strip_range.html", {"range": chosen})
