"""Sums of the runs that are there, as fresh rows, which the worker folds; models fit into an index."""

from django.db import migrations

FILL = """
    INSERT INTO runs_runsum (project_id, span, day, status, agent, model, repo, failing, runs, calls, cost_usd,
        unpriced_calls, lower_bound_calls)
    SELECT project_id, 0, (sort_at AT TIME ZONE 'UTC')::date, status, agent, model, repo, failures > 0,
        count(*), sum(llm_calls), sum(cost_usd), sum(unpriced_calls), sum(lower_bound_calls)
    FROM runs_run
    GROUP BY 1, 3, 4, 5, 6, 7, 8
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_run_sums")]

    operations = [
        migrations.RunSQL("UPDATE runs_run SET model = left(model, 450) WHERE octet_length(model) > 1800", ""),
        migrations.RunSQL(FILL, "DELETE FROM runs_runsum"),
    ]
