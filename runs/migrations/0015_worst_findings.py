from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0014_fill_sums_of_days_of_all")]

    operations = [
        migrations.AddField("judgement", "worst", models.TextField(default="")),
        migrations.AddField("judgement", "signatures", models.IntegerField(default=0)),
        migrations.AddField("judgement", "moment", models.IntegerField(null=True)),
    ]
