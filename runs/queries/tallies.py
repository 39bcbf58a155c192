"""Sums over runs whose success counts, as SQL: `runs.comparing.outcomes.success_of` and `Tally`."""

#: Conditions on a table or subquery that is called `run`.
PASSED = "(run.verdict = 'good' OR run.verdict = '' AND run.result = 'passed')"
FAILED = "(run.verdict = 'bad' OR run.verdict = '' AND run.result = 'failed')"

#: The fields of a tally, in their order.
TALLY = f"""
    count(run.id), count(run.id) FILTER (WHERE {PASSED}), count(run.id) FILTER (WHERE {FAILED}),
    count(run.id) FILTER (WHERE run.llm_calls > run.unpriced_calls), coalesce(sum(run.cost_usd), 0),
    count(run.id) FILTER (WHERE run.unpriced_calls > 0 OR run.lower_bound_calls > 0)
"""

#: The columns of a run that a tally needs.
COLUMNS = (
    "id", "verdict", "result", "llm_calls", "unpriced_calls", "lower_bound_calls", "cost_usd",
)  # fmt: skip
