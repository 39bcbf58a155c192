"""The run list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import show_runs
from runs.queries.prompts import names_of_filter
from runs.queries.runs import (
    RunFilter,
    RunPage,
    has_runs,
    page_of_runs,
    stamp_of,
)
from runs.queries.sums import choices_of, totals_of
from runs.shown.lists import summary_of
from runs.views.filters import (
    MENUS,
    Choice,
    chips_of,
    kept,
    query_string,
    read_cursor,
    read_filter,
    write_cursor,
)
from teams.access import project_for
from teams.models import Project
from teams.roles import role_allows


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_list(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the runs of a project."""
    found = project_for(request.user, team, project)
    chosen = read_filter(request.GET, now=timezone.now())
    context = list_context(request, found, chosen)
    if not chosen.counts_late or (context["is_first"] and "older" not in context):
        context["summary"] = summary_of(totals_of(found, chosen))
    names = names_of_filter(found, prompt=chosen.prompt, task=chosen.task)
    context["chips"] = chips_of(request.GET, names)
    if not context["rows"] and not has_runs(found):
        context |= {"is_new": True, "connect_url": _link("ingest:connect", found)}
    context |= {"play_url": _changing(found, "demo:play"), "import_url": _changing(found, "ingest:upload")}
    return render(request, "runs/list.html", context)


@require_GET
@login_required
def go_to_list(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Lead who cuts a run's address short to the list."""
    project_for(request.user, team, project)
    return redirect("runs:list", team, project)


@require_GET
@login_required
def show_rows(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show one page of rows alone: what "load more" and a reconnected client ask for."""
    found = project_for(request.user, team, project)
    context = list_context(request, found, read_filter(request.GET, now=timezone.now()))
    return render(request, "runs/_run_rows.html", context)


@require_GET
@login_required
def show_sums(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the sums alone: those of a text that many runs hold take long, and come after the page."""
    found = project_for(request.user, team, project)
    totals = totals_of(found, read_filter(request.GET, now=timezone.now()))
    return render(request, "runs/_summary.html", {"summary": summary_of(totals)})


@require_GET
@login_required
def show_choices(request: HttpRequest, team: str, project: str, name: str) -> HttpResponse:
    """Show what a filter's menu offers."""
    found = project_for(request.user, team, project)
    if name not in MENUS:
        raise Http404("No such filter.")
    chosen = kept(request.GET)
    base = reverse("runs:list", args=[team, project])
    choices = [
        Choice(
            label=value, url=base + query_string(chosen, **{name: value}), chosen=chosen.get(name) == value
        )
        for value in choices_of(found, name)
    ]
    return render(request, "runs/_choices.html", {"choices": choices})


def list_context(request: HttpRequest, project: Project, chosen: RunFilter) -> dict[str, Any]:
    """Read one page of runs, and the links around it."""
    before, after = (read_cursor(request.GET.get(name, "")) for name in ("before", "after"))
    page = page_of_runs(project, chosen, before=before, after=after)
    return {
        "project": project,
        "rows": show_runs(project, page.runs),
        "chosen": kept(request.GET),
        "is_first": before is None and after is None,
        "stamp": stamp_of({run.id: run.revision for run in page.runs}),
        **_links(page, kept(request.GET)),
    }


def _links(page: RunPage, chosen: dict[str, str]) -> dict[str, str]:
    links = {"query": query_string(chosen)}
    if not page.runs:
        return links
    first, last = page.runs[0], page.runs[-1]
    if page.newer:
        links["newer"] = query_string(chosen, after=write_cursor(first.sort_at, first.id))
    if page.older:
        links["older"] = query_string(chosen, before=write_cursor(last.sort_at, last.id))
    return links


def _changing(project: Project, view: str) -> str:
    """Link what only those who may change something find, where it is offered."""
    return _link(view, project) if role_allows(project.role, "change") else ""


def _link(view: str, project: Project) -> str:
    """Reverse a URL of another app, which may not be there."""
    try:
        return reverse(view, args=[project.team.slug, project.slug])
    except NoReverseMatch:
        return ""
