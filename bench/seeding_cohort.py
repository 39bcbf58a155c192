"""Two variants of a prompt on the same tasks: 2 × 200 runs, recorded and judged as any other."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from django.db.transaction import atomic

from bench.store import NOW
from runs.judging import judge_run, settle
from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Run
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.store import save

VARIANTS, TASKS, TRIES = ("terse", "thorough"), 100, 2
TOOLS = ("Read", "Grep", "Bash", "Edit", "Glob", "Write", "WebFetch")


def seed_cohort(project: Any) -> None:
    """Record and judge every try of every task under both variants."""
    chance = random.Random(5)
    for task in range(TASKS):
        tries = product(VARIANTS, range(TRIES))
        batches = [_run(chance, f"{variant}-{task}-{nth}", variant, task) for variant, nth in tries]
        runs, steps = zip(*batches, strict=True)
        save(project, Batch(runs=list(runs), steps=[step for each in steps for step in each]), now=NOW)
    for run_id in Run.objects.filter(project=project).values_list("id", flat=True):
        with atomic():  # the worker may be at it, too
            ruling = judge_run(run_id, now=NOW)
        if ruling:
            settle(ruling)


def _run(chance: random.Random, name: str, variant: str, task: int) -> tuple[RunRecord, list[StepRecord]]:
    start = NOW - timedelta(minutes=10 * task)
    turns = max(3, round(chance.lognormvariate(2.3, 0.4) * (0.8 if variant == "terse" else 1)))
    steps = list(_steps(chance, name, start, turns))
    run = RunRecord(
        external_id=name, source="bench", name=name, task=f"Task {task} of the cohort", repo="shop",
        variant=variant, agent="own-loop", model="claude-sonnet-4-5", status=RunStatus.DONE,
        outcome=chance.choice(["resolved", "resolved", "failed"]), started_at=start, at=start,
        ended_at=start + timedelta(seconds=9 * turns),
    )  # fmt: skip
    return run, steps


def _steps(chance: random.Random, name: str, start: Any, turns: int) -> Iterator[StepRecord]:
    for turn in range(turns):
        at = start + timedelta(seconds=9 * turn)
        used = Tokens(input=2_000, cache_read=int(chance.lognormvariate(9, 0.6)), output=400)
        yield StepRecord(
            run=name, key=f"m{turn}", kind=Kind.LLM, source="bench", model="claude-sonnet-4-5", turn=turn + 1,
            status=StepStatus.OK, tokens=used, started_at=at, ended_at=at + timedelta(seconds=4),
        )  # fmt: skip
        failed = chance.random() < 0.15
        yield StepRecord(
            run=name, key=f"t{turn}", kind=Kind.TOOL, source="bench", tool=chance.choice(TOOLS),
            turn=turn + 1, input=f'{{"command":"make test","file_path":"/w/{chance.randrange(4)}.py"}}',
            output="1 failed" if failed else "ok", status=StepStatus.FAILED if failed else StepStatus.OK,
            started_at=at + timedelta(seconds=5), ended_at=at + timedelta(seconds=8),
        )  # fmt: skip
