"""Families of prompts, their versions, and the runs that used them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.http import Http404

from runs.comparing.limits import FAMILIES_PAGE, FAMILY_VERSIONS, PROMPT_RUNS, PROMPT_TEXTS
from runs.comparing.prompts import label_of
from runs.comparing.tallies import Tally
from runs.models import PromptFamily, PromptUse, PromptVersion, Run
from runs.queries.prompting import text_in_message, text_in_step
from runs.queries.tallies import TALLY
from teams.models import Project

#: Versions with what their newest runs come to; `place` counts from the newest of a family.
VERSIONS = f"""
    SELECT version.id, version.family_id, version.family, version.number, version.told, version.first_at,
        version.versions, used.last_at, used.is_main, used.tally
    FROM (
        SELECT version.*, family.name AS family, count(*) OVER (PARTITION BY family.id) AS versions,
            row_number() OVER (PARTITION BY family.id ORDER BY number DESC) AS place
        FROM runs_promptversion AS version JOIN runs_promptfamily AS family ON family.id = version.family_id
        WHERE version.project_id = %(project)s AND family.id = ANY(%(families)s)
    ) AS version
    CROSS JOIN LATERAL (
        SELECT max(use.at) AS last_at, coalesce(bool_or(use.is_main), false) AS is_main,
            ARRAY[{TALLY}] AS tally
        FROM (
            SELECT run_id, at, is_main FROM runs_promptuse
            WHERE project_id = %(project)s AND runs_promptuse.version = version.id
            ORDER BY at DESC LIMIT %(runs)s
        ) AS use LEFT JOIN runs_run AS run ON run.id = use.run_id
    ) AS used
    WHERE version.place <= %(most)s
    ORDER BY version.family_id, version.number DESC
"""

#: The families of a project, those with something to compare first, then by their last use: one entry of the
#: index of uses is read of each version.
FAMILIES = """
    SELECT family_id FROM (
        SELECT version.family_id, max(use.at) AS last_at, count(*) > 1 AS several
        FROM runs_promptversion AS version CROSS JOIN LATERAL (
            SELECT at FROM runs_promptuse
            WHERE project_id = %(project)s AND runs_promptuse.version = version.id
            ORDER BY at DESC LIMIT 1
        ) AS use
        WHERE version.project_id = %(project)s GROUP BY 1
    ) AS used
    ORDER BY several DESC, last_at DESC, family_id LIMIT %(most)s OFFSET %(skip)s
"""

#: Distinct texts of a version among its newest runs, each with its newest run.
TEXTS = """
    SELECT digest, max(at), min(at), count(*), (array_agg(run_id ORDER BY at DESC))[1],
        (array_agg(message ORDER BY at DESC))[1], (array_agg(lane ORDER BY at DESC))[1]
    FROM (
        SELECT * FROM runs_promptuse WHERE project_id = %(project)s AND version = %(version)s
        ORDER BY at DESC LIMIT %(runs)s
    ) AS use
    GROUP BY digest ORDER BY 2 DESC, digest LIMIT %(most)s
"""


class VersionRow(NamedTuple):
    """One version in its family, with what its newest runs come to."""

    id: int
    family_id: int
    family: str
    number: int
    told: str
    first_at: datetime
    versions: int  #: of the family
    last_at: datetime | None
    is_main: bool  #: of the main agent; else of sub-agents
    tally: Tally

    @property
    def label(self) -> str:
        return label_of(self.family, self.number)


class TextRow(NamedTuple):
    """One text behind a template."""

    digest: bytes
    last_at: datetime
    first_at: datetime
    runs: int
    run_id: UUID
    message: bytes | None
    lane: str


def families_of(project: Project, *, page: int) -> list[int]:
    """List the families last used, one more than a page shows."""
    given = {"project": project.pk, "most": FAMILIES_PAGE + 1, "skip": page * FAMILIES_PAGE}
    with connection.cursor() as cursor:
        cursor.execute(FAMILIES, given)
        return [family for (family,) in cursor.fetchall()]


def versions_of(
    project: Project, families: Sequence[int], *, most: int = FAMILY_VERSIONS
) -> list[VersionRow]:
    """Read the newest versions of families; families in their order, the newest version first."""
    given: dict[str, Any] = {
        "project": project.pk,
        "families": list(families),
        "runs": PROMPT_RUNS,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, given)
        rows = [VersionRow(*row[:-1], Tally(*_tally(row[-1]))) for row in cursor.fetchall()]
    places = {family: place for place, family in enumerate(families)}
    return sorted(rows, key=lambda row: (places[row.family_id], -row.number))


def _tally(values: Sequence[Any]) -> list[Any]:
    return [value if place == 4 else int(value) for place, value in enumerate(values)]


def version_of(project: Project, version_id: int) -> PromptVersion:
    """Read one version with its family. Raises Http404."""
    found = PromptVersion.objects.select_related("family").filter(project=project, id=version_id).first()
    if found is None:
        raise Http404("Not here, or not yours.")
    return found


def family_named(project: Project, name: str) -> int | None:
    """Find a family by its name."""
    return PromptFamily.objects.filter(project=project, name=name).values_list("id", flat=True).first()


def texts_of(project: Project, version_id: int) -> list[TextRow]:
    """List the distinct texts behind a template, the newest first, as far as its newest runs tell."""
    given = {"project": project.pk, "version": version_id, "runs": PROMPT_RUNS, "most": PROMPT_TEXTS}
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, given)
        return [
            TextRow(bytes(digest), last, first, runs, run_id, message and bytes(message), lane)
            for digest, last, first, runs, run_id, message, lane in cursor.fetchall()
        ]


def text_of(row: TextRow) -> str:
    """Read a text from the run that was given it last."""
    if row.message is not None:
        return text_in_message(row.run_id, row.message) or ""
    return text_in_step(row.run_id, row.lane)


def runs_using(project: Project, version_id: int, *, most: int) -> list[UUID]:
    """List the newest runs that used a version."""
    uses = PromptUse.objects.filter(project=project, version=version_id).order_by("-at")
    return list(uses.values_list("run_id", flat=True)[:most])


def cwds_of(project: Project, run_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Read the folders that runs worked in."""
    return dict(Run.objects.filter(project=project, id__in=list(run_ids)).values_list("id", "cwd"))
