"""Two runs of 5,000 steps beside each other: made, aligned and timed part by part."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

STEPS, TIMES = 5_000, 5
#: Milliseconds: of aligning from the database to rows, and of a page.
ALIGN_BAR, PAGE_BAR = 1_000, 300


def pair_runs() -> list[Any]:
    """Make a run, one like it with every twelfth step changed, left out or put in, and another one."""
    from bench.seeding import long_run

    batches = long_run("beside-a", STEPS, agents=12)
    batches += [edited(batch) for batch in long_run("beside-a", STEPS, agents=12)]
    return batches + long_run("beside-c", STEPS, agents=12, seed=8)


def edited(batch: Any) -> Any:
    """Change a batch here and there, and call its run another."""
    from msgspec.structs import replace

    from runs.records import Batch

    rng, steps, gone = random.Random(len(batch.steps) + len(batch.changes)), [], set()
    for step in batch.steps:
        step, chance = replace(step, run="beside-b"), rng.random()
        if chance < 0.03 and step.tool and step.tool != "Task":
            gone.add(step.key)
            continue
        if chance > 0.97 and step.tool == "Bash":
            step = replace(step, input='{"command": "git status"}')
        if 0.5 < chance < 0.53:
            steps.append(replace(step, key=f"{step.key}-more", tool="Read", input='{"path": "README.md"}'))
        steps.append(step)
    return Batch(
        runs=[replace(run, external_id="beside-b", name="beside-b") for run in batch.runs],
        steps=steps,
        changes=[replace(change, run="beside-b") for change in batch.changes if change.step not in gone],
    )


def alignment_rows(runs: dict[str, Any]) -> list[list[str]]:
    """Time each part of the way from the database to aligned rows."""
    from runs.comparing.beside import rows_beside
    from runs.comparing.moves import moves_of
    from runs.models import Run
    from runs.queries.sidebyside import step_texts
    from runs.sidebyside import align_runs

    found = {run.external_id: run for run in Run.objects.filter(id__in=runs.values())}
    rows = []
    for words, names in (("alike", "ab"), ("different", "ac")):
        pair = [found[f"beside-{name}"] for name in names]
        texts = [step_texts(run) for run in pair]
        moves = [moves_of(steps, cwd="/work/shop") for steps in texts]
        made = align_runs(*pair)
        parts: dict[str, Callable[[], object]] = {
            "reading both": lambda pair=pair: [step_texts(run) for run in pair],
            "moves of both": lambda texts=texts: [moves_of(steps, cwd="/work/shop") for steps in texts],
            "aligning": lambda moves=moves: rows_beside(*moves),
            "all, results looked at": lambda pair=pair: align_runs(*pair),
        }
        told = f"{len(made.rows):,} rows, {made.parts.alike:,} the same"
        for part, act in parts.items():
            rows.append([f"{words}: {part}", *timed(act), str(ALIGN_BAR), told])
    return rows


def timed(act: Callable[[], object]) -> list[str]:
    """Give the median time and the processor time of this process, which other load changes less."""
    times, used = [], []
    for _ in range(TIMES):
        began, cpu = time.perf_counter(), time.process_time()
        act()
        times.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    return [f"{sorted(each)[TIMES // 2]:.0f}" for each in (times, used)]


def beside_pages(base: str, runs: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Name the pages of two and of several runs."""
    for words, names in (("alike", "ab"), ("different", "ac")):
        ids = ",".join(str(runs[f"beside-{name}"]) for name in names)
        yield f"two {words}", f"{base}compare/?runs={ids}", PAGE_BAR
        yield f"two {words}: rows in the middle", f"{base}compare/rows/?runs={ids}&at=2500", PAGE_BAR
        yield f"two {words}: a fold, opened", f"{base}compare/rows/?runs={ids}&at=2500&whole=1", PAGE_BAR
        yield f"two {words}: files, checks, cost", f"{base}compare/ends/?runs={ids}", 1_000
    every = ",".join(str(runs[name]) for name in ("beside-a", "beside-b", "beside-c", "1k", "20k"))
    yield "five as columns", f"{base}compare/?runs={every}", PAGE_BAR
    yield "what to compare one with", f"{base}compare/?runs={runs['beside-a']}", PAGE_BAR
