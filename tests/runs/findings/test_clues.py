"""Clues are kept as bytes and come back as they were."""

import pytest

from runs.findings.clues import Clue, Outcome, pack_clues, unpack_clues
from runs.findings.deeds import Deed
from runs.kinds import Kind, StepStatus
from runs.tools import Family

WORDS = [("kind", Kind), ("status", StepStatus), ("family", ["", *Family]), ("look", ["", *Family]),
         ("outcome", Outcome), ("deed", Deed)]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "word"),
    [(field, word) for field, words in WORDS for word in words],
    ids=lambda each: str(each) or "none",
)
def test_each_word_of_a_vocabulary_comes_back(field, word):
    [clue] = unpack_clues(pack_clues([Clue(**{"seq": 7, "kind": Kind.TOOL} | {field: word})]))
    assert (clue.seq, getattr(clue, field)) == (7, str(word))


def test_words_of_a_vocabulary_are_one_object():
    one, other = unpack_clues(pack_clues([Clue(1, "tool", family="shell"), Clue(2, "tool", family="shell")]))
    assert (one.kind is other.kind, one.family is other.family) == (True, True)
