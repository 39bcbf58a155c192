"""OTLP over HTTP: spans, logs and metrics, in protobuf or JSON, answered in the same encoding."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.endpoints.gate import body_of, for_programs
from ingest.formats import otlp
from ingest.limits import EVENTS_DECODED_BYTES, EVENTS_ENCODED_BYTES
from ingest.streams import Refused
from teams.models import Project

PROTOBUF = "application/x-protobuf"
Take = Callable[..., pipeline.Outcome]


@for_programs
def post_traces(request: HttpRequest, project: Project) -> HttpResponse:
    """Store spans (docs/reference/otlp.md)."""
    return take(request, project, "traces", pipeline.take_traces)


@for_programs
def post_logs(request: HttpRequest, project: Project) -> HttpResponse:
    """Store log records that belong to a model call."""
    return take(request, project, "logs", pipeline.take_logs)


@for_programs
def post_metrics(request: HttpRequest, project: Project) -> HttpResponse:
    """Take metrics, so that no exporter complains; spans and logs hold the facts."""
    return take(request, project, "metrics", pipeline.take_metrics)


def take(request: HttpRequest, project: Project, signal: str, store: Take) -> HttpResponse:
    """Store one body, and say how much of it was not taken. Raises Refused."""
    body = body_of(request, encoded_cap=EVENTS_ENCODED_BYTES, decoded_cap=EVENTS_DECODED_BYTES)
    json = otlp.is_json(request.content_type or "", body)
    try:
        outcome = store(project, body, json=json, now=timezone.now())
    except otlp.Unreadable as unreadable:
        raise Refused(str(unreadable), status=400) from None
    damaged = outcome.batch.quarantined
    sentence = damaged[0].why if damaged else ""
    return HttpResponse(
        otlp.answer_of(signal, json=json, rejected=len(damaged), sentence=sentence),
        content_type="application/json" if json else PROTOBUF,
    )
