"""Saved comparisons of a project, and what people compare most."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from runs.comparing.limits import SAVED_PAGE, SUGGESTED_FROM, SUGGESTED_VALUES
from runs.models import Comparison
from runs.queries.prompts import labels_of
from teams.models import Project

#: What sides are told apart by, counted among the newest runs: those are few, so no index is needed.
USUAL = """
    WITH newest AS (
        SELECT variant, CASE WHEN variant = '' THEN prompt::text END AS prompt, model, agent,
            agent_version AS version, branch, repo
        FROM runs_run WHERE project_id = %(project)s ORDER BY sort_at DESC, id DESC LIMIT %(from)s
    )
    SELECT CASE WHEN grouping(variant) = 0 THEN 'variant' WHEN grouping(prompt) = 0 THEN 'prompt'
            WHEN grouping(model) = 0 THEN 'model' WHEN grouping(agent) = 0 THEN 'agent'
            WHEN grouping(version) = 0 THEN 'version' WHEN grouping(branch) = 0 THEN 'branch' ELSE 'repo' END,
        coalesce(variant, prompt, model, agent, version, branch, repo), count(*)::int
    FROM newest
    GROUP BY GROUPING SETS ((variant), (prompt), (model), (agent), (version), (branch), (repo))
    ORDER BY 1, 3 DESC, 2
"""


class Place(NamedTuple):
    """The place of a saved comparison in the list: newest first."""

    at: datetime
    id: UUID


class Usual(NamedTuple):
    """A value of a filter, and how many of the newest runs have it."""

    value: str
    runs: int


def saved_in(project: Project) -> QuerySet[Comparison]:
    """Select the comparisons of a project."""
    return Comparison.objects.filter(project=project).select_related("created_by")


def page_of_saved(project: Project, *, before: Place | None) -> Sequence[Comparison]:
    """Read a page of them, newest first, and one more."""
    found = saved_in(project)
    if before:
        found = found.filter(Q(created_at__lt=before.at) | Q(created_at=before.at, id__lt=before.id))
    return list(found.order_by("-created_at", "-id")[: SAVED_PAGE + 1])


def comparison_of(project: Project, comparison_id: UUID) -> Comparison:
    """Read one. Raises Http404."""
    found = saved_in(project).filter(id=comparison_id).first()
    if found is None:
        raise Http404("Not here, or not yours.")
    return found


def usual_values(project: Project) -> dict[str, list[Usual]]:
    """List the values that filters most often have among the newest runs, by filter.

    A prompt's version counts as a variant, under its name, where no label was sent.
    """
    with connection.cursor() as cursor:
        cursor.execute(USUAL, {"project": project.pk, "from": SUGGESTED_FROM})
        rows = cursor.fetchall()
    usual: dict[str, list[Usual]] = {}
    for name, value, runs in rows:
        of = usual.setdefault(name, [])
        if value and len(of) < SUGGESTED_VALUES:
            of.append(Usual(value, runs))
    versions = {int(each.value): each.runs for each in usual.pop("prompt", [])}
    named = [Usual(label, versions[version]) for version, label in labels_of(project, versions).items()]
    variants = sorted([*usual.get("variant", []), *named], key=lambda each: (-each.runs, each.value))
    return usual | {"variant": variants[:SUGGESTED_VALUES]}
