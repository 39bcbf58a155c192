"""Langfuse's own API beside its OTLP path (docs/reference/sdks.md). Answers exactly as its SDKs expect."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.endpoints.gate import as_json, for_programs, for_questions, json_body
from ingest.formats.sdks import langfuse
from teams.models import Project

SOURCE = "langfuse"


@for_questions
def show_projects(request: HttpRequest, project: Project) -> HttpResponse:
    """Name the project of the key; SDKs check their key with it, and need the organization."""
    told = {
        "id": project.slug,
        "name": project.name,
        "organization": {"id": project.team.slug, "name": project.team.name},
        "metadata": {},
        "retentionDays": None,
    }
    return as_json({"data": [told]})


@for_programs
def post_ingestion(request: HttpRequest, project: Project) -> HttpResponse:
    """Store a batch of events, each answered by itself."""
    heard, masked = pipeline.read_body(project, json_body(request), langfuse.read_ingestion)
    pipeline.take_told(project, heard.told, source=SOURCE, now=timezone.now(), masked=masked)
    taken = [{"id": event, "status": 201} for event in heard.taken]
    return as_json({"successes": taken, "errors": heard.errors}, status=207)


@for_programs
def post_scores(request: HttpRequest, project: Project) -> HttpResponse:
    """Store scores. Anything but this exact answer is logged as a rejection by the SDK."""
    (told, rejected), masked = pipeline.read_body(project, json_body(request), langfuse.read_scores)
    pipeline.take_told(project, told, source=SOURCE, now=timezone.now(), masked=masked)
    if rejected:
        return as_json(
            {"accepted": len(told.spans), "rejected": len(rejected), "errors": rejected}, status=207
        )
    return as_json({"message": "Accepted"}, status=202)
