"""What logfire asks before it sends OTLP."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ingest.endpoints.gate import as_json, for_questions
from teams.models import Project


@for_questions
def show_info(request: HttpRequest, project: Project) -> HttpResponse:
    """Name the project, and where people see it."""
    path = reverse("runs:list", args=[project.team.slug, project.slug])
    return as_json({"project_name": project.slug, "project_url": f"{settings.PUBLIC_URL}{path}"})
