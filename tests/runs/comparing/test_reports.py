"""What a report says of known numbers."""

import numpy as np
import pytest

from runs.comparing.discoveries import adjusted
from runs.comparing.effects import effect_of
from runs.comparing.measures import Unit
from runs.comparing.reports import compare
from runs.comparing.results import Says
from runs.comparing.shares import share_effect
from runs.comparing.words import effect_words, rounded, signed
from runs.shown.reports import headline_of
from tests.runs.comparing.cohorts import run


def of(side: str, *values, **fields):
    return [run(n + (100 if side == "b" else 0), cost=value, **fields) for n, value in enumerate(values)]


def test_chances_are_adjusted_as_benjamini_and_hochberg_did() -> None:
    # The example of their paper of 1995: four of fifteen stay at 5 %.
    told = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0]  # fmt: skip
    assert [q <= 0.05 for q in adjusted(told)].count(True) == 4
    assert adjusted([0.04, 0.01, 0.03]) == [0.04, 0.03, 0.04]


def test_welch_and_pairs_agree_with_scipy() -> None:
    from scipy.stats import ttest_ind, ttest_rel

    a, b = np.array([3.0, 5, 4, 8, 6, 7]), np.array([4.0, 7, 5, 9, 9, 12])
    welch, pairs = (effect_of(a, b, paired=paired, ratio=False) for paired in (False, True))
    ours = [round(value, 9) for effect in (welch, pairs) for value in (effect.p, effect.low, effect.high)]
    theirs = []
    for test in (ttest_ind(b, a, equal_var=False), ttest_rel(b, a)):
        interval = test.confidence_interval(0.95)
        theirs += [round(float(value), 9) for value in (test.pvalue, interval.low, interval.high)]
    assert ours == theirs


def test_cost_of_six_runs_each_is_not_enough_to_tell() -> None:
    line = compare(of("a", 1, 2, 3, 1, 2, 3), of("b", 1, 2, 2, 1, 2, 3)).line("cost")
    assert line.word.says is Says.UNCLEAR
    assert line.word.text == "6 each: not enough to tell (to see a difference of 25 % needs about 71 a side)."


def test_one_run_of_a_side_is_not_enough_to_tell_but_is_recorded() -> None:
    line = compare(of("a", 0.2), of("b", *[0.1] * 12)).line("cost")
    assert (line.word.says, line.word.text) == (
        Says.UNCLEAR,
        "Known of 1 run of A and 12 of B: not enough to tell.",
    )


def test_few_runs_without_spread_need_a_few_more() -> None:
    line = compare(of("a", 0.2, 0.2, 0.2), of("b", 0.2, 0.2, 0.2)).line("cost")
    assert line.word.text == "3 each: not enough to tell (needs at least 5 a side)."


def test_words_name_the_side_that_did_not_record() -> None:
    texts = [
        compare(of("a", *a), of("b", *b)).line("cost").word.text
        for a, b in (([1.0, 1.0], [None]), ([None], [1.0]), ([None], [None]))
    ]
    assert texts == ["Not recorded of B.", "Not recorded of A.", "Not recorded on either side."]


def test_share_seen_by_very_many_runs_is_told_as_a_point() -> None:
    never = [run(n, success=False) for n in range(4000)]
    line = compare(never[:2000], never[2000:]).line("success")
    assert line.word.text == "No difference seen; one of over 1 point would have been."


def test_same_runs_on_both_sides_are_no_comparison() -> None:
    assert headline_of(compare(side(0, 1.0, 40), side(0, 1.0, 40))) == "Both sides are the same runs."


def test_two_sides_without_runs_are_both_told() -> None:
    assert headline_of(compare([], [])) == "Neither side has a run."


def test_cost_that_halves_is_said_to_be_cheaper() -> None:
    line = compare(of("a", *[1, 1.1, 0.9, 1.05] * 3), of("b", *[0.5, 0.52, 0.49, 0.55] * 3)).line("cost")
    assert line.word.says is Says.BETTER
    assert line.word.text == "B is cheaper: −49 % (−52 … −46 %)."


def test_cost_that_is_not_recorded_is_never_nothing() -> None:
    report = compare(of("a", None, None, 1.0), of("b", None, None, None))
    line = report.line("cost")
    assert line.word.says is Says.UNKNOWN
    assert (line.a.mean, line.a.missing, line.b.mean, line.b.n) == (1.0, 2, None, 0)
    assert line.notes == (
        "Not recorded in 2 of 3 runs of A.",
        "Not recorded in 3 of 3 runs of B.",
    )


def test_lower_bounds_are_marked() -> None:
    report = compare(of("a", 1.0, 2.0, cost_is_low=True), of("b", 1.0, 2.0))
    assert report.line("cost").notes == ("A lower bound in 2 of A's runs.",)


def test_mean_that_goes_the_other_way_is_told() -> None:
    assert compare(of("a", *[1.0] * 30), of("b", *[0.8] * 29, 20.0)).line("cost").notes == (
        "The mean goes the other way (+44 %): a few runs weigh much.",
    )


