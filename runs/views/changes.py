"""The Changes tab: every file of a run, what became of it, and one change by itself."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.changed_trees import sums_of, tree_of
from runs.diffs import unified
from runs.fragments import place_of
from runs.limits import CHANGES_PAGE
from runs.looks import Look, look_of
from runs.models import FileChange, Run
from runs.queries.changed_files import changed_files
from runs.queries.changes import change_before_step, change_of, page_of_changes, texts_of
from runs.queries.runs import run_of
from runs.shown.changed_files import (
    folder_shown,
    hidden_filter,
    order_switch,
    reading_switches,
    sums_words,
    unfiltered,
    whole_switch,
)
from runs.shown.diffs import part_with, texts_in
from runs.views.cards import read_card, read_cards
from runs.views.plain import plain_text
from runs.views.rows import LINE, rows_asked_for
from runs.views.runs import number_in, run_context
from teams.access import project_for


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_changes(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the files of a run and their diffs, a page at a time."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    look = look_of(request.GET)
    after = begin_of(request, run, look)
    changes = page_of_changes(run, look, after=after)
    page = changes[:CHANGES_PAGE]
    context = {"changes": read_cards(found, run, page, look), "look": look, "after": after}
    url = place_of(found, run).url("changes")
    if len(changes) > CHANGES_PAGE:
        context["later_url"] = url + look.query(("after", page[-1].n))
    if request.htmx and after is not None:
        return render(request, "runs/_changes.html", context)
    context |= run_context(request, found, run, tab="changes") | around_context(run, look, page, url)
    return render(request, "runs/changes.html", context)


def begin_of(request: HttpRequest, run: Run, look: Look) -> int | None:
    """Choose after which change the page begins: where the URL says, else before those of the chosen step."""
    after, step = number_in(request, "after"), number_in(request, "step")
    if after is not None or step is None or look.by_file or look.is_filtered or "begin" in request.GET:
        return after
    return change_before_step(run, step)


def around_context(run: Run, look: Look, page: list[FileChange], url: str) -> dict[str, Any]:
    """Build what stands around the diffs; files on the page are reached without leaving it."""
    told = changed_files(run, look)
    sums = sums_of(told.files)
    here = {change.path: change.n for change in reversed(page)}
    return {
        "tree": folder_shown(tree_of(told.files), url, look, here),
        "sums": sums,
        "sums_words": sums_words(sums, are_all=told.are_all),
        "are_all": told.are_all,
        "switches": [*reading_switches(look, url), order_switch(look, url)],
        "hidden_filter": hidden_filter(look, url),
        "changes_url": url,
        "all_url": unfiltered(look, url),
        "first_url": url + look.query(("begin", 1)),
    }


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_change(request: HttpRequest, team: str, project: str, run_id: Any, number: int) -> HttpResponse:
    """Show one change on a page of its own; for htmx, its card."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    change = change_of(run, number)
    look, part = asked_of(request, run, change)
    card = read_card(found, run, change, look, part=part)
    if part and not card.hunks:
        raise Http404("This diff has no such part.")
    if request.htmx:
        return render(request, "runs/_change.html", {"change": card})
    context = run_context(request, found, run, tab="changes") | {"change": card, "part": part}
    url = place_of(found, run).url("change", number)
    context |= {"switches": [*reading_switches(look, url), whole_switch(look, url)]}
    context |= {"all_url": unfiltered(look.of_one, place_of(found, run).url("changes"))}
    return render(request, "runs/change.html", context)


def asked_of(request: HttpRequest, run: Run, change: FileChange) -> tuple[Look, int]:
    """Read how a change is asked for; `line` chooses the part that shows it, with all lines if need be."""
    look, line = look_of(request.GET), LINE.match(request.GET.get("line", ""))
    if line is None:
        return look, number_in(request, "part") or 0
    told = texts_in(change, texts_of(run, [change]))
    for asked in (look, replace(look, whole=True)):
        part = part_with(change, told, asked, line[1], int(line[2]))
        if part is not None:
            return asked, part
    return look, 0


@require_GET
@login_required
def show_lines(request: HttpRequest, team: str, project: str, run_id: Any, number: int) -> HttpResponse:
    """Show more rows of a diff, for htmx: unchanged lines, the next part, or the rest of a long line."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    change, look = change_of(run, number), look_of(request.GET)
    told, place = texts_in(change, texts_of(run, [change])), place_of(found, run)
    rows = rows_asked_for(request.GET, change, told, place)
    if rows is None and request.htmx:
        raise Http404("No such lines in this change.")
    if not request.htmx:
        return redirect(place.url("change", number) + look.of_one.query())
    return HttpResponse(rows)


@require_GET
@login_required
def show_patch(request: HttpRequest, team: str, project: str, run_id: Any, number: int) -> HttpResponse:
    """Show one change as a unified diff, in plain text."""
    run = run_of(project_for(request.user, team, project), run_id)
    change = change_of(run, number)
    told = texts_in(change, texts_of(run, [change]))
    text = unified(told.before, told.after, change.path) if told.are_known else told.patch
    return plain_text(text or "(the lines are not known)", filename=f"change-{number}.patch.txt")
