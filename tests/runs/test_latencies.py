"""Buckets of durations, and percentiles read from them."""

import random
from collections import Counter

from runs.latencies import (
    COLUMNS,
    UNKNOWN,
    bounds_of,
    bucket_above,
    bucket_of,
    buckets_of,
    column_of,
    percentile_of,
)


def test_bucket_holds_what_its_bounds_say():
    for ms in [0, 1, 2, 3, 4, 9, 10, 11, 99, 100, 316, 317, 999, 1000, 59_999, 3_600_000]:
        low, high = bounds_of(bucket_of(ms), bucket_of(ms))
        assert low <= ms < high
    assert bucket_of(None) == UNKNOWN
    assert (bucket_of(1000), bounds_of(36, 36)) == (36, (1000, 1212))
    assert bounds_of(95, 95) == (82540419, None)


def test_columns_cover_all_durations_without_a_gap():
    bounds = [bounds_of(*buckets_of(column)) for column in range(COLUMNS)]
    assert [low for low, _ in bounds] == [0, 4, 10, 32, 100, 317, 1000, 3163, 10_000, 31_623, 100_000]
    assert [high for _, high in bounds] == [*[low for low, _ in bounds][1:], None]
    assert column_of(bucket_of(2_000_000)) == COLUMNS - 1


def test_percentiles_are_off_by_a_tenth_at_most():
    rng = random.Random(3)
    times = sorted(round(10 ** rng.uniform(1, 5)) for _ in range(5_000))
    counts = Counter(map(bucket_of, times))
    for percent in (50, 95, 99):
        true = times[-(-len(times) * percent // 100) - 1]
        assert abs(percentile_of(counts, percent) - true) / true < 0.101
    assert percentile_of({UNKNOWN: 4}, 95) is None


def test_first_bucket_above_is_the_first_whose_calls_have_a_higher_percentile():
    for limit in (0, 3, 41.5, 1_000, 5_000, 1e9):
        first = bucket_above(limit)
        assert first == 96 or percentile_of({first: 1}, 95) > limit
        assert all((percentile_of({bucket: 1}, 95) or 0) <= limit for bucket in range(first))
