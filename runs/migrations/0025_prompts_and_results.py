import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('runs', '0024_short_filter_texts'),
        ('teams', '0001_people_teams_projects_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='PromptFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('versions', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='PromptUse',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'version', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('version', models.BigIntegerField()),
                ('is_main', models.BooleanField()),
                ('digest', models.BinaryField()),
                ('message', models.BinaryField(null=True)),
                ('lane', models.TextField(default='')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='PromptVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BinaryField()),
                ('number', models.IntegerField()),
                ('told', models.TextField(default='')),
                ('template', models.TextField()),
                ('first_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='judgement',
            name='prompted',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='prompt',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='result',
            field=models.TextField(blank=True, choices=[('passed', 'passed'), ('failed', 'failed'), ('', '')], db_default='', default=''),
        ),
        migrations.AddField(
            model_name='run',
            name='task_key',
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('variant', ''), _negated=True), fields=['project', 'variant', '-sort_at', '-id'], name='run_list_by_variant'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('prompt__isnull', False)), fields=['project', 'prompt', '-sort_at', '-id'], name='run_list_by_prompt'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('task_key__isnull', False)), fields=['project', 'task_key', '-sort_at', '-id'], name='run_list_by_task'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('branch', ''), _negated=True), fields=['project', 'branch', '-sort_at', '-id'], name='run_list_by_branch'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('commit', ''), _negated=True), fields=['project', 'commit', '-sort_at', '-id'], name='run_list_by_commit'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('agent_version', ''), _negated=True), fields=['project', 'agent_version', '-sort_at', '-id'], name='run_list_by_version'),
        ),
        migrations.AddField(
            model_name='promptfamily',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project'),
        ),
        migrations.AddField(
            model_name='promptuse',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project'),
        ),
        migrations.AddField(
            model_name='promptversion',
            name='family',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.promptfamily'),
        ),
        migrations.AddField(
            model_name='promptversion',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.project'),
        ),
        migrations.AddConstraint(
            model_name='promptfamily',
            constraint=models.UniqueConstraint(fields=('project', 'name'), name='prompt_family_name'),
        ),
        migrations.AddIndex(
            model_name='promptuse',
            index=models.Index(fields=['project', 'version', '-at'], name='prompt_use_of_version'),
        ),
        migrations.AddIndex(
            model_name='promptuse',
            index=models.Index(fields=['project', 'version', 'digest'], name='prompt_use_by_text'),
        ),
        migrations.AddIndex(
            model_name='promptversion',
            index=models.Index(fields=['project', 'family', 'number'], name='prompt_version_of_project'),
        ),
        migrations.AddConstraint(
            model_name='promptversion',
            constraint=models.UniqueConstraint(fields=('family', 'key'), name='prompt_version_key'),
        ),
    ]
