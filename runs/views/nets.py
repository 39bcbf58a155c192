"""The net change of a run: a page, and the patch that `git apply` takes."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import place_of
from runs.limits import NET_LISTED, NET_PAGE
from runs.looks import look_of
from runs.patchfiles import patch_of, preamble
from runs.queries.nets import net_change
from runs.queries.runs import run_of
from runs.shown.nets import NetPage, net_shown
from runs.views.plain import attached, file_name
from runs.views.runs import number_in, run_context
from teams.access import project_for


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_net(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show what the run did to its files in the end, a page of diffs at a time."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    first, start = (number_in(request, name) or 0 for name in ("list", "start"))
    net = net_change(run, first=first, most=NET_LISTED)
    look = look_of(request.GET)
    page = NetPage(
        place=place_of(found, run, look.kept),
        look=look,
        first=first,
        start=start - start % NET_PAGE,
        size=NET_PAGE,
    )
    shown = net_shown(net, page)
    if request.htmx and page.start:
        return render(request, "runs/_net_files.html", {"net": shown})
    return render(request, "runs/net.html", run_context(request, found, run, tab="changes") | {"net": shown})


@require_GET
@login_required
def show_net_patch(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Give the net change as a patch to take along."""
    run = run_of(project_for(request.user, team, project), run_id)
    net = net_change(run)
    title = f"Net change of run {run.id}" + (", of its newest changes only" if net.cut else "")
    text = preamble(title, net.files) + "".join(map(patch_of, net.files))
    answer = HttpResponse(text, content_type="text/x-patch; charset=utf-8")
    return attached(answer, filename=file_name(run.name, "patch"))
