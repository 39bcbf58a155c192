"""The sums of findings by signature, made from the findings; the worker folds them."""

from django.db import migrations

COUNT = """
    UPDATE runs_judgement AS judged SET day = (run.sort_at AT TIME ZONE 'UTC')::date, agent = run.agent,
        model = run.model, repo = run.repo
    FROM runs_run AS run WHERE run.id = judged.run_id
"""
FILL = """
    INSERT INTO runs_signaturesum (span, project_id, day, found_on, agent, model, repo, signature, severity,
        runs, times)
    SELECT 0, judged.project_id, judged.day, found.found_on, judged.agent, judged.model, judged.repo,
        found.signature, found.severity, count(*) FILTER (WHERE found.found_on = found.first),
        sum(found.times)
    FROM (
        SELECT run_id, signature, (at AT TIME ZONE 'UTC')::date AS found_on, count(*) AS times,
            min(min((at AT TIME ZONE 'UTC')::date)) OVER of_run AS first,
            max(max(severity)) OVER of_run AS severity
        FROM runs_finding GROUP BY 1, 2, 3
        WINDOW of_run AS (PARTITION BY run_id, signature)
    ) AS found
    JOIN runs_judgement AS judged ON judged.run_id = found.run_id AND judged.day IS NOT NULL
    GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0022_signature_sums")]

    operations = [
        migrations.RunSQL(
            # No run is judged or deleted meanwhile: both hold its row.
            ["LOCK TABLE runs_run IN EXCLUSIVE MODE", "DELETE FROM runs_signaturesum", COUNT, FILL],
            migrations.RunSQL.noop,
        )
    ]
