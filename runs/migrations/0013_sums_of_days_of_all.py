"""Room for a row of sums a day of all agents, models and repositories.

The index says `span >= 1` instead of `span > 0`, which is the same but for a worker of the version before: its
folding finds no such index and waits for the new one, which knows of these rows.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0012_step_spans")]

    operations = [
        migrations.RemoveConstraint(model_name="runsum", name="run_sum_of_group"),
        migrations.AlterField(
            model_name="runsum",
            name="span",
            field=models.SmallIntegerField(
                choices=[(0, "fresh"), (1, "day"), (2, "ever"), (3, "day_of_all")]
            ),
        ),
        migrations.AddConstraint(
            model_name="runsum",
            constraint=models.UniqueConstraint(
                condition=models.Q(("span__gte", 1)),
                fields=("project", "span", "day", "key"),
                name="run_sum_of_group",
            ),
        ),
    ]
