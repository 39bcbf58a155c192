"""Whether rules fire, and in which words."""

import pytest

from alerts.kinds import Fact, Rate
from alerts.naming import name_of
from alerts.params import FactParams, FindingParams, RateParams, StuckParams
from alerts.rates import Measured, judge_rate
from alerts.rules import Fired, Seen, Told, Touched, judge_rule
from alerts.silence import Last, sentence_of, waits_for_prompt

LOOP = Seen(signature="tool-loop", severity=2, sentence="A loop.", steps=[3, 4], step=4)
HIDDEN = Seen(signature="hidden-change", severity=3, sentence="Hidden.", steps=[9], step=9)


def told(**numbers):
    return Told(
        numbers={Fact(name): value for name, value in numbers.items()},
        findings=[LOOP, HIDDEN],
        files={"*.sql": [Touched(path="a.sql", step=1), Touched(path="b.sql")]},
        proof=lambda fact, over: [7],
    )


@pytest.mark.parametrize(
    ("params", "fired"),
    [
        (
            FindingParams(signature="tool-loop"),
            Fired(sentence="A loop.", occurrences=1, severity=2, steps=[3, 4], step=4),
        ),
        (FindingParams(), Fired(sentence="Hidden.", occurrences=2, severity=3, steps=[9], step=9)),
        (FindingParams(severity=3), Fired(sentence="Hidden.", occurrences=1, severity=3, steps=[9], step=9)),
        (FindingParams(signature="tool-loop", severity=3), None),
        (FactParams(fact=Fact.TURNS, over=20), None),
        (
            FactParams(fact=Fact.TURNS, over=9),
            Fired(sentence="20 turns, above the limit of 9.", occurrences=2, steps=[7], step=7),
        ),
        (
            FactParams(fact=Fact.COST, over=0.25),
            Fired(sentence="$5.50 spent, above the limit of $0.25.", occurrences=5, steps=[7], step=7),
        ),
        (FactParams(fact=Fact.MINUTES, over=1), None),  # nobody knows how long it took
        (
            FactParams(fact=Fact.FILES, pattern="*.sql"),
            Fired(
                sentence="a.sql and 1 more changed, which `*.sql` watches.", occurrences=2, steps=[1], step=1
            ),
        ),
        (FactParams(fact=Fact.FILES, pattern="*.sql", over=2), None),
        (FactParams(fact=Fact.FILES, pattern="*.md"), None),
    ],
)
def test_rules_over_a_run(params, fired):
    assert judge_rule(params, told(turns=20, cost=5.5)) == fired


@pytest.mark.parametrize(
    ("minutes", "over", "sentence"),
    [
        (21.0, 20, "21 minutes, above the limit of 20."),
        (20.4, 20, "20.4 minutes, above the limit of 20."),
        (20.01, 20, "20.1 minutes, above the limit of 20."),
        (3.0, 2.5, "3 minutes, above the limit of 2.5."),
    ],
)
def test_minutes_read_as_above_their_limit(minutes, over, sentence):
    fired = judge_rule(FactParams(fact=Fact.MINUTES, over=over), Told(numbers={Fact.MINUTES: minutes}))
    assert fired.sentence == sentence


@pytest.mark.parametrize(
    ("rate", "value", "of", "sentence"),
    [
        (Rate.FAILURES, 51.0, 4, None),
        (Rate.FAILURES, 50.0, 5, None),
        (Rate.FAILURES, 51.0, 5, "51 % of 5 runs failed in the last 6 hours, above the limit of 50 %."),
        (Rate.COST, 60.0, 1, "$60.00 spent by 1 run in the last 6 hours, above the limit of $50.00."),
        (Rate.TOOL, 90.0, 9,
         "p95 of Bash was 90 ms over 9 calls in the last 6 hours, above the limit of 50 ms."),
    ],
)  # fmt: skip
def test_rules_over_a_while(rate, value, of, sentence):
    params = RateParams(rate=rate, over=50, hours=6, tool="Bash")
    fired = judge_rate(params, Measured(value=value, of=of))
    assert (fired and fired.sentence) == sentence


@pytest.mark.parametrize(
    ("params", "name"),
    [
        (FindingParams(), "Any finding"),
        (FindingParams(severity=3), "Any finding, an error"),
        (FindingParams(signature="tool-loop"), "Tool loop"),
        (FactParams(fact=Fact.COST, over=5), "Run costs more than $5"),
        (FactParams(fact=Fact.COST, over=0.5), "Run costs more than $0.50"),
        (FactParams(fact=Fact.TOKENS, over=1e6), "More than 1,000,000 tokens"),
        (FactParams(fact=Fact.FILES, pattern="*.sql"), "A file matching *.sql changed"),
        (StuckParams(minutes=1), "No event for 1 minute"),
        (RateParams(rate=Rate.FAILURES, over=30, hours=1), "More than 30 % of runs failed in 1 hour"),
        (RateParams(rate=Rate.TOOL, over=2_000, tool="Bash"), "p95 of Bash above 2.0 s in 24 hours"),
    ],
)
def test_rules_are_named_by_what_they_watch(params, name):
    assert name_of(params) == name


@pytest.mark.parametrize(
    ("last", "waits"),
    [
        (None, False),
        (Last(seq=1, kind="final", is_open=False), True),
        (Last(seq=1, kind="llm", is_open=False, stop_reason="end_turn"), True),
        (Last(seq=1, kind="llm", is_open=False, stop_reason="tool_use"), False),
        (Last(seq=1, kind="llm", is_open=True), False),
        (Last(seq=1, kind="tool", is_open=False), False),
    ],
)
def test_an_answer_waits_for_its_human(last, waits):
    assert waits_for_prompt(last) is waits


def test_a_permission_that_nobody_gives_is_named():
    last = Last(seq=4, kind="permission", is_open=True, what="Bash")
    assert sentence_of(last, minutes=10) == "No event for 10 minutes: it waits for a permission since step 4."
