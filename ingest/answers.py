"""What clients are told."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from ingest.pipeline import Outcome
from runs.store import SavedRun
from teams.models import Project

#: Quarantined records one answer lists; the rest is counted.
LISTED = 100


def events_answer(project: Project, outcome: Outcome) -> dict[str, Any]:
    """Answer an events request."""
    return {"accepted": outcome.accepted, **_common(project, outcome), "redacted": outcome.redacted}


def import_answer(project: Project, outcome: Outcome) -> dict[str, Any]:
    """Answer an import."""
    return {"format": outcome.batch.format, **_common(project, outcome), "redacted": outcome.redacted}


def _common(project: Project, outcome: Outcome) -> dict[str, Any]:
    found = outcome.batch.quarantined
    answer: dict[str, Any] = {
        "runs": [run_answer(project, saved) for saved in outcome.saved],
        "quarantined": [{"where": one.where[:500], "why": one.why} for one in found[:LISTED]],
    }
    if len(found) > LISTED:
        answer["quarantined_more"] = len(found) - LISTED
    return answer


def run_answer(project: Project, saved: SavedRun) -> dict[str, str]:
    """Name a run and where people see it."""
    return {
        "id": str(saved.id),
        "external_id": saved.external_id,
        "url": url_of_run(project, saved),
    }


def url_of_run(project: Project, saved: SavedRun) -> str:
    """Build the whole address of a run's page."""
    path = reverse("runs:run", args=[project.team.slug, project.slug, saved.id])
    return f"{settings.PUBLIC_URL}{path}"
