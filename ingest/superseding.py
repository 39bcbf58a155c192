"""What Codex prints gives way to what its rollout or its log records tell: they know each response and call.

Its lines have no ids and no times, so few single steps can be told to be one. A rollout replaces all of them,
log records all but shell commands, which meet by what was run, whichever comes first. What goes is hidden.
"""

from django.db import connection
from msgspec.structs import replace

from ingest import queries, sql
from runs.records import Batch, StepRecord
from teams.models import Project

#: The tool that a printed command is a call of.
SHELL = "exec_command"
PRINTED, ROLLOUT, LOGS = "codex:exec-json", "codex:rollout", "otel:codex-logs"


def supersede(project: Project, batch: Batch) -> Batch:
    """Leave out of a batch, or hide of what is stored, the steps that a better source of the run replaces.

    What is stored stays as it was found until the transaction ends, in which the batch is to be saved.
    """
    told: dict[str, set[str]] = {}
    for step in batch.steps:
        if step.source in (PRINTED, ROLLOUT, LOGS):
            told.setdefault(step.run, set()).add(step.source)
    if not told:
        return batch
    lock_runs(project, set(told))
    stored = queries.sources_of_runs(project, set(told))
    if not stored:
        return batch
    better = {run: stored[run] for run, sources in told.items() if PRINTED in sources and run in stored}
    steps = [step for step in batch.steps if not is_replaced(step, better.get(step.run, ()))]
    left = {(step.run, step.key) for step in steps}
    changes = [one for one in batch.changes if one.run not in better or (one.run, one.step) in left]
    worse = {run: sources for run, sources in told.items() if PRINTED in stored.get(run, ())}
    retired = list(batch.retired)
    for run, sources in worse.items():
        if sources != {PRINTED}:
            kept = "" if ROLLOUT in sources else SHELL
            keys = queries.keys_by_one_source(project, run, PRINTED, but_for=kept)
            retired += [(run, key) for key in keys]
    return replace(batch, steps=steps, changes=changes, retired=retired)


def lock_runs(project: Project, names: set[str]) -> None:
    """Let nobody else replace steps of these runs meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_RUNS, {"project": project.pk, "runs": sorted(names)})


def is_replaced(step: StepRecord, sources: "set[str] | tuple[()]") -> bool:
    """Say whether a run whose sources are known tells of a printed step better."""
    if step.source != PRINTED:
        return False
    return ROLLOUT in sources or (LOGS in sources and step.tool != SHELL)
