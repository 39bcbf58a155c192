"""Over many cohorts of known effect: how often intervals hold the truth, and words are right.

A share of 2,000 cohorts is known to ±1.0 points (two standard errors at 95 %).
"""

from itertools import product
from math import log

import numpy as np
import pytest
from scipy.special import binom

from runs.comparing.effects import effect_of
from runs.comparing.reports import compare
from runs.comparing.results import CLAIMS, Says
from runs.comparing.shares import interval_of, share_effect
from tests.runs.comparing.cohorts import cohort

COHORTS = 2_000


def held(effects, truth: float) -> float:
    return float(np.mean([effect.low <= truth <= effect.high for effect in effects]))


@pytest.mark.parametrize(("na", "nb"), [(6, 6), (12, 12), (40, 40), (10, 50)])
@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_ratio_of_skewed_costs_is_held_at_its_rate(na: int, nb: int, spread: float) -> None:
    rng = np.random.default_rng(na * nb)
    effects = [
        effect_of(rng.lognormal(0, spread, na), 0.7 * rng.lognormal(0, spread, nb), paired=False, ratio=True)
        for _ in range(COHORTS)
    ]
    assert held(effects, -0.3) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("pairs", [6, 12, 40])
def test_ratio_over_pairs_is_held_at_its_rate_and_narrower(pairs: int) -> None:
    rng = np.random.default_rng(pairs)
    paired, unpaired = [], []
    for _ in range(COHORTS):
        tasks = rng.lognormal(0, 1, pairs)
        a, b = tasks * rng.lognormal(0, 0.4, pairs), 0.7 * tasks * rng.lognormal(0, 0.4, pairs)
        paired.append(effect_of(a, b, paired=True, ratio=True))
        unpaired.append(effect_of(a, b, paired=False, ratio=True))
    assert held(paired, -0.3) == pytest.approx(0.95, abs=0.015)
    widths = [np.median([log((1 + e.high) / (1 + e.low)) for e in side]) for side in (paired, unpaired)]
    assert widths[0] < 0.55 * widths[1]


def test_difference_of_counts_is_held_at_its_rate() -> None:
    rng = np.random.default_rng(3)
    effects = [
        effect_of(
            rng.poisson(9, 20).astype(float), rng.poisson(12, 30).astype(float), paired=False, ratio=False
        )
        for _ in range(COHORTS)
    ]
    assert held(effects, 3.0) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (0.3, 0.6), (0.9, 0.7), (0.1, 0.1)])
@pytest.mark.parametrize(("na", "nb"), [(12, 12), (30, 30), (20, 60)])
def test_difference_of_shares_is_held_at_its_rate_or_more(a: float, b: float, na: int, nb: int) -> None:
    # Exactly: the chance of each pair of counts whose interval holds the truth, added up.
    truth, rate = b - a, 0.0
    for xa, xb in product(range(na + 1), range(nb + 1)):
        chance = binom(na, xa) * a**xa * (1 - a) ** (na - xa) * binom(nb, xb) * b**xb * (1 - b) ** (nb - xb)
        if chance > 1e-5:
            low, high = interval_of(xa, na, xb, nb)
            rate += chance * (low - 1e-9 <= truth <= high + 1e-9)
    assert 0.935 <= rate <= 0.99


def test_shares_agree_with_a_published_interval() -> None:
    # 56 of 70 against 48 of 80: Newcombe (1998), table II.
    low, high = interval_of(48, 80, 56, 70)
    assert [round(low, 4), round(high, 4)] == [0.0528, 0.3382]


@pytest.mark.parametrize(("pairs", "tries"), [(12, 1), (12, 3), (40, 1), (40, 2)])
def test_shares_of_pairs_are_held_at_their_rate_or_more(pairs: int, tries: int) -> None:
    rng = np.random.default_rng(pairs + tries)
    effects = []
    for _ in range(COHORTS):
        hard = rng.uniform(0.1, 0.7, pairs)
        a, b = rng.binomial(tries, hard) / tries, rng.binomial(tries, hard + 0.2) / tries
        effects.append(share_effect(a, b, paired=True, step=1 / tries))
    assert 0.94 <= held(effects, 0.2) <= 0.99


def words_of(cohorts: int, seed: int, runs: int, **b) -> list[dict[str, Says]]:
    rng = np.random.default_rng(seed)
    reports = [
        compare(cohort(rng, runs), cohort(rng, runs, first=1_000, **b), signatures={"tool-loop": "Tool loop"})
        for _ in range(cohorts)
    ]
    return [{line.measure.slug: line.word.says for line in report.lines} for report in reports]


def test_reports_without_an_effect_claim_one_in_one_of_twenty_at_most() -> None:
    told = words_of(400, 7, 20)
    wrong = sum(any(says in CLAIMS for says in words.values()) for words in told)
    # 5 % of 400 and two standard errors.
    assert wrong <= 29


def test_reports_of_a_large_effect_claim_it_the_right_way() -> None:
    told = [words["cost"] for words in words_of(60, 8, 60, times=0.5)]
    assert told.count(Says.BETTER) >= 57
    assert Says.WORSE not in told


def test_reports_of_few_runs_do_not_call_sides_equal() -> None:
    told = [words["cost"] for words in words_of(100, 9, 12, times=0.9)]
    assert Says.SAME not in told
    assert told.count(Says.UNCLEAR) >= 90


def test_reports_of_many_runs_without_an_effect_say_that_they_saw_none() -> None:
    told = [words["cost"] for words in words_of(30, 10, 300)]
    assert told.count(Says.SAME) >= 28


def test_visible_difference_is_seen_in_four_of_five() -> None:
    rng = np.random.default_rng(11)

    def draw(times: float):
        one, two = rng.lognormal(0, 0.7, 40), times * rng.lognormal(0, 0.7, 40)
        return effect_of(one, two, paired=False, ratio=True)

    visible = np.median([draw(1).visible for _ in range(COHORTS)])
    assert np.mean([draw(1 + visible).p < 0.05 for _ in range(COHORTS)]) == pytest.approx(0.8, abs=0.03)
