"""Two variants of a prompt on the same tasks, recorded and judged."""

from datetime import timedelta

from runs.judging import judge_run, settle
from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Run
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.store import save
from tests.recordings import NOW

#: What each task costs under the variant "long"; "short" takes half of it.
COSTS = (0.5, 1.0, 2.0, 0.8, 3.0, 1.5, 0.7, 2.5)


def record_cohort(
    project, *, tasks: int = 8, variants=("long", "short"), outcomes=("resolved", "resolved")
) -> None:
    """Record a run of each task under each variant: one model call, one tool call; and judge them."""
    for side, (variant, outcome) in enumerate(zip(variants, outcomes, strict=True)):
        for n in range(tasks):
            _record(project, f"{variant}-{n}", variant, n, 0.5**side * (1 + n % 3 / 50), outcome)


def _record(project, name: str, variant: str, task: int, times: float, outcome: str) -> None:
    start = NOW + timedelta(minutes=task)

    def step(key: str, kind: Kind, second: float, seconds: float, **fields) -> StepRecord:
        at = start + timedelta(seconds=second)
        return StepRecord(run=name, key=key, kind=kind, source="t", started_at=at, status=StepStatus.OK,
                          ended_at=at + timedelta(seconds=seconds), **fields)  # fmt: skip

    steps = [
        step("m", Kind.LLM, 0, 10 * times, model="gpt", cost_usd=COSTS[task % 8] * times,
             tokens=Tokens(input=900, cache_read=100, output=50)),
        step("t", Kind.TOOL, 11, 2, tool="Bash" if variant == "short" else "Read", input="{}", output="1"),
    ]  # fmt: skip
    told = RunRecord(
        external_id=name, source="t", name=name, task=f"Mend <b>part</b> {task}", repo="shop",
        variant=variant, agent="own-loop", model="gpt", status=RunStatus.DONE, outcome=outcome,
        started_at=start, at=start, ended_at=start + timedelta(seconds=20),
    )  # fmt: skip
    save(project, Batch(runs=[told], steps=steps), now=NOW)
    run = Run.objects.get(project=project, external_id=name)
    settle(judge_run(run.id, now=NOW))
