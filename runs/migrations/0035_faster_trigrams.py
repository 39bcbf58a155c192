"""Cut trigrams in half the time: the same ones, so the index stays as it is."""

from django.db import migrations

FUNCTION = """
    CREATE OR REPLACE FUNCTION runs_trigrams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    COST 1000 AS $$
        {body}
    $$
"""
# Three lists of letters side by side need no window, and a hash of all grams no sort.
ZIPPED = """
    SELECT coalesce(array_agg(gram), '{}') FROM (
        SELECT a || b || c AS gram FROM (SELECT string_to_array(said, NULL) AS letters OFFSET 0) AS cut,
            LATERAL unnest(letters, letters[2:], letters[3:]) AS one (a, b, c)
        WHERE c IS NOT NULL GROUP BY 1
    ) AS grams
"""
WINDOWED = """
    SELECT coalesce(array_agg(DISTINCT a || b || c), '{}') FROM (
        SELECT letter AS a, lead(letter) OVER letters AS b, lead(letter, 2) OVER letters AS c
        FROM unnest(string_to_array(said, NULL)) WITH ORDINALITY AS one (letter, n)
        WINDOW letters AS (ORDER BY n)
    ) AS grams WHERE c IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0034_moved_runs")]

    operations = [
        migrations.RunSQL(FUNCTION.replace("{body}", ZIPPED), FUNCTION.replace("{body}", WINDOWED)),
    ]
