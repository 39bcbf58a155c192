"""The sums above the run list."""

from dataclasses import dataclass

from runs.queries.sums import Totals
from runs.shown.runs import cost_words
from runs.words import plural, share


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """`1,284 runs · 9 % failed · $312`."""

    runs: str
    failed: str
    cost: str
    note: str


def summary_of(totals: Totals) -> Summary:
    """Write the sums of a filter."""
    cost, note = cost_words(
        totals.cost_usd,
        calls=max(totals.calls, totals.unpriced_calls),
        unpriced=totals.unpriced_calls,
        lower_bound=totals.lower_bound_calls,
    )
    failed = share(totals.failed, totals.runs) if totals.failed else ""
    return Summary(runs=plural(totals.runs, "run"), failed=failed, cost=cost, note=note)
