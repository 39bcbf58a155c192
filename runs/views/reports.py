"""Comparison reports: which of two prompts, models, agents … is better; asked for, saved, shared."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from runs.actions import TooManyComparisons, delete_comparison, rename_comparison, save_comparison
from runs.comparing.limits import SAVED_PAGE, SIDE_RUNS
from runs.models import Comparison
from runs.queries.comparing import count_side
from runs.queries.saved import Place, comparison_of, page_of_saved, usual_values
from runs.views.comparing import context_of, read_comparison
from runs.views.report_files import FILES
from runs.views.side_forms import fields_of, suggestions_of
from runs.views.sides import Asked, names_in, read_asked, read_saved, words_of
from teams.access import project_for
from teams.models import Project
from teams.roles import role_allows


@require_GET
@login_required
def show_reports(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the saved comparisons and the way to a new one; with two sides in the address, their report."""
    found = project_for(request.user, team, project)
    asked = read_asked(request.GET, now=timezone.now())
    if asked.is_asked and "" in request.GET.values():  # the form sends its empty fields along
        return redirect(f"{request.path}?{asked.query}")
    if asked.is_asked:
        return render(request, "runs/report.html", page_of(found, asked))
    page = page_of_saved(found, before=read_place(request.GET.get("before", "")))
    usual = usual_values(found)
    context = {
        "project": found,
        "team": found.team,
        "rows": saved_rows(found, page[:SAVED_PAGE]),
        "older": write_place(page[SAVED_PAGE - 1]) if len(page) > SAVED_PAGE else "",
        "suggestions": suggestions_of(usual),
        "fields": fields_of(asked, usual, {}),
        "was_asked": any(name.startswith(("a.", "b.")) for name in request.GET),
    }
    return render(request, "runs/reports.html", context)


@require_GET
@login_required
def show_report(request: HttpRequest, team: str, project: str, comparison_id: UUID) -> HttpResponse:
    """Show a saved comparison, over the runs of now."""
    found = project_for(request.user, team, project)
    saved = comparison_of(found, comparison_id)
    context = page_of(found, read_saved(saved.query, now=timezone.now()))
    return render(request, "runs/report.html", context | {"saved": saved})


@require_GET
@login_required
def show_counts(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show how many runs each side of the form has, while it is filled in."""
    found, now = project_for(request.user, team, project), timezone.now()
    asked = read_asked(request.GET, now=now)
    counts = [(name.upper(), count_words(found, asked, name, now=now)) for name in "ab"]
    return render(request, "runs/_side_counts.html", {"counts": counts})


@require_POST
@login_required
def save(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Keep two sides under a name."""
    found = project_for(request.user, team, project, needs="change")
    asked = read_saved(request.POST.get("query", ""), now=timezone.now())
    if not asked.is_asked:
        messages.error(request, "Choose two sides first.")
        return redirect("runs:reports", team, project)
    try:
        saved = save_comparison(
            found, request.POST.get("name", ""), asked.query, by=request.user, now=timezone.now()
        )
    except TooManyComparisons as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('runs:reports', args=[team, project])}?{asked.query}")
    messages.success(request, "Saved. Everybody in the team finds it here.")
    return redirect("runs:report", team, project, saved.id)


@require_POST
@login_required
def rename(request: HttpRequest, team: str, project: str, comparison_id: UUID) -> HttpResponse:
    """Give a saved comparison another name."""
    found = project_for(request.user, team, project, needs="change")
    saved = comparison_of(found, comparison_id)
    rename_comparison(saved, request.POST.get("name", ""))
    return redirect("runs:report", team, project, saved.id)


@require_POST
@login_required
def delete(request: HttpRequest, team: str, project: str, comparison_id: UUID) -> HttpResponse:
    """Delete a saved comparison; its runs stay."""
    found = project_for(request.user, team, project, needs="change")
    delete_comparison(comparison_of(found, comparison_id))
    messages.success(request, "The comparison is deleted. Its runs stay.")
    return redirect("runs:reports", team, project)


def page_of(project: Project, asked: Asked) -> dict[str, Any]:
    """Gather what the page of a report needs besides the report."""
    context = context_of(project, read_comparison(project, asked, now=timezone.now()))
    return context | {
        "fields": fields_of(asked, usual_values(project), context["names"]),
        "files": FILES.items(),
        "may_change": role_allows(project.role, "change"),
    }


def count_words(project: Project, asked: Asked, side: str, *, now: datetime) -> str:
    """Say how many runs a side has."""
    count = count_side(project, asked.filter_of(side, now=now))
    if count > SIDE_RUNS:
        return f"over {SIDE_RUNS:,} runs; the newest {SIDE_RUNS:,} are compared"
    return f"{count:,} run{'' if count == 1 else 's'}"


def saved_rows(project: Project, saved: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Write the lines of the list."""
    asked = [read_saved(each.query, now=timezone.now()) for each in saved]
    names = names_in(project, *(side for each in asked for side in (each.a, each.b, each.both)))
    return [
        {
            "saved": each,
            "a": words_of(sides.a, names),
            "b": words_of(sides.b, names),
            "both": words_of(sides.both, names) if sides.both else "",
        }
        for each, sides in zip(saved, asked, strict=True)
    ]


def read_place(value: str) -> Place | None:
    """Read a place in the list; None when it is none."""
    at, _, comparison_id = value.partition("_")
    try:
        when = datetime.fromisoformat(at)
        return Place(when.astimezone(UTC), UUID(comparison_id)) if when.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last hours of time, elsewhere
        return None


def write_place(saved: Comparison) -> str:
    """Write a place in the list."""
    return f"{saved.created_at.isoformat()}_{saved.id}"
