"""How losses are counted: by what changed, and what is said of the run by the newest word."""

from dataclasses import dataclass, field

import pytest

from runs.limits import LOSSES_PER_RUN
from runs.losses import losses_in, merged_detail, move_losses, tell_losses, told_losses


@dataclass
class Row:
    losses: dict = field(default_factory=dict)


def test_losses_move_by_what_a_step_says_anew():
    row = Row({"attributes": 7, "contents": 1})
    move_losses(row, {"attributes": 9}, {"attributes": 7, "contents": 1})
    assert row.losses == {"attributes": 9}


def test_what_was_never_counted_is_not_taken_back():
    row = Row()
    move_losses(row, {}, {"contents": 1})
    assert row.losses == {}


def test_kinds_beyond_the_limit_count_without_what_they_are_about():
    row = Row({f"redacted:{n}": 1 for n in range(LOSSES_PER_RUN)})
    move_losses(row, {"redacted:other": 2}, {})
    assert (row.losses["redacted"], len(row.losses)) == (2, LOSSES_PER_RUN + 1)


def test_losses_of_a_run_are_its_newest_word_and_nothing_takes_them_back():
    row = Row({"attributes": 7, "gaps": 3})
    tell_losses(row, {"gaps": 0, "attributes": 99, "scrubbed:session_id": 1})
    assert row.losses == {"attributes": 7, "scrubbed:session_id": 1}
    assert told_losses(row.losses) == {"scrubbed:session_id": 1}


def test_two_sources_of_a_step_lose_what_the_one_that_lost_more_did():
    old, new = {"a": 1, "lost": {"attributes": 7}}, {"lost": {"attributes": 3, "shortened": 1}}
    assert merged_detail(old, new, wins=True) == {"a": 1, "lost": {"attributes": 7, "shortened": 1}}


@pytest.mark.parametrize("told", [None, [], "x", {"attributes": "7"}, {"attributes": -1}, {"a": True}])
def test_what_is_no_count_is_no_loss(told):
    assert losses_in(told) == {}
