"""Each page of clues says which writing of it this is: 0 for those from before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0029_run_relatives")]

    operations = [
        migrations.AddField(
            model_name="cluepage",
            name="stamp",
            field=models.BigIntegerField(default=0),
        ),
    ]
