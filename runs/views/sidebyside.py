"""Runs beside each other: two step by step, several as columns; and the choice of what to compare with."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.comparing.beside import Row
from runs.ends import read_ends
from runs.fragments import hidden_among, place_of
from runs.limits import AROUND_FOLD, COMPARED_RUNS, COMPARED_STEPS
from runs.models import Run
from runs.partings import read_account
from runs.queries.prompts import labels_of
from runs.queries.sidebyside import costs_by_model, judgements_of, likes_of, runs_named, signatures_of
from runs.queries.steps import rows_by_seq
from runs.shown.compared import columns_of, compared_facts, likes_shown, strips_shown
from runs.shown.compared_tables import Compared, checks_table, costs_table, findings_table
from runs.shown.paired_files import fates_shown
from runs.shown.partings import why_shown
from runs.shown.runs import title_of
from runs.shown.sidebyside import Drawing, Piece, rows_shown, window_of
from runs.shown.steps import Around, StepRow, line_shown
from runs.sidebyside import Beside, read_beside, read_flight
from runs.states import query_of
from runs.views.timelines import number_in
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_compared(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show two runs beside each other, several as columns, or what one can be compared with."""
    found = project_for(request.user, team, project)
    asked = asked_ids(request)
    runs = runs_named(found, asked[:COMPARED_RUNS])
    context: dict[str, Any] = {"project": found, "team": found.team, "runs": runs, "asked": len(asked)}
    if len(runs) < 2:
        return render(request, "runs/compare_with.html", context | likes_context(found, runs))
    base = read_base(request, runs)
    context |= columns_context(found, runs, base)
    if len(runs) > 2:
        context |= tables_context(found, runs, base)
        return render(request, "runs/compare_many.html", context)
    context |= steps_context(request, found, runs)
    context["strips"] = strips_shown([read_flight(run) for run in runs])
    context["why"] = why_shown(context["beside"], read_account(*runs, context["beside"]), context["row_url"])
    return render(request, "runs/compare.html", context)


