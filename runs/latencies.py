"""Durations by logarithmic bucket, and percentiles read from them. Pure.

Twelve buckets a factor of ten: each is 1.21 times as wide as the one before. A percentile is the geometric
middle of its bucket, so it is at most 10.1 % off, or half a millisecond where that is more.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

PER_DECADE = 12
DECADES = 8  # up to 27 hours; what takes longer is in the last bucket
UNKNOWN = -1  #: the bucket of calls whose duration nobody told

#: Bucket n holds whole milliseconds from _FROM[n] up to _FROM[n + 1]; some of the first ones hold none.
_FROM = [0, *(math.ceil(round(10 ** (n / PER_DECADE), 6)) for n in range(1, PER_DECADE * DECADES))]

#: Columns of the heat map by latency: half a factor of ten each, the last one open.
COLUMN_BUCKETS = PER_DECADE // 2
COLUMNS = 11  # from under 4 ms to over 100 s


@lru_cache(maxsize=4_096)
def bucket_of(ms: int | None) -> int:
    """Find the bucket of a duration; UNKNOWN when there is none."""
    return UNKNOWN if ms is None else bisect_right(_FROM, max(0, ms)) - 1


def bounds_of(first: int, last: int) -> tuple[int, int | None]:
    """Give the milliseconds that buckets hold: from, and up to; None: without end."""
    stop = last + 1
    return _FROM[first], _FROM[stop] if stop < len(_FROM) else None


def column_of(bucket: int) -> int:
    """Find a bucket's column in the heat map by latency."""
    return min(bucket // COLUMN_BUCKETS, COLUMNS - 1)


def buckets_of(column: int) -> tuple[int, int]:
    """Give the first and the last bucket of a column."""
    first = column * COLUMN_BUCKETS
    return first, first + COLUMN_BUCKETS - 1 if column < COLUMNS - 1 else len(_FROM) - 1


def percentile_of(counts: Mapping[int, int], percent: int) -> int | None:
    """Read a percentile in milliseconds from calls by bucket; None when no duration is known."""
    known = sorted((bucket, calls) for bucket, calls in counts.items() if bucket >= 0 and calls > 0)
    wanted = math.ceil(sum(calls for _, calls in known) * percent / 100)
    for bucket, calls in known:
        wanted -= calls
        if wanted <= 0:
            return middle_of(bucket)
    return None


def middle_of(bucket: int) -> int:
    """Give the milliseconds that stand for all calls of a bucket."""
    low, high = bounds_of(bucket, bucket)
    return low if high is None or not low else round(math.sqrt(low * (high - 1)))


def bucket_above(ms: float) -> int:
    """Find the first bucket that stands for more than so many milliseconds."""
    return next((bucket for bucket in range(len(_FROM)) if middle_of(bucket) > ms), len(_FROM))
