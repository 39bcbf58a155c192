"""The rows of sums a day of all, from those of each group."""

from django.db import migrations

FILL = """
    INSERT INTO runs_runsum (project_id, span, day, key, status, agent, model, repo, failing, runs, calls,
        cost_usd, unpriced_calls, lower_bound_calls)
    SELECT project_id, 3, day,
        sha256(convert_to(jsonb_build_array(status, '', '', '', failing)::text, 'UTF8')),
        status, '', '', '', failing, sum(runs), sum(calls), sum(cost_usd), sum(unpriced_calls),
        sum(lower_bound_calls)
    FROM runs_runsum WHERE span = 1
    GROUP BY project_id, day, status, failing
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0013_sums_of_days_of_all")]

    operations = [migrations.RunSQL(FILL, "DELETE FROM runs_runsum WHERE span = 3")]
