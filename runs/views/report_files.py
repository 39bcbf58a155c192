"""A comparison to take along: CSV of its runs or measures, JSON, one page that needs nothing else."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from runs.shown.report_data import measure_rows, report_data, run_rows
from runs.views.comparing import Compared, context_of, read_comparison
from runs.views.plain import attached
from runs.views.sides import read_asked
from teams.access import project_for
from teams.models import Project

#: Format -> what its link says.
FILES = {
    "html": "One page (HTML), to send or print",
    "csv": "Runs (CSV), one a row",
    "measures": "Measures (CSV)",
    "json": "Everything (JSON)",
}
_STYLES = ("tokens", "base", "runs", "panel", "code", "diff", "tool_use", "report")


@require_GET
@login_required
def export_report(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Send a comparison as a file."""
    found, now = project_for(request.user, team, project), timezone.now()
    asked = read_asked(request.GET, now=now)
    write = _WRITERS.get(request.GET.get("format", ""))
    if write is None or not asked.is_asked:
        return redirect(f"{reverse('runs:reports', args=[team, project])}?{asked.query}")
    compared = read_comparison(found, asked, now=now)
    return write(found, compared, request.build_absolute_uri("/"))


def _csv(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    return attached(answer, filename=name)


def _runs(project: Project, compared: Compared, base: str) -> HttpResponse:
    return _csv(run_rows(compared.report), "comparison-runs.csv")


def _measures(project: Project, compared: Compared, base: str) -> HttpResponse:
    return _csv(measure_rows(compared.report), "comparison-measures.csv")


def _json(project: Project, compared: Compared, base: str) -> HttpResponse:
    heads, *rows = run_rows(compared.report)
    runs = [dict(zip(heads, row, strict=True)) for row in rows]
    asked = compared.asked
    told = {"a": asked.side("a"), "b": asked.side("b"), **report_data(compared.report), "runs": runs}
    return attached(JsonResponse(told), filename="comparison.json")


def _page(project: Project, compared: Compared, base: str) -> HttpResponse:
    context = context_of(project, compared) | {"base": base, "now": timezone.now(), "style": styles()}
    page = render_to_string("runs/report_file.html", context)
    return attached(HttpResponse(page), filename="comparison.html")


def styles() -> str:
    """Read our own style sheets, to stand inside the file."""
    paths = [finders.find(f"css/{name}.css") for name in _STYLES]
    return mark_safe("\n".join(Path(path).read_text() for path in paths if isinstance(path, str)))


_WRITERS: dict[str, Callable[[Project, Compared, str], HttpResponse]] = {
    "csv": _runs,
    "measures": _measures,
    "json": _json,
    "html": _page,
}
