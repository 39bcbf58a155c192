"""Where the trace exporter of the OpenAI Agents SDK posts to (docs/reference/sdks.md)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.endpoints.gate import for_programs, json_body
from ingest.formats.sdks import openai_agents
from teams.models import Project


@for_programs
def post_traces(request: HttpRequest, project: Project) -> HttpResponse:
    """Store traces and spans."""
    told, masked = pipeline.read_body(project, json_body(request), openai_agents.read_body)
    pipeline.take_told(project, told, source=openai_agents.SOURCE, now=timezone.now(), masked=masked)
    return HttpResponse(status=204)
