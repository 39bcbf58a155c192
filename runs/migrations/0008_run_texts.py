"""A table for the list's search, and how its texts are cut (the extension for that may not be there)."""

import django.db.models.deletion
from django.db import migrations, models


TRIGRAMS = """
    CREATE FUNCTION runs_trigrams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
        SELECT coalesce(array_agg(DISTINCT a || b || c), '{}') FROM (
            SELECT letter AS a, lead(letter) OVER letters AS b, lead(letter, 2) OVER letters AS c
            FROM unnest(string_to_array(said, NULL)) WITH ORDINALITY AS one (letter, n)
            WINDOW letters AS (ORDER BY n)
        ) AS grams WHERE c IS NOT NULL
    $$
"""

class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0007_step_lanes_failures_events'),
        ('teams', '0001_people_teams_projects_keys'),
    ]

    operations = [
        migrations.RunSQL(TRIGRAMS, "DROP FUNCTION runs_trigrams(text)"),
        migrations.CreateModel(
            name='RunText',
            fields=[
                ('run_id', models.UUIDField(primary_key=True, serialize=False)),
                ('said', models.TextField()),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project')),
            ],
        ),
    ]
