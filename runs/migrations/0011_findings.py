
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0010_run_text_trigrams'),
        ('teams', '0001_people_teams_projects_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='CluePage',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'page', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('page', models.IntegerField()),
                ('clues', models.BinaryField()),
                ('mentions', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('run_id', models.UUIDField(primary_key=True, serialize=False)),
                ('revision', models.BigIntegerField(default=-1)),
                ('clue_version', models.IntegerField(default=0)),
                ('rules', models.TextField(default='')),
                ('at', models.DateTimeField()),
                ('findings', models.IntegerField(default=0)),
                ('severity', models.SmallIntegerField(default=0)),
                ('story', models.JSONField(default=dict)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project')),
            ],
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'signature', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('signature', models.TextField()),
                ('key', models.TextField()),
                ('severity', models.SmallIntegerField()),
                ('sentence', models.TextField()),
                ('steps', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('step', models.IntegerField()),
                ('changes', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('numbers', models.JSONField(default=dict)),
                ('used', models.JSONField(default=dict)),
                ('place', models.IntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('found_at', models.DateTimeField()),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project')),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'signature', '-at'], name='finding_of_signature')],
            },
        ),
    ]
