"""Cool-downs that are over: what was held back meanwhile is told, in one message a rule."""

from datetime import datetime

from django.db import transaction

from alerts.actions.telling import tell_held
from alerts.queries.cooling import cooled_rules_all_projects
from teams.models import Project


def tell_held_all_projects(now: datetime) -> list[Project]:
    """Tell of what is still open. Returns the projects whose inbox has changed."""
    changed = {}
    for rule_id in cooled_rules_all_projects(now):
        with transaction.atomic():
            alert = tell_held(rule_id, now=now)
        if alert is not None:
            changed[alert.project_id] = alert.project
    return list(changed.values())
