"""Which rules of masking may apply to a large body is told as by looking for each hint."""

from hypothesis import given
from hypothesis import strategies as some

from ingest.redact import LARGE, RARE, RULES, redact, rules_for

HINTS = [hint for hint, _, _ in RULES]
PARTS = some.one_of(some.sampled_from(HINTS), some.binary(max_size=5), some.sampled_from([b"A", b"\n", b"-"]))


@given(some.lists(PARTS, max_size=8), some.integers(0, 3))
def test_rules_of_a_large_body_are_those_whose_hint_occurs(parts, before):
    body = b"." * before + b" ".join(parts) + b"." * LARGE
    assert [hint for hint, _, _ in rules_for(body)] == [hint for hint in HINTS if hint in body]


def test_secret_at_the_very_end_of_a_large_body_is_masked():
    for length in (LARGE, LARGE + 1):
        body = b"." * length + b" AKIA" + b"Z" * 16
        assert redact(body) == (b"." * length + b" [redacted:aws-key]", 1)


def test_every_hint_has_the_two_bytes_it_is_looked_for_by():
    assert [rare in hint for hint, rare in zip(HINTS, RARE, strict=True)] == [True] * len(RULES)
