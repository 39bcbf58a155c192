"""Pages: drop files, watch their import, see what could not be read. Programs use `ingest.endpoints`."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ingest import actions, queries
from ingest.limits import FILES_PER_IMPORT, OPEN_UPLOADS, PROBLEMS_PAGE, UPLOAD_BYTES, UPLOAD_RUNS_LISTED
from ingest.models import Problem, Upload
from ingest.streams import Refused, in_mib
from ingest.tasks import queue_import
from ingest.uploads import uploaded_files
from runs.words import one_line
from teams.access import project_for
from teams.models import Project

TOO_MANY_OPEN = f"{OPEN_UPLOADS} uploads are waiting already; try again when some are done."


@require_http_methods(["GET", "POST"])
def show_upload(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Show where files are dropped, and the newest uploads; take files."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    if request.method == "POST":
        return take_upload(request, project)
    return render(request, "ingest/upload.html", upload_context(project))


@require_GET
def show_uploads(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Show the newest uploads alone: the page asks every second while one is open."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    return render(request, "ingest/_uploads.html", upload_context(project))


@require_GET
def show_problems(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """List what could not be read, the newest first."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    problems = list(queries.problems_of(project, before=read_cursor(request.GET.get("before", ""))))
    more = problems[PROBLEMS_PAGE:]
    context = {
        "project": project,
        "team": project.team,
        "problems": problems[:PROBLEMS_PAGE],
        "next": write_cursor(problems[PROBLEMS_PAGE - 1]) if more else "",
    }
    return render(request, "ingest/problems.html", context)


@require_GET
def download_problem(
    request: HttpRequest, team_slug: str, project_slug: str, problem_id: int
) -> HttpResponse:
    """Hand out the record as it came: as a file, never as something a browser shows."""
    problem = problem_for(request, team_slug, project_slug, problem_id)
    return HttpResponse(
        problem.content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="problem-{problem.pk}.txt"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
def dismiss_problem(request: HttpRequest, team_slug: str, project_slug: str, problem_id: int) -> HttpResponse:
    """Forget one problem."""
    actions.dismiss_problem(problem_for(request, team_slug, project_slug, problem_id))
    return redirect("ingest:problems", team_slug, project_slug)


@require_POST
def dismiss_problems(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Forget all problems of the project."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    actions.dismiss_all_problems(project)
    messages.success(request, "All problems were dismissed.")
    return redirect("ingest:problems", team_slug, project_slug)


def problem_for(request: HttpRequest, team_slug: str, project_slug: str, problem_id: int) -> Problem:
    """Gate one problem. Raises Http404."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    problem = queries.problem_of(project, problem_id)
    if problem is None:
        raise Http404
    return problem


def take_upload(request: HttpRequest, project: Project) -> HttpResponse:
    """Store the files durably, queue their import and answer at once; a script gets JSON, a form the page."""
    try:
        if queries.open_uploads(project) >= OPEN_UPLOADS:
            raise Refused(TOO_MANY_OPEN, status=422)
        if not request.FILES:
            raise Refused("Choose at least one file.", status=422)
        files = uploaded_files(request)
        actions.keep_upload(project, request.user, files=files, queue=queue_import)
    except Refused as refused:
        return refused_upload(request, project, str(refused), status=refused.status)
    except OperationalError:
        return refused_upload(request, project, "The database cannot be reached; try again.", status=503)
    here = reverse("ingest:upload", args=[project.team.slug, project.slug])
    return JsonResponse({"url": here}) if wants_json(request) else redirect(here)


def refused_upload(request: HttpRequest, project: Project, sentence: str, *, status: int) -> HttpResponse:
    """Say why files were not taken."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    return render(
        request, "ingest/upload.html", {**upload_context(project), "error": sentence}, status=status
    )


def wants_json(request: HttpRequest) -> bool:
    """Say whether our script asks, and not a plain form."""
    return request.headers.get("accept", "").startswith("application/json")


def upload_context(project: Project) -> dict[str, Any]:
    """Gather what the upload page and its fragment show."""
    uploads = list(queries.uploads_of(project))
    titles = queries.titles_of(project, uploads)
    return {
        "project": project,
        "team": project.team,
        "uploads": [(upload, runs_shown(upload, titles)) for upload in uploads],
        "is_open": any(upload.is_open for upload in uploads),
        "most_size": in_mib(UPLOAD_BYTES),
        "most_bytes": UPLOAD_BYTES,
        "most_files": FILES_PER_IMPORT,
    }


def runs_shown(upload: Upload, titles: dict[str, str]) -> list[dict[str, str]]:
    """List the runs that came out of an upload: by title, else by the client's id."""
    runs = upload.result.get("runs", [])[:UPLOAD_RUNS_LISTED]
    named = [(run["url"], titles.get(run["id"]) or run["external_id"]) for run in runs]
    return [{"url": url, "title": one_line(title, limit=100)} for url, title in named]


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Read the place in the list that a page ended at; nonsense is the beginning."""
    seen, _, number = text.partition("-")
    if not (seen.isascii() and seen.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(seen) > 16 or len(number) > 18:
        return None
    return datetime.fromtimestamp(int(seen) / 1e6, UTC), int(number)


def write_cursor(problem: Problem) -> str:
    """Write the place of the last problem of a page."""
    return f"{round(problem.seen_at.timestamp() * 1e6)}-{problem.pk}"
