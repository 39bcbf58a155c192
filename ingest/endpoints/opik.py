"""Opik's API, as far as its SDK sends to it (docs/reference/sdks.md)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.endpoints.gate import as_json, for_programs, for_questions, json_body
from ingest.formats.sdks import opik
from ingest.formats.sdks.told import Told
from teams.models import Project


@for_questions
def show_ping(request: HttpRequest, project: Project) -> HttpResponse:
    """Say that the server is there."""
    return as_json({"message": "Healthy Server", "healthy": True})


@for_programs
def post_spans(request: HttpRequest, project: Project) -> HttpResponse:
    """Store a batch of spans that begin or are over."""
    return store(request, project, opik.read_spans)


@for_programs
def post_traces(request: HttpRequest, project: Project) -> HttpResponse:
    """Store a batch of traces that begin or are over."""
    return store(request, project, opik.read_traces)


def store(request: HttpRequest, project: Project, read: Callable[[bytes], Told]) -> HttpResponse:
    """Store one batch."""
    told, masked = pipeline.read_body(project, json_body(request), read)
    pipeline.take_told(project, told, source=opik.SOURCE, now=timezone.now(), masked=masked)
    return HttpResponse(status=204)
