"""What a turn's header says of its tokens."""

import pytest

from runs.shown.steps import usage_words

NAMES = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((1_000, 300, 0, 0, 20), "1.3k in · 20 out"),
        ((0, 0, 0, 0, 20), "20 out"),
        ((1_000, 0, 0, 0, 0), "1.0k in · 0 out"),
        ((0, 0, 0, 0, 0), ""),
        ((None, 0, 0, 0, None), ""),
    ],
)
def test_a_call_that_read_nothing_is_one_whose_input_is_not_known(counts, words):
    assert usage_words(dict(zip(NAMES, counts, strict=True))) == words
