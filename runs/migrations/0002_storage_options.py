"""Physical storage: blobs come compressed, and a run's row is rewritten with every batch."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_runs_steps_changes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE runs_blob ALTER COLUMN data SET STORAGE EXTERNAL",
            "ALTER TABLE runs_blob ALTER COLUMN data SET STORAGE EXTENDED",
        ),
        migrations.RunSQL(
            "ALTER TABLE runs_run SET (fillfactor = 70)", "ALTER TABLE runs_run RESET (fillfactor)"
        ),
    ]
