from django.db import migrations

#: The worst finding of a run, the earliest of equals, as runs.judging chooses it.
FILL = """
    UPDATE runs_judgement AS judgement SET
        moment = (judgement.story -> 'moment' ->> 'step')::integer, worst = found.worst, signatures = found.signatures
    FROM (
        SELECT run_id, (array_agg(signature ORDER BY severity DESC, place))[1] AS worst,
            count(DISTINCT signature) AS signatures
        FROM runs_finding GROUP BY run_id
    ) AS found
    WHERE found.run_id = judgement.run_id
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0015_worst_findings")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
