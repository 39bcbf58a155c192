"""The sums of runs made anew from the runs, now with tokens and the time of model calls; the worker folds them."""

from django.db import migrations

FILL = """
    INSERT INTO runs_runsum (project_id, span, day, status, agent, model, repo, failing, runs, calls,
        cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms)
    SELECT project_id, 0, (sort_at AT TIME ZONE 'UTC')::date, status, agent, model, repo, failures > 0,
        count(*), sum(llm_calls), sum(cost_usd), sum(unpriced_calls), sum(lower_bound_calls),
        sum(input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + output_tokens),
        sum(llm_ms)
    FROM runs_run GROUP BY 1, 3, 4, 5, 6, 7, 8
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0020_sums_of_tokens")]

    operations = [
        migrations.RunSQL(
            [
                "LOCK TABLE runs_run IN SHARE MODE",
                "LOCK TABLE runs_runsum IN EXCLUSIVE MODE",
                "DELETE FROM runs_runsum",
                FILL,
            ],
            migrations.RunSQL.noop,
        )
    ]
