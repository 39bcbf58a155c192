"""Opik's API, as far as its SDK sends to it (docs/reference/sdks.md)."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline, queries
from ingest.endpoints.gate import as_json, for_programs, for_questions, gated, json_body
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


@for_programs
def post_span(request: HttpRequest, project: Project) -> HttpResponse:
    """Store one span that begins or is over."""
    return store(request, project, lambda body: opik.read_one(body, "spans"))


@for_programs
def post_trace(request: HttpRequest, project: Project) -> HttpResponse:
    """Store one trace that begins or is over."""
    return store(request, project, lambda body: opik.read_one(body, "traces"))


def take_update(request: HttpRequest, project: Project, *, what: str, id: str) -> HttpResponse:
    """Store what is new of one span or trace."""
    return store(request, project, lambda body: opik.read_update(id, body, what))


def take_scores(request: HttpRequest, project: Project) -> HttpResponse:
    """Store scores of traces."""
    return store(request, project, opik.read_scores)


def take_score(request: HttpRequest, project: Project, *, trace: str) -> HttpResponse:
    """Store one score of a trace."""
    return store(request, project, lambda body: opik.read_score(trace, body))


def take_scores_of_spans(request: HttpRequest, project: Project) -> HttpResponse:
    """Store scores of single spans."""
    find = partial(queries.traces_of_spans, project)
    return store(request, project, lambda body: opik.read_scores_of_spans(body, find))


def take_score_of_span(request: HttpRequest, project: Project, *, span: str) -> HttpResponse:
    """Store one score of a span."""
    find = partial(queries.traces_of_spans, project)
    return store(request, project, lambda body: opik.read_score_of_span(span, body, find))


patch_one = gated(take_update, methods=("PATCH",))
put_scores = gated(take_scores, methods=("PUT",))
put_score = gated(take_score, methods=("PUT",))
put_scores_of_spans = gated(take_scores_of_spans, methods=("PUT",))
put_score_of_span = gated(take_score_of_span, methods=("PUT",))


def store(request: HttpRequest, project: Project, read: Callable[[bytes], Told]) -> HttpResponse:
    """Store one batch."""
    told, masked = pipeline.read_body(project, json_body(request), read)
    pipeline.take_told(project, told, source=opik.SOURCE, now=timezone.now(), masked=masked)
    return HttpResponse(status=204)
