"""Which runs a request asks for: the filters of the run list, and the ids that a client gave itself."""

from datetime import UTC, datetime

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from runs.blobs import storable
from runs.models import Run
from runs.queries.api import runs_matching
from runs.queries.runs import RunFilter
from runs.views.filters import NAMES, read_filter
from teams.models import Project

IDS = ("external_id", "session")
PAGING = ("cursor", "limit")

#: What the OpenAPI document says of filters that are not just a word to equal.
MEANINGS = {
    "failures": "1: at least one step failed.",
    "variant": "A label as sent, or a version of a prompt: reviewer v3.",
    "prompt": "Number of a prompt's version, as in its address.",
    "task": "task_key of a run.",
    "version": "Of the agent program.",
    "result": "passed, failed or unknown; a person's verdict counts first.",
    "finding": "Slug of a signature that rules found.",
    "severity": "The worst finding: error, warning (or worse), hint (or worse).",
    "when": "1h, 24h, 7d or 30d back from now.",
    "since": "ISO 8601; started then or later.",
    "until": "ISO 8601; started then or before.",
    "q": "Text in title, task, id or branch.",
}

PARAMETERS = [OpenApiParameter(name, str, description=MEANINGS.get(name, "")) for name in (*IDS, *NAMES)]


def runs_asked_for(request: Request, project: Project) -> QuerySet[Run]:
    """Select the runs of a request. Raises ValidationError for a filter that is none, or means nothing."""
    query = {name: storable(value) for name, value in request.query_params.items() if value}
    if unknown := sorted(set(query) - {*IDS, *NAMES, *PAGING}):
        names = ", ".join((*IDS, *NAMES))
        raise ValidationError({"error": f"There is no filter {unknown[0][:40]!r}. There are: {names}."})
    now = datetime.now(UTC)
    chosen = {name: query[name] for name in NAMES if name in query}
    for name, value in chosen.items():
        if read_filter({name: value}, now=now) == RunFilter():
            raise ValidationError({"error": f"{name} cannot be {value[:40]!r}."})
    ids = {name: query[name] for name in IDS if name in query}
    return runs_matching(project, read_filter(chosen, now=now), ids)
