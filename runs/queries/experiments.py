"""Tasks tried under several variants: a project's runs by task and variant."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from runs.comparing.limits import EXPERIMENT_RUNS
from runs.comparing.tallies import Tally
from runs.models import Run
from runs.queries.prompts import labels_of
from runs.queries.runs import RunFilter, runs_for
from runs.queries.tallies import COLUMNS, TALLY
from runs.words import one_line
from teams.models import Project

#: Cells of a matrix over the runs of a statement, of tasks that were tried so often.
CELLS = f"""
    SELECT * FROM (
        SELECT task_key, variant, CASE WHEN variant = '' THEN prompt END, {TALLY},
            sum(count(*)) OVER (PARTITION BY task_key) AS tried
        FROM ({{runs}}) AS run GROUP BY 1, 2, 3
    ) AS cell WHERE tried >= %s
"""


class Cell(NamedTuple):
    """The tries of one task under one variant."""

    task: bytes
    variant: str
    tally: Tally


class TaskWords(NamedTuple):
    """What a task is called."""

    words: str
    repo: str


def cells_of(project: Project, chosen: RunFilter, *, least: int) -> list[Cell]:
    """Read the cells of a matrix: of tasks with at least so many tries, among the newest runs of a filter."""
    runs = runs_for(project, chosen).filter(~Q(variant="") | Q(prompt__isnull=False), task_key__isnull=False)
    newest = runs.order_by("-sort_at").values_list("task_key", "variant", "prompt", *COLUMNS)[
        :EXPERIMENT_RUNS
    ]
    text, params = newest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(CELLS.format(runs=text), [*params, least])
        rows = cursor.fetchall()
    labels = labels_of(project, {row[2] for row in rows})
    return [
        Cell(bytes(task), variant or labels.get(prompt, "a deleted prompt"), Tally(*tally))
        for task, variant, prompt, *tally, _ in rows
    ]


def words_of_tasks(project: Project, tasks: Sequence[bytes]) -> dict[bytes, TaskWords]:
    """Say what tasks are called: the first line of their words, and the repository."""
    found = Run.objects.filter(project=project, task_key__in=list(tasks)).order_by("task_key", "-sort_at")
    rows = found.distinct("task_key").values_list("task_key", "task", "repo")
    return {bytes(task): TaskWords(one_line(words, limit=160), repo) for task, words, repo in rows}
