"""The Changes tab: every file of a run, and what became of it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.diffs import unified
from runs.fragments import place_of, show_steps
from runs.limits import CHANGE_PATH_CHARS, CHANGES_PAGE
from runs.models import FileChange, Run
from runs.queries.changes import change_of, files_of, page_of_changes, texts_of
from runs.queries.runs import run_of
from runs.queries.steps import rows_by_key
from runs.shown.diffs import ChangeShown, change_shown
from runs.views.plain import plain_text
from runs.views.runs import number_in, run_context
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_changes(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the files of a run and their diffs, a page at a time."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    path, after = (
        request.GET.get("path", "").replace("\0", "")[:CHANGE_PATH_CHARS],
        number_in(request, "after"),
    )
    changes = page_of_changes(run, after=-1 if after is None else after, path=path)
    page = changes[:CHANGES_PAGE]
    context = {"changes": read_changes(found, run, page), "path": path}
    if len(changes) > CHANGES_PAGE:
        context["later_after"] = page[-1].n
    if request.htmx and after is not None:
        context["run_url"] = place_of(found, run).url("changes")
        return render(request, "runs/_changes.html", context)
    context |= run_context(request, found, run, tab="changes") | {"files": files_of(run)}
    return render(request, "runs/changes.html", context | {"run_url": place_of(found, run).url("changes")})


def read_changes(project: Project, run: Run, changes: list[FileChange]) -> list[ChangeShown]:
    """Build diffs, each with the sentence of the step that made it."""
    place = place_of(project, run)
    texts = texts_of(run, changes)
    steps = rows_by_key(run, {change.step_key for change in changes}) if changes else {}
    rows = {row.seq: row for row in show_steps(project, run, list(steps.values()))} if steps else {}
    declared = {(change.step_key, change.path) for change in changes if change.origin == "declared"}
    shown = []
    for change in changes:
        step = steps.get(change.step_key)
        hidden = change.origin == "observed" and (change.step_key, change.path) not in declared
        text = rows[step["seq"]].sentence.headline if step else ""
        seq = step["seq"] if step else None
        shown.append(change_shown(change, texts, place, hidden=hidden, seq=seq, step_text=text))
    return shown


@require_GET
@login_required
def show_patch(request: HttpRequest, team: str, project: str, run_id: Any, number: int) -> HttpResponse:
    """Show one change as a unified diff, in plain text."""
    run = run_of(project_for(request.user, team, project), run_id)
    change = change_of(run, number)
    texts = texts_of(run, [change])
    before, after, patch = (
        texts.get(bytes(digest)) if digest is not None else None
        for digest in (change.before_digest, change.after_digest, change.patch_digest)
    )
    known = before is not None or after is not None
    text = unified(before, after, change.path) if known else patch or "(the lines are not known)"
    return plain_text(text, filename=f"change-{number}.patch.txt")
