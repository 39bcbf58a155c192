"""Runs judged before there were tool sums: the worker looks at each once more, the newest first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0017_tool_sums")]

    operations = [
        migrations.RunSQL(
            "UPDATE runs_run SET due = true WHERE NOT due AND tool_calls > 0", migrations.RunSQL.noop
        )
    ]
