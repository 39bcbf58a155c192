"""Endpoints of the read API that compare two sides of runs."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.auth import HasKey, ReadKey
from runs.api.filters import MEANINGS
from runs.api.pages import next_url, page_by_time, size_of_page
from runs.api.report_shapes import COMPARISON, SAVED
from runs.api.schema import page_of, paging
from runs.blobs import storable
from runs.models import Comparison
from runs.queries.saved import comparison_of, saved_in
from runs.shown.report_data import report_data
from runs.shown.reports import headline_of
from runs.views.comparing import read_comparison
from runs.views.filters import NAMES
from runs.views.sides import Asked, read_asked, read_saved
from teams.models import Project

SIDES = [
    OpenApiParameter(f"{side}{name}", str, description=f"{words} {MEANINGS.get(name, '')}".strip())
    for side, words in (("a.", "Of side A."), ("b.", "Of side B."), ("", "Of both sides."))
    for name in NAMES
]


@extend_schema(
    responses=page_of("Comparisons", SAVED),
    parameters=paging(200),
)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def list_comparisons(request: Request) -> Response:
    """List the saved comparisons of the key's project, newest first."""
    project = request.auth.project
    size = size_of_page(request, usual=50, most=200)
    saved, place = page_by_time(request, saved_in(project), size, field="created_at")
    told = [saved_data(request, project, each) for each in saved]
    return Response({"results": told, "next": next_url(request, place)})


@extend_schema(responses=COMPARISON)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def show_comparison(request: Request, comparison_id: UUID) -> Response:
    """Compare the two sides of a saved comparison, over the runs of now."""
    project = request.auth.project
    saved = comparison_of(project, comparison_id)
    told = comparison_data(project, read_saved(saved.query, now=datetime.now(UTC)))
    return Response(told | {"id": saved.id, "name": saved.name})


@extend_schema(responses=COMPARISON, parameters=SIDES)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def compare_sides(request: Request) -> Response:
    """Compare two sides: `a.` or `b.` before a filter of the run list; without, it holds for both."""
    known = {f"{side}{name}" for side in ("a.", "b.", "") for name in NAMES}
    given = {name: storable(value) for name, value in request.query_params.items() if value}
    asked = read_asked(given, now=datetime.now(UTC))
    if unknown := sorted(set(given) - known):
        raise ValidationError({"error": f"There is no filter {unknown[0][:40]!r}."})
    understood = {*(f"a.{name}" for name in asked.a), *(f"b.{name}" for name in asked.b), *asked.both}
    if odd := sorted(set(given) - understood):
        raise ValidationError({"error": f"{odd[0]} cannot be {given[odd[0]][:40]!r}."})
    if not asked.is_asked:
        raise ValidationError(
            {"error": "Tell the sides apart: a.variant=…&b.variant=…, or any other filter."}
        )
    return Response(comparison_data(request.auth.project, asked))


def saved_data(request: Request, project: Project, saved: Comparison) -> dict[str, Any]:
    """Tell what was saved."""
    asked = read_saved(saved.query, now=datetime.now(UTC))
    page = reverse("runs:report", args=[project.team.slug, project.slug, saved.id])
    return {
        "id": saved.id,
        "name": saved.name,
        "a": dict(asked.a),
        "b": dict(asked.b),
        "both": dict(asked.both),
        "created_at": saved.created_at,
        "url": request.build_absolute_uri(page),
    }


def comparison_data(project: Project, asked: Asked) -> dict[str, Any]:
    """Tell what a comparison comes to."""
    compared = read_comparison(project, asked, now=datetime.now(UTC))
    sides = {
        name: {"filters": dict(chosen), "runs": len(side.runs), "more": side.more}
        for name, chosen, side in (("a", asked.a, compared.a), ("b", asked.b, compared.b))
    }
    told = {"id": None, "name": None, **sides, "both": dict(asked.both)}
    return {**told, "headline": headline_of(compared.report), **report_data(compared.report)}
