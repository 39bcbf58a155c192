"""One file of a run: its versions, any two of them compared, and the whole file with who wrote each line."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from runs.fragments import place_of, show_steps
from runs.histories import Known, Version
from runs.limits import BLAME_LINES, CHANGE_PATH_CHARS, VERSIONS_PAGE
from runs.models import Run
from runs.queries.histories import FileHistory, file_history, sightings_of
from runs.queries.runs import run_of
from runs.queries.steps import rows_by_seq
from runs.shown.blames import blame_lines
from runs.shown.files import Said, compared, summary_of, version_diff, versions_shown
from runs.shown.nets import file_url
from runs.sightings import disagreements
from runs.views.runs import number_in, run_context
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_file(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the versions of a file; `a` and `b` compare two, `view=whole` shows one with its authors."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    path = request.GET.get("path", "").replace("\0", "")[:CHANGE_PATH_CHARS]
    if not path:
        return redirect("runs:changes", team, project, run_id)
    file = file_history(run, path)
    if file is None:
        raise Http404("This run did not change such a file.")
    said = read_said(found, run, file)
    whole = request.GET.get("view") == "whole"
    context = whole_context(request, found, run, file, said) if whole else {}
    if whole and request.htmx and request.GET.get("from"):
        return render(request, "runs/_blame_lines.html", context)
    context |= run_context(request, found, run, tab="changes")
    context |= versions_context(request, found, run, file, said)
    return render(request, "runs/file.html", context)


def read_said(project: Project, run: Run, file: FileHistory) -> Said:
    """Say what each step of the history did."""
    seqs = {version.step for version in file.history.versions if version.step is not None}
    rows = show_steps(project, run, rows_by_seq(run, seqs)) if seqs else []
    return {row.seq: f"{row.sentence.verb} {row.sentence.object}".strip() for row in rows}


def versions_context(
    request: HttpRequest, project: Project, run: Run, file: FileHistory, said: Said
) -> dict[str, Any]:
    """Gather the versions, a page of their diffs, and the two that are compared."""
    place = place_of(project, run)
    wrong = disagreements(file.history, sightings_of(run, file.paths))
    listed = versions_shown(file, place, said, wrong, size=VERSIONS_PAGE)
    old, new = (chosen(file, number_in(request, name)) for name in ("a", "b"))
    start = number_in(request, "from") or 0
    page = listed[start : start + VERSIONS_PAGE]
    context: dict[str, Any] = {
        "file": file,
        "summary": summary_of(file),
        "versions": listed,
        "here": place.url("file"),
        "versions_url": file_url(place, file.path),
        "whole_url": file_url(place, file.path, view="whole"),
        "step_size": BLAME_LINES,
    }
    if old is not None and new is not None:
        return context | {"view": "compare", "a": old, "b": new, "piece": compared(file, old, new)}
    if request.GET.get("view") == "whole":
        return context | {"view": "whole"}
    if start + VERSIONS_PAGE < len(listed):
        context["later_url"] = file_url(place, file.path, **{"from": start + VERSIONS_PAGE})
    diffs = [version_diff(file, shown.number, shown) for shown in page]
    return context | {"view": "versions", "diffs": diffs}


def chosen(file: FileHistory, number: int | None) -> Version | None:
    """Find a version by its number."""
    versions = file.history.versions
    return versions[number] if number is not None and number < len(versions) else None


def whole_context(
    request: HttpRequest, project: Project, run: Run, file: FileHistory, said: Said
) -> dict[str, Any]:
    """Gather a window of the whole file: of the version asked for, else of the last one there is."""
    place = place_of(project, run)
    there = [version for version in file.history.versions if version.known != Known.ABSENT]
    version = chosen(file, number_in(request, "b")) or (there or file.history.versions)[-1]
    start = max(0, (number_in(request, "from") or 1) - 1)
    size = len(version.sheet.lines) if version.sheet else 0
    context: dict[str, Any] = {
        "version": version,
        "blame": blame_lines(file, version, place, said, start=start),
        "lines": size,
        "first": start + 1,
        "more_below": version.sheet is not None and version.sheet.open,
    }
    link = {"view": "whole", "b": version.number}
    if start + BLAME_LINES < size:
        context["later_url"] = file_url(place, file.path, **link, **{"from": start + BLAME_LINES + 1})
    if start:
        context["earlier_url"] = file_url(
            place, file.path, **link, **{"from": max(1, start - BLAME_LINES + 1)}
        )
    return context
