"""Limits of runs: number, unit, reason. Described in docs/reference/limits.md."""

from datetime import timedelta

#: A run without an end that has been silent for so long is shown as unfinished. Longer than the longest
#: model call and test suite people wait for.
SILENCE = timedelta(minutes=15)

#: Runs closed or deleted in one transaction: keeps locks and WAL short.
SWEEP_RUNS = 50
