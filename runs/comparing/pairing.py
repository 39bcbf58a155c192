"""Which runs of two sides are held against each other: tasks that both tried, or all runs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from runs.comparing.limits import PAIRED_SHARE, PAIRS_LEAST, UNITS_LEAST
from runs.comparing.measures import ComparedRun

#: Places of runs in their side, those of one unit together.
Groups = tuple[tuple[int, ...], ...]


class Unit(StrEnum):
    """What counts once."""

    RUN = "run"
    TASK = "task"  #: its tries are averaged first


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """How two sides are compared, and why so."""

    paired: bool
    unit: Unit
    a: Groups  #: when paired, the n-th group of both sides is one task
    b: Groups
    tasks: tuple[str, ...]  #: keys of the tasks on both sides, also when not paired
    left_a: int  #: runs that have no partner, when paired
    left_b: int
    why: str

    @property
    def units(self) -> str:
        return "pairs" if self.paired else f"{self.unit}s"


def design_of(a: Sequence[ComparedRun], b: Sequence[ComparedRun]) -> Design:
    """Choose between pairs of tasks, tasks, and runs."""
    tasks_a, tasks_b = _by_task(a), _by_task(b)
    both = tuple(task for task in tasks_a if task in tasks_b)
    held_a = sum(len(tasks_a[task]) for task in both)
    held_b = sum(len(tasks_b[task]) for task in both)
    smaller, held = (len(a), held_a) if len(a) <= len(b) else (len(b), held_b)
    if len(both) >= PAIRS_LEAST and held >= PAIRED_SHARE * smaller:
        return Design(
            paired=True, unit=Unit.TASK, tasks=both, left_a=len(a) - held_a, left_b=len(b) - held_b,
            a=tuple(tuple(tasks_a[task]) for task in both), b=tuple(tuple(tasks_b[task]) for task in both),
            why=f"{len(both)} tasks were tried on both sides",
        )  # fmt: skip
    unit, why = _unit_of(tasks_a, tasks_b, both, len(a), len(b))
    return Design(
        paired=False, unit=unit, tasks=both, left_a=0, left_b=0, why=why,
        a=_groups(a, tasks_a, unit), b=_groups(b, tasks_b, unit),
    )  # fmt: skip


def _unit_of(
    tasks_a: dict[str, list[int]], tasks_b: dict[str, list[int]], both: Sequence[str], a: int, b: int
) -> tuple[Unit, str]:
    few = _few_words(len(both), len(tasks_a) == len(tasks_b) == len(both))
    if not _repeats(tasks_a) and not _repeats(tasks_b):
        return Unit.RUN, few
    if min(_units(tasks_a, a), _units(tasks_b, b)) < UNITS_LEAST:
        return Unit.RUN, f"{few}; with so few tasks the words hold for these tasks only"
    return Unit.TASK, f"{few}; several tries of a task count as one, averaged"


def _few_words(both: int, same: bool) -> str:
    if not both:
        return "no task was tried on both sides"
    if same:
        return f"both sides tried the same {both} task{'s' if both > 1 else ''}, and pairs need {PAIRS_LEAST}"
    return f"{both} task{'s were' if both > 1 else ' was'} tried on both sides, too few to speak for all runs"


def _units(tasks: dict[str, list[int]], runs: int) -> int:
    """Count the tasks of a side; a run of an unknown task is one of its own."""
    return runs - sum(len(places) - 1 for places in tasks.values())


def _repeats(tasks: dict[str, list[int]]) -> bool:
    return any(len(places) > 1 for places in tasks.values())


def _by_task(runs: Iterable[ComparedRun]) -> dict[str, list[int]]:
    tasks: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        if run.task_key:
            tasks.setdefault(run.task_key, []).append(place)
    return tasks


def _groups(runs: Sequence[ComparedRun], tasks: dict[str, list[int]], unit: Unit) -> Groups:
    if unit is Unit.RUN:
        return tuple((place,) for place in range(len(runs)))
    alone = [(place,) for place, run in enumerate(runs) if not run.task_key]
    return (*(tuple(places) for places in tasks.values()), *alone)
