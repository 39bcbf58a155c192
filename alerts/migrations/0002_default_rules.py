"""The default rules for projects that are older than alerts."""

from django.db import migrations
from django.utils import timezone

#: As they were when alerts came; alerts.defaults may have moved on.
DEFAULTS = [
    ("More than 20 turns", "fact", {"fact": "turns", "over": 20.0, "pattern": ""}, 2),
    ("Tool loop", "finding", {"signature": "tool-loop", "severity": 1}, 2),
    ("Run stuck for 10 minutes", "stuck", {"minutes": 10}, 3),
    ("Run costs more than $5", "fact", {"fact": "cost", "over": 5.0, "pattern": ""}, 3),
]


def install(apps, schema_editor):
    rule, project = apps.get_model("alerts", "AlertRule"), apps.get_model("teams", "Project")
    now = timezone.now()
    rule.objects.bulk_create(
        rule(project_id=pk, name=name, kind=kind, params=params, severity=severity, created_at=now)
        for pk in project.objects.order_by("pk").values_list("pk", flat=True)
        for name, kind, params, severity in DEFAULTS
    )


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_rules_channels_alerts_deliveries")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
