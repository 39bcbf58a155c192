"""What the runs that are there say."""

from itertools import islice

from django.db import migrations

CHUNK = 1_000


def fill(apps, schema_editor):
    runs, texts = apps.get_model("runs", "Run"), apps.get_model("runs", "RunText")
    found = runs.objects.values_list("id", "project_id", "name", "task", "external_id", "branch")
    rows = (
        texts(run_id=run_id, project_id=project_id, said="\n".join(words).lower())
        for run_id, project_id, *words in found.iterator(CHUNK)
    )
    while chunk := list(islice(rows, CHUNK)):
        texts.objects.bulk_create(chunk)


class Migration(migrations.Migration):
    dependencies = [("runs", "0008_run_texts")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
