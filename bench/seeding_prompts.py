"""Prompts, tasks and results for the page benchmark, as judgements would leave them."""

from typing import Any

#: Four versions of a prompt; a third of the runs were sent a label, each task was tried four times.
MARK_RUNS = """
    UPDATE runs_run SET prompt = %(version)s + n %% 4,
        variant = CASE n %% 3 WHEN 0 THEN 'arm-' || n %% 10 ELSE '' END,
        task_key = decode(md5((n / 4)::text), 'hex'),
        result = (ARRAY['passed', 'failed', 'passed', ''])[1 + abs(hashint4(n)) %% 4]
    FROM (
        SELECT id AS run, substr(external_id, 5)::int AS n FROM runs_run WHERE project_id = %(project)s
    ) AS told
    WHERE id = told.run
"""

#: So many variants and tries of each task: an experiment.
MARK_TRIES = """
    UPDATE runs_run SET variant = 'arm-' || (n - 1) %% %(variants)s,
        task_key = decode(md5(((n - 1) / %(a_task)s)::text), 'hex'),
        result = (ARRAY['passed', 'failed', 'passed', ''])[1 + abs(hashint4(n)) %% 4]
    FROM (
        SELECT id AS run, substr(external_id, 5)::int AS n FROM runs_run WHERE project_id = %(project)s
    ) AS told
    WHERE id = told.run
"""

USES = """
    INSERT INTO runs_promptuse (run_id, version, project_id, is_main, digest, lane, at)
    SELECT id, prompt, project_id, true, decode(md5(prompt::text), 'hex'), '', sort_at FROM runs_run
    WHERE project_id = %(project)s
"""


def seed_prompts(project: Any) -> None:
    """Give the runs of a project prompts, tasks, labels and results."""
    from django.db import connection
    from django.utils import timezone

    from runs.models import PromptFamily, PromptVersion

    family = PromptFamily.objects.create(project=project, name="own-loop", versions=4)
    first, *_ = (
        PromptVersion.objects.create(
            project=project, family=family, key=bytes([number]), number=number, first_at=timezone.now(),
            template=f"You are version {number}.\n" + "Read before you write.\n" * 200,
        ).pk
        for number in range(1, 5)
    )  # fmt: skip
    given = {"project": project.pk, "version": first}
    with connection.cursor() as cursor:
        cursor.execute(MARK_RUNS, given)
        cursor.execute(USES, given)


def seed_tries(project: Any, *, tasks: int, variants: int, tries: int) -> None:
    """Fill a project with the runs of an experiment."""
    from django.db import connection

    from bench.seeding import seed_runs

    seed_runs(project, tasks * variants * tries)
    given = {"project": project.pk, "variants": variants, "a_task": variants * tries}
    with connection.cursor() as cursor:
        cursor.execute(MARK_TRIES, given)
