"""Keyset pages: `{"results": […], "next": url or null}`. A cursor names a place, never an offset."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

BAD_CURSOR = "The cursor is not one of ours; leave it out to start at the beginning."


def size_of_page(request: Request, *, usual: int, most: int) -> int:
    """Read `limit`: a number from 1 to `most`."""
    given = request.query_params.get("limit")
    if given is None:
        return usual
    if not given.isdecimal() or len(given) > 9 or not 1 <= int(given) <= most:
        raise ValidationError({"error": f"limit is a number from 1 to {most}."})
    return int(given)


def next_url(request: Request, place: str | None) -> str | None:
    """Build the URL of the next page."""
    if place is None:
        return None
    cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def place_of(request: Request) -> str | None:
    """Read the place that `cursor` names."""
    cursor = request.query_params.get("cursor")
    if not cursor:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise ValidationError({"error": BAD_CURSOR}) from error


def page_by_time(
    request: Request, rows: QuerySet[Any], size: int, *, field: str = "sort_at"
) -> tuple[Sequence[Any], str | None]:
    """Read rows newest first; the place is the time and id of the last one."""
    place = place_of(request)
    if place is not None:
        try:
            at, run_id = place.split(" ")
            when, last = datetime.fromisoformat(at), UUID(run_id)
        except ValueError as error:
            raise ValidationError({"error": BAD_CURSOR}) from error
        older = Q(**{f"{field}__lt": when}) | Q(**{field: when, "id__lt": last})
        rows = rows.filter(older, **{f"{field}__lte": when})
    found = list(rows.order_by(f"-{field}", "-id")[: size + 1])
    if len(found) <= size:
        return found, None
    return found[:size], f"{getattr(found[size - 1], field).isoformat()} {found[size - 1].id}"


def page_by_number(
    request: Request, rows: QuerySet[Any], field: str, size: int
) -> tuple[Sequence[Any], str | None]:
    """Read rows by their number in the run (`seq` or `n`); the place is the last number."""
    place = place_of(request)
    if place is not None:
        if not place.isdecimal() or len(place) > 9:
            raise ValidationError({"error": BAD_CURSOR})
        rows = rows.filter(**{f"{field}__gt": int(place)})
    found = list(rows.order_by(field)[: size + 1])
    more = len(found) > size
    return found[:size], str(getattr(found[size - 1], field)) if more else None
