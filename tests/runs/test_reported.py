"""What an agent counted of its session, in words."""

import pytest

from runs.models import Run
from runs.shown.reported import reported_of


def run(reported, **fields):
    numbers = {"cost_usd": 0.42, "lines_added": 120, "lines_removed": 14, "output_tokens": 100, **fields}
    return Run(agent="claude-code", meta={"reported": reported}, **numbers)


def test_counts_that_agree_have_no_word_of_doubt():
    told = reported_of(
        run(
            {
                "cost_usd": 0.424,
                "lines": {"added": 120, "removed": 14},
                "commits": 2,
                "tokens": {"output": 100},
            }
        )
    )
    assert told is not None
    assert (told.who, told.words) == ("Claude Code", "$0.42, 100 tokens, +120/−14 lines, 2 commits")
    assert told.differs == []


def test_counts_that_differ_say_by_how_much():
    told = reported_of(run({"cost_usd": 0.62, "lines": {"added": 130}, "tokens": {"output": 300}}))
    assert told is not None
    assert told.differs == [
        "that is $0.20 more than the recorded calls cost: some were not told of",
        "200 tokens more than were recorded",
        "+120/−14 lines were recorded",
    ]


def test_cost_of_headless_output_is_what_the_agent_says():
    told = reported_of(Run(agent="claude-code", cost_usd=0.25, meta={"total_cost_usd": 0.25}))
    assert told is not None
    assert (told.words, told.differs) == ("$0.25", [])


@pytest.mark.parametrize(
    "wild",
    [None, [], "x", {"cost_usd": "1"}, {"cost_usd": True}, {"cost_usd": -1}, {"tokens": [1]},
     {"lines": {"added": {}}}, {"commits": 1e300}, {"active_seconds": {"a": float("nan")}}],
)  # fmt: skip
def test_nothing_sensible_says_nothing(wild):
    assert reported_of(run(wild)) is None
