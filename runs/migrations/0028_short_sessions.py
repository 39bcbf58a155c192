"""What relatives are found by goes into indexes, whose entries have a most length; see blobs.indexable."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0027_saved_comparisons")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE runs_run SET session = left(session, 400), parent_external_id = left(parent_external_id, 400)
            WHERE octet_length(session) > 1800 OR octet_length(parent_external_id) > 1800
            """,
            migrations.RunSQL.noop,
        )
    ]