def test_counts_that_never_vary_are_the_same() -> None:
    runs = [
        [run(n + side, cost=1.0, counts={"turns": 3, "retries": 0}) for n in range(6)] for side in (0, 100)
    ]
    report = compare(*runs)
    assert report.line("turns").word.text == "The same in all runs."
    assert report.line("retries") is None
    assert "Retries" in report.absent


def test_counts_that_never_vary_but_differ_rest_on_their_order() -> None:
    a, b = np.full(6, 3.0), np.full(6, 4.0)
    # Two of all 924 ways to split twelve values into six and six are as extreme.
    assert round(effect_of(a, b, paired=False, ratio=False).p, 6) == round(2 / 924, 6)


def test_measures_with_nothing_in_some_runs_are_no_ratio() -> None:
    line = compare(of("a", 0.0, 1.0, 2.0), of("b", 1.0, 1.0, 2.0)).line("cost")
    assert line.effect.scale == "number"
    assert line.notes == ("Some runs have none, so this is a difference of means and no ratio.",)


def test_empty_sides_say_nothing() -> None:
    report = compare([], of("b", 1.0))
    assert [line.word.says for line in report.headline] == [Says.UNKNOWN] * 3
    assert report.mix == ()


def test_shares_are_told_in_points() -> None:
    a, b = np.array([1.0] * 10 + [0.0] * 10), np.array([1.0] * 18 + [0.0] * 2)
    effect = share_effect(a, b, paired=False)
    assert effect_words(effect, Unit.SHARE) == "+40 points (+12 … +63)"


def test_findings_become_measures_by_signature() -> None:
    a = [run(n, findings={"tool-loop": 2}, severity=2) for n in range(8)]
    b = [run(n + 100, findings={}) for n in range(8)]
    report = compare(a, b, signatures={"tool-loop": "Tool loop", "stuck": "Stuck"})
    assert [(line.measure.slug, line.word.says) for line in report.lines if line.effect] == [
        ("has_warning", Says.BETTER),
        ("finding_tool_loop", Says.BETTER),
    ]


def test_tool_mix_is_calls_a_run() -> None:
    a = [run(1, tools={"Read": 4, "Bash": 1}), run(2, tools={"Read": 2})]
    b = [run(3, tools={"Bash": 3})]
    mix = compare(a, b).mix
    assert [(use.tool, use.a, use.b, use.runs_a, use.runs_b) for use in mix] == [
        ("Bash", 0.5, 3.0, 1, 1),
        ("Read", 3.0, 0.0, 2, 0),
    ]


def test_numbers_are_written_with_their_sign() -> None:
    assert [signed(value, Unit.COUNT) for value in (-2.05, 0.0, 0.4)] == ["−2.0", "0", "+0.40"]
    assert [signed(value, Unit.MONEY) for value in (-0.5, 0)] == ["−$0.500", "0"]
    assert [signed(value, Unit.TIME) for value in (-61_000, 300)] == ["−1 m 01 s", "+300 ms"]
    assert [rounded(number) for number in (7, 77, 123, 4_501)] == [7, 77, 130, 4600]


def side(first: int, cost: float, won: int, *, runs: int = 60):
    """Make runs of about one cost, of which some succeed."""
    return [run(first + n, cost=cost * (1 + n % 5 / 20), success=n < won) for n in range(runs)]


@pytest.mark.parametrize(
    ("b", "said"),
    [
        (side(100, 0.5, 40), "B is cheaper; not enough runs to tell about success."),
        (side(1_000, 0.5, 400, runs=600), "B is better: B is cheaper."),
        (side(100, 0.5, 60), "B is better: B succeeds more often and is cheaper."),
        (side(100, 0.5, 5), "It is a trade: B succeeds less often and is cheaper."),
        (side(100, 2.0, 5), "A is better: B succeeds less often and costs more."),
        (side(100, 1.0, 41), "Not enough to tell which is better."),
        ([], "One side has no run."),
    ],
)
def test_headline_claims_no_more_than_lines_do(b, said) -> None:
    a = side(0, 1.0, 400, runs=600) if len(b) == 600 else side(0, 1.0, 40)
    assert headline_of(compare(a, b)) == said


def test_headline_without_outcomes_says_so() -> None:
    assert headline_of(compare(of("a", *[1.0, 1.1] * 5), of("b", *[0.5, 0.6] * 5))) == (
        "B is cheaper; success is not recorded."
    )


def test_wild_values_have_an_interval_without_end_and_short_words() -> None:
    line = compare(of("a", 1e-9, 1e-9, 1e300), of("b", 1e300, 1e-9, 1e-9)).line("cost")
    assert line.effect.high > 1e300
    assert effect_words(line.effect, Unit.MONEY) == "0 % (−100 … over +1,000 %)"
    assert line.word.says is Says.UNCLEAR
