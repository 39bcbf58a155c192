"""Pairs where tasks repeat, runs or tasks otherwise; and it is said why."""

import numpy as np

from runs.comparing.pairing import Unit, design_of
from runs.comparing.reports import compare
from tests.runs.comparing.cohorts import cohort, run


def runs_of(*tasks: str, first: int = 0):
    return [run(first + n, task_key=task) for n, task in enumerate(tasks)]


def test_design_with_six_tasks_on_both_sides_is_paired() -> None:
    design = design_of(runs_of(*"abcdefg", "a"), runs_of(*"fedcba", "x", "", first=100))
    assert design.paired
    assert design.a == ((0, 7), (1,), (2,), (3,), (4,), (5,))
    assert design.b == ((5,), (4,), (3,), (2,), (1,), (0,))
    assert (design.left_a, design.left_b) == (1, 2)
    assert design.why == "6 tasks were tried on both sides"


def test_design_without_common_tasks_takes_runs() -> None:
    design = design_of(runs_of("a", "b", ""), runs_of("c", "", "", first=100))
    assert (design.paired, design.unit, design.a) == (False, Unit.RUN, ((0,), (1,), (2,)))
    assert design.why == "no task was tried on both sides"


def test_design_of_few_pairs_among_many_runs_takes_runs() -> None:
    both = [f"task {n}" for n in range(8)]
    a = runs_of(*both, *(f"a {n}" for n in range(30)))
    b = runs_of(*both, *(f"b {n}" for n in range(30)), first=100)
    design = design_of(a, b)
    assert (design.paired, design.unit) == (False, Unit.RUN)
    assert design.why == "8 tasks were tried on both sides, too few to speak for all runs"


def test_design_of_tries_of_other_tasks_counts_tasks() -> None:
    design = design_of(runs_of(*"aabbccddee"), runs_of(*"vvwwxxyyzz", first=100))
    assert (design.paired, design.unit) == (False, Unit.TASK)
    assert design.a == ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9))


def test_design_of_many_tries_of_one_task_speaks_for_that_task() -> None:
    design = design_of(runs_of(*"aaaaaaaa"), runs_of(*"aaaaaaaa", first=100))
    assert (design.paired, design.unit, len(design.a)) == (False, Unit.RUN, 8)
    assert design.why == (
        "both sides tried the same 1 task, and pairs need 6; "
        "with so few tasks the words hold for these tasks only"
    )


def test_report_pairs_repeated_tasks_and_is_surer() -> None:
    rng = np.random.default_rng(5)
    sizes = rng.lognormal(0, 1.2, 15)
    a, b = cohort(rng, 15, tasks=sizes), cohort(rng, 15, tasks=sizes, times=0.5, first=100)
    paired = compare(a, b)
    # The same runs as if nobody knew their tasks.
    unpaired = compare(*([run(n, cost=each.cost) for n, each in enumerate(side)] for side in (a, b)))
    assert (paired.design.paired, unpaired.design.paired) == (True, False)
    one, two = (report.line("cost").effect for report in (paired, unpaired))
    assert (one.n_a, two.n_a) == (15, 15)
    assert one.high - one.low < 0.6 * (two.high - two.low)


def test_report_averages_tries_of_a_task() -> None:
    a = [
        run(n, task_key=f"t{n % 6}", cost=cost) for n, cost in enumerate([1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3])
    ]
    b = [run(100 + n, task_key=f"t{n}", cost=cost) for n, cost in enumerate([1, 1, 1, 1, 1, 1.1])]
    effect = compare(a, b).line("cost").effect
    assert (effect.n_a, effect.n_b, effect.paired) == (6, 6, True)
    assert round(effect.estimate, 2) == -0.49