@require_GET
@login_required
def show_compared_rows(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show more rows of two runs, or a stretch that was folded."""
    found = project_for(request.user, team, project)
    runs = runs_named(found, read_ids(request))
    if len(runs) != 2:
        return redirect(reverse("runs:compare", args=[team, project]) + query_of(request.GET.items()))
    return render(request, "runs/_beside_rows.html", steps_context(request, found, runs))


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_compared_ends(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show how two runs left files, checks and money; for htmx alone what goes below their steps."""
    found = project_for(request.user, team, project)
    runs = runs_named(found, read_ids(request))
    if len(runs) != 2:
        return redirect(reverse("runs:compare", args=[team, project]) + query_of(request.GET.items()))
    ends = read_ends(*runs)
    context = {"project": found, "team": found.team} | columns_context(found, runs, runs[0])
    context |= tables_context(found, runs, runs[0])
    context |= {
        "ends": ends,
        "fates": fates_shown(ends, (place_of(found, runs[0]), place_of(found, runs[1]))),
    }
    name = "runs/_beside_ends.html" if request.htmx else "runs/compare_ends.html"
    return render(request, name, context)


def asked_ids(request: HttpRequest) -> list[UUID]:
    """Read the runs asked for: `runs=…,…`, or several times `runs=…`. Raises Http404."""
    words = [word for value in request.GET.getlist("runs") for word in value.split(",") if word]
    try:
        return list(dict.fromkeys(UUID(word) for word in words))
    except ValueError:
        raise Http404("No such run.") from None


def read_ids(request: HttpRequest) -> list[UUID]:
    """Read as many of the runs asked for as are compared. Raises Http404."""
    return asked_ids(request)[:COMPARED_RUNS]


def likes_context(project: Project, runs: list[Run]) -> dict[str, Any]:
    """Gather what one run may be compared with."""
    if not runs:
        return {}
    page = reverse("runs:compare", args=[project.team.slug, project.slug])
    likes = likes_of(project, runs[0])
    variants = labels_of(project, [like.prompt for like in likes])
    shown = likes_shown(runs[0], likes, f"{page}?runs={runs[0].id},", variants=variants)
    return {"run_title": title_of(runs[0]), "likes": shown}


def read_base(request: HttpRequest, runs: list[Run]) -> Run:
    """Read against which run the others are held; the first one unless another is named."""
    return next((run for run in runs if str(run.id) == request.GET.get("base")), runs[0])


def columns_context(project: Project, runs: list[Run], base: Run) -> dict[str, Any]:
    """Build the heads and facts of all runs."""
    ids = ",".join(str(run.id) for run in runs)
    page = reverse("runs:compare", args=[project.team.slug, project.slug])
    urls = {
        run.id: (
            place_of(project, run).url("run"),
            page + query_of([("runs", ids), ("base", run.id)]),
            page + query_of([("runs", f"{base.id},{run.id}")]),
        )
        for run in runs
    }
    swapped = ",".join(str(run.id) for run in reversed(runs))
    return {
        "ids": ids,
        "columns": columns_of(runs, base, urls, labels_of(project, [run.prompt for run in runs])),
        "facts": compared_facts(runs, base),
        "ends_url": reverse("runs:compare_ends", args=[project.team.slug, project.slug]) + f"?runs={ids}",
        "steps_url": f"{page}?runs={ids}",
        "swap_url": page + query_of([("runs", swapped)]),
        "most": COMPARED_STEPS,
    }


def tables_context(project: Project, runs: list[Run], base: Run) -> dict[str, Any]:
    """Build the tables of checks, findings and cost."""
    places = {run.id: place_of(project, run) for run in runs}
    compared = Compared(runs=runs, base=base, judged=judgements_of(runs), places=places)
    costs = {run.id: costs_by_model(run) for run in runs}
    return {
        "tables": [
            checks_table(compared),
            findings_table(compared, signatures_of(runs)),
            costs_table(compared, costs),
        ]
    }


def steps_context(request: HttpRequest, project: Project, runs: list[Run]) -> dict[str, Any]:
    """Read one window of rows, and the way to the next."""
    beside = read_beside(*runs)
    whole = request.GET.get("whole") == "1"
    start = min(number_in(request, "at") or 0, len(beside.rows))
    stop = min(number_in(request, "to") or len(beside.rows), len(beside.rows))
    pieces = window_of(beside.rows, start, max(start, stop), whole=whole)
    end = pieces[-1].stop if pieces else start
    more = links_of(project, runs)(end, stop, whole=whole) if end < stop else ("", "")
    return {
        "beside": beside,
        "rows": _drawn(project, runs, beside, pieces),
        "more_url": more[0],
        "more_page": more[1],
        "left": stop - end,
        "row_url": row_url_of(project, runs, pieces),
        "start": start,
        "whole": whole,
    }


def links_of(project: Project, runs: list[Run]) -> Callable[..., tuple[str, str]]:
    """Make what links rows: for htmx, and as a page."""
    names = [project.team.slug, project.slug]
    rows, page = reverse("runs:compare_rows", args=names), reverse("runs:compare", args=names)
    ids = ",".join(str(run.id) for run in runs)

    def link(at: int, to: int, *, whole: bool = False) -> tuple[str, str]:
        kept: list[tuple[str, object]] = [("whole", 1)] if whole else []
        query = query_of([("runs", ids), ("at", at), ("to", to), *kept])
        return f"{rows}{query}", f"{page}{query_of([('runs', ids), ('at', at), *kept])}#row-{at}"

    return link


def row_url_of(project: Project, runs: list[Run], pieces: list[Piece]) -> Callable[[int], str]:
    """Make what links one row: a jump on the page where it is shown, else the page that begins before it."""
    link = links_of(project, runs)

    def url(row: int) -> str:
        if any(piece.start <= row < piece.stop and not piece.folded for piece in pieces):
            return f"#row-{row}"
        return f"{link(max(0, row - AROUND_FOLD), row)[1].partition('#')[0]}#row-{row}"

    return url


def _drawn(project: Project, runs: list[Run], beside: Beside, pieces: list[Piece]) -> list[Any]:
    rows = [row for piece in pieces if not piece.folded for row in beside.rows[piece.start : piece.stop]]
    left, right = _steps(project, runs[0], rows, "left"), _steps(project, runs[1], rows, "right")
    link = links_of(project, runs)
    drawing = Drawing(
        left=left, right=right, parts=beside.parts, unfold=lambda at, to: link(at, to, whole=True)
    )
    return rows_shown(beside.rows, pieces, drawing)


def _steps(project: Project, run: Run, rows: list[Row], side: str) -> dict[int, StepRow]:
    """Read the steps of one side, by number."""
    moves = [move for row in rows if (move := getattr(row, side)) is not None]
    found = rows_by_seq(run, [move.seq for move in moves])
    around = Around(place=place_of(project, run), hidden=hidden_among(run, found))
    return {row["seq"]: line_shown(row, around) for row in found}
