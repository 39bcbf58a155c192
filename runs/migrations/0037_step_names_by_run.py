"""The names of steps are keyed by their run first, like every table of a recording. No names are stored yet."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0036_fresh_texts'),
    ]

    operations = [
        migrations.DeleteModel(name='StepName'),
        migrations.CreateModel(
            name='StepName',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'name', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('name', models.TextField()),
                ('key', models.TextField()),
                ('at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['run_id', 'key'], name='step_name_key')],
            },
        ),
    ]
