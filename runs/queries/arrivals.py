"""Runs that have just come: what the Connect page waits for."""

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.utils import timezone

from runs.limits import ARRIVALS_LOOKED_AT, ARRIVALS_SECONDS
from runs.models import Run
from teams.models import Project

FIELDS = ("id", "external_id", "name", "task", "agent", "sources", "created_at", "updated_at", "steps")


def newest_runs(project: Project, *, since: datetime) -> list[Run]:
    """List the runs made since a moment, the newest first, then those that began last."""
    runs = Run.objects.filter(project=project).only(*FIELDS)
    made = list(runs.filter(id__gte=first_id_at(since)).order_by("-id")[:ARRIVALS_LOOKED_AT])
    begun = runs.order_by("-sort_at", "-id")[:ARRIVALS_LOOKED_AT]
    known = {run.id for run in made}
    return made + [run for run in begun if run.id not in known]


def first_id_at(moment: datetime) -> UUID:
    """Give the smallest id that a run made at a moment can have: ids sort by time."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def stamp_of_arrivals(project: Project) -> str:
    """Name what has come in a few characters; steps of a run that goes on count every few seconds."""
    runs = newest_runs(project, since=timezone.now() - timedelta(hours=1))
    told = [(run.id.hex, int(run.updated_at.timestamp() // ARRIVALS_SECONDS)) for run in runs]
    return blake2b(repr(told).encode(), digest_size=8).hexdigest()
