"""Runs of known effect, for tests of comparisons."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from runs.comparing.measures import ComparedRun

START = datetime(2026, 1, 1, tzinfo=UTC)


def run(number: int, **fields) -> ComparedRun:
    """Make one run; what is not told is not recorded."""
    told = {"task": "", "task_key": "", "started_at": START, "success": None, "checks_green": None,
            "cost": None, "cost_is_low": False, "findings": None}  # fmt: skip
    return ComparedRun(id=UUID(int=number), title=f"run {number}", **(told | fields))


def cohort(
    rng: np.random.Generator,
    runs: int,
    *,
    times: float = 1.0,
    success: float = 0.6,
    tasks: np.ndarray | None = None,
    tries: int = 1,
    first: int = 0,
) -> list[ComparedRun]:
    """Draw runs with skewed cost, tokens and times; `tasks` are the sizes of tasks tried `tries` times."""
    sizes = np.ones(runs) if tasks is None else np.repeat(tasks, tries)
    draws = sizes[:, None] * rng.lognormal(0, 0.7, (len(sizes), 4))
    draws[:, 0] *= times
    won, greens, found = (rng.random(len(sizes)) < share for share in (success, 0.7, 0.3))
    turns, failures = rng.poisson(12, len(sizes)), rng.poisson(0.8, len(sizes))
    return [
        run(
            first + n,
            task_key="" if tasks is None else f"task {n // tries}",
            success=bool(won[n]),
            checks_green=bool(greens[n]),
            findings={"tool-loop": 1} if found[n] else {},
            severity=2 if found[n] else 0,
            cost=draws[n, 0],
            tokens={"all": draws[n, 1] * 1e5, "output": draws[n, 2] * 1e4},
            times={"wall": draws[n, 3] * 6e4},
            counts={"turns": int(turns[n]), "failures": int(failures[n])},
        )
        for n in range(len(sizes))
    ]
