"""Alerts go when the runs of their time have gone; what was delivered goes with them."""

from datetime import datetime, timedelta

from alerts.models import Alert, Delivery
from teams.models import Project


def delete_old_alerts_all_projects(now: datetime) -> int:
    """Delete alerts and deliveries older than their project keeps runs. Returns how many alerts."""
    deleted = 0
    for project in Project.objects.only("pk", "retention_days").order_by("pk"):
        before = now - timedelta(days=project.retention_days)
        deleted += (
            Alert.objects.filter(project=project, last_at__lt=before).delete()[1].get("alerts.Alert", 0)
        )
        Delivery.objects.filter(project=project, alert=None, created_at__lt=before).delete()
    return deleted
