"""Words of runs that wait for the worker to put them into the index of the list's search."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0035_faster_trigrams'),
        ('teams', '0002_rejections_and_addresses_of_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='FreshText',
            fields=[
                ('run_id', models.UUIDField(primary_key=True, serialize=False)),
                ('said', models.TextField()),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project')),
            ],
        ),
    ]
