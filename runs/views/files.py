"""One file of a run: its versions, any two of them compared, and the whole file with who wrote each line."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import place_of, show_steps
from runs.histories import Known, Version
from runs.limits import BLAME_LINES, CHANGE_PATH_CHARS, VERSIONS_LISTED, VERSIONS_PAGE
from runs.looks import Look, look_of
from runs.models import Run
from runs.queries.histories import FileHistory, file_history, sightings_of
from runs.queries.runs import run_of
from runs.queries.steps import rows_by_seq
from runs.shown.blames import blame_lines
from runs.shown.files import compared, version_diff, whole_query
from runs.shown.nets import switches_with
from runs.shown.versions import FileReading, summary_of, titles_of, versions_shown
from runs.sightings import disagreements
from runs.views.runs import number_in, run_context
from runs.visible import visible_html
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_file(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the versions of a file; `a` and `b` compare two, `view=whole` shows one with its writers."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    path = request.GET.get("path", "").replace("\0", "")[:CHANGE_PATH_CHARS]
    if not path:
        return redirect("runs:changes", team, project, run_id)
    reading = read_file(found, run, path, look_of(request.GET))
    if request.GET.get("view") != "whole":
        context = versions_context(request, reading)
    else:
        context = whole_context(request, reading)
        if request.htmx and request.GET.get("start"):
            return render(request, "runs/_blame_lines.html", context)
    near = number_in(request, "b" if context["view"] == "whole" else "start")
    context |= run_context(request, found, run, tab="changes") | around_context(reading, near)
    return render(request, "runs/file.html", context)


def read_file(project: Project, run: Run, path: str, look: Look) -> FileReading:
    """Gather a file's history and what its steps did. Raises Http404."""
    file = file_history(run, path)
    if file is None:
        raise Http404("This run did not change such a file.")
    return FileReading(
        file=file,
        place=place_of(project, run, look.kept),
        said=read_said(project, run, file),
        wrong=disagreements(file.history, sightings_of(run, file.paths)),
        look=replace(look.of_one, path=path, whole=False),
    )


def read_said(project: Project, run: Run, file: FileHistory) -> dict[int, str]:
    """Say what each step of the history did."""
    seqs = {version.step for version in file.history.versions if version.step is not None}
    rows = show_steps(project, run, rows_by_seq(run, seqs)) if seqs else []
    return {row.seq: f"{row.sentence.verb} {row.sentence.object}".strip() for row in rows}


def around_context(reading: FileReading, near: int | None) -> dict[str, Any]:
    """Gather what stands around every view of a file: the versions near one, and the ways to look at them."""
    file = reading.file
    listed = versions_shown(reading)
    first = min(near or 0, len(listed) - 1) // VERSIONS_LISTED * VERSIONS_LISTED
    stop = first + VERSIONS_LISTED
    return {
        "listed": listed[first:stop],
        "listed_before": reading.url(start=first - VERSIONS_LISTED) if first else "",
        "listed_after": reading.url(start=stop) if stop < len(listed) else "",
        "file": file,
        "names": [visible_html(name) for name in file.paths],
        "summary": summary_of(file),
        "versions": listed,
        "here": reading.place.url("file"),
        "versions_url": reading.url(),
        "whole_url": reading.place.url("file") + whole_query(reading),
        "look": reading.look,
    }


def versions_context(request: HttpRequest, reading: FileReading) -> dict[str, Any]:
    """Gather a page of the versions' diffs, or the two versions that are compared."""
    url = reading.place.url("file")
    old, new = (chosen(reading.file, number_in(request, name)) for name in ("a", "b"))
    if old is not None and new is not None:
        titles = titles_of(reading.file)
        return {
            "view": "compare",
            "a": old.number,
            "b": new.number,
            "title": f"{titles[old.number]} → {titles[new.number]}",
            "piece": compared(reading, old, new),
            "switches": switches_with(reading.look, url, a=str(old.number), b=str(new.number)),
        }
    start = number_in(request, "start") or 0
    listed = versions_shown(reading)
    context = {
        "view": "versions",
        "diffs": [version_diff(reading, shown) for shown in listed[start : start + VERSIONS_PAGE]],
        "switches": switches_with(reading.look, url, start=start),
    }
    if start + VERSIONS_PAGE < len(listed):
        context["later_url"] = reading.url(start=start + VERSIONS_PAGE)
    return context


def chosen(file: FileHistory, number: int | None) -> Version | None:
    """Find a version by its number."""
    versions = file.history.versions
    return versions[number] if number is not None and number < len(versions) else None


def whole_context(request: HttpRequest, reading: FileReading) -> dict[str, Any]:
    """Gather a window of the whole file: of the version asked for, else of the last one there is."""
    versions = reading.file.history.versions
    there = [version for version in versions if version.known != Known.ABSENT] or list(versions)
    version = chosen(reading.file, number_in(request, "b")) or there[-1]
    size = len(version.sheet.lines) if version.sheet else 0
    start = max(0, (number_in(request, "start") or 1) - 1)
    url = reading.place.url("file") + whole_query(reading, version.number)
    return {
        "view": "whole",
        "version": version,
        "title": titles_of(reading.file)[version.number],
        "blame": blame_lines(reading, version, start=start),
        "lines": size,
        "window": BLAME_LINES,
        "window_url": url,
        "more_below": version.sheet is not None and version.sheet.open,
        "later_url": f"{url}&start={start + BLAME_LINES + 1}" if start + BLAME_LINES < size else "",
        "earlier_url": f"{url}&start={max(1, start - BLAME_LINES + 1)}" if start else "",
    }
