"""Figures as people read them."""

from decimal import Decimal

import pytest

from runs import words
from runs.flight import Tick, bars_of, words_of


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, ""), (0, "0 ms"), (14, "14 ms"), (8_200, "8.2 s"), (124_000, "2 m 04 s"), (12_000_000,
     "3 h 20 m"),
     (59_960, "1 m 00 s"), (300_000_000, "3 d 11 h")],
)  # fmt: skip
def test_duration(ms, text):
    assert words.duration(ms) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (812, "812"), (18_300, "18.3k"), (165_400, "165k"), (1_200_000, "1.2M")]
)
def test_tokens(value, text):
    assert words.tokens(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Decimal(0), "$0"), (Decimal("0.41"), "$0.41"), (Decimal("0.0039"), "$0.0039"),
     (Decimal("0.00001"), "<$0.0001"), (Decimal(1284), "$1,284")],
)  # fmt: skip
def test_money(value, text):
    assert words.money(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0 %"), (1, 1000, "<1 %"), (90, 1000, "9 %"), (999, 1000, "99 %"), (2, 2, "100 %")],
)
def test_share(part, whole, text):
    assert words.share(part, whole) == text


def test_since_counts_minutes_and_hours():
    told = [words.since(ms) for ms in (0, 49, 59_960, 61_040, 9_067_000, -1_000, -20)]
    assert told == ["0:00.0", "0:00.0", "1:00.0", "1:01.0", "2:31:07.0", "−0:01.0", "0:00.0"]


def test_plural():
    assert [words.plural(2, word) for word in ("file", "retry", "day", "match")] == [
        "2 files", "2 retries", "2 days", "2 matches",
    ]  # fmt: skip


def test_ordinal():
    assert [words.ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_flight_makes_failures_taller():
    ticks = [
        Tick(kind="llm", tool="", status="ok", changes=0),
        Tick(kind="tool", tool="Edit", status="ok", changes=1),
        Tick(kind="tool", tool="Bash", status="failed", changes=0),
        Tick(kind="retry", tool="", status="failed", changes=0),
    ]
    assert [(bars.colour, bars.path) for bars in bars_of([*ticks, ticks[0]])] == [
        ("llm", "M2 4v12M22 4v12"),
        ("edit", "M7 4v12"),
        ("fail", "M12 0v18"),
        ("retry", "M17 4v12"),
    ]
    assert words_of(ticks) == "Last 4 steps: 1 failed, 1 retried, 1 edits"
