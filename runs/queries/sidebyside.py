"""What comparing needs of runs that a project's query found: all steps in short, some texts in full."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, Sum
from django.http import Http404

from runs.comparing.moves import StepText
from runs.comparing.tasks import task_key
from runs.kinds import Kind
from runs.limits import COMPARED_STEPS, COMPARED_WITH
from runs.models import Finding, Judgement, Run, Step
from runs.queries.spending import SPENT, UNPRICED
from teams.models import Project

#: All steps in the order shown, with as much of their texts as says what they did. Answers of models are
#: read, results of tools are told apart by digest: they are most of a run's bytes.
STEP_TEXTS = """
    SELECT seq, key, parent_key, agent, kind, tool, name, status, error, input_preview,
        CASE WHEN input_digest IS NULL THEN NULL ELSE substr(input_digest, 1, 8) END,
        CASE WHEN kind IN ('llm', 'final') THEN output_preview ELSE '' END,
        CASE WHEN kind IN ('llm', 'final') OR output_preview = '' THEN ''::bytea
            ELSE coalesce(substr(output_digest, 1, 8), decode(md5(output_preview), 'hex')) END,
        coalesce(detail->>'path', ''), coalesce(detail->>'command', '')
    FROM runs_step
    WHERE run_id = %(run)s AND NOT detail @> '{"meta": true}'
    ORDER BY started_at, seq
    LIMIT %(most)s
"""


def runs_named(project: Project, ids: Sequence[UUID]) -> list[Run]:
    """Read some runs of a project, in the order given. Raises Http404 if one is not there."""
    found = {run.id: run for run in Run.objects.filter(project=project, id__in=list(ids))}
    if len(found) != len(set(ids)):
        raise Http404("Not here, or not yours.")
    return [found[run_id] for run_id in dict.fromkeys(ids)]


def step_texts(run: Run) -> list[StepText]:
    """Read the first COMPARED_STEPS steps of a run."""
    with connection.cursor() as cursor:
        cursor.execute(STEP_TEXTS, {"run": run.id, "most": COMPARED_STEPS})
        return [StepText._make(row) for row in cursor.fetchall()]


def output_previews(run: Run, seqs: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Read the beginnings of what some steps gave, with the sizes of the whole."""
    steps = Step.objects.filter(run_id=run.id, seq__in=list(seqs))
    return {row[0]: (row[1], row[2]) for row in steps.values_list("seq", "output_preview", "output_size")}


def call_around(run: Run, seq: int) -> Step | None:
    """Read the model call at a step, the one before it in its lane, else the first one after it."""
    step = Step.objects.filter(run_id=run.id, seq=seq).first()
    if step is None or step.kind == Kind.LLM:
        return step
    calls = Step.objects.filter(run_id=run.id, kind=Kind.LLM, agent=step.agent)
    before = Q(seq__lt=seq) if step.started_at is None else Q(started_at__lte=step.started_at)
    found = calls.filter(before).order_by("-started_at", "-seq").first()
    return found or calls.order_by("started_at", "seq").first()


class ModelCost(NamedTuple):
    """What one run spent on one model."""

    model: str
    calls: int
    tokens: int
    cost: Decimal
    unpriced: int
    lower_bound: int


def costs_by_model(run: Run) -> list[ModelCost]:
    """Sum up the model calls of a run that are billed to it, by model."""
    calls = Step.objects.filter(run_id=run.id, kind=Kind.LLM, copied=False).values("model")
    rows = calls.annotate(
        calls=Count("seq"),
        tokens=Sum(SPENT, default=0),
        cost=Sum("cost_usd", default=Decimal(0)),
        unpriced=Count("seq", filter=UNPRICED),
        lower_bound=Count("seq", filter=Q(lower_bound=True)),
    )
    return [ModelCost(**row) for row in rows.order_by("model")]


def signatures_of(runs: Sequence[Run]) -> dict[UUID, dict[str, int]]:
    """Count the findings of runs by signature."""
    found = Finding.objects.filter(run_id__in=[run.id for run in runs]).values_list("run_id", "signature")
    counts: dict[UUID, dict[str, int]] = {run.id: {} for run in runs}
    for run_id, signature, times in found.annotate(times=Count("key")).order_by("signature"):
        counts[run_id][signature] = times
    return counts


def judgements_of(runs: Sequence[Run]) -> dict[UUID, Judgement]:
    """Read what rules said of runs; runs that they have not seen yet are left out."""
    return {each.run_id: each for each in Judgement.objects.filter(run_id__in=[run.id for run in runs])}


def likes_of(project: Project, run: Run) -> list[Run]:
    """List other runs to compare one with: tries of its task first, then the newest of its repository."""
    others = Run.objects.filter(project=project).exclude(id=run.id).order_by("-sort_at", "-id")
    task = task_key(run.task, run.repo)
    found = list(others.filter(task_key=task)[:COMPARED_WITH]) if task else []
    rest = others.filter(repo=run.repo).exclude(id__in=[other.id for other in found])
    return found + list(rest[: COMPARED_WITH - len(found)])
