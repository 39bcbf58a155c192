"""What people do with alerts."""

from datetime import datetime

from django.db.models import F

from alerts.kinds import AlertState, Quiet
from alerts.models import Alert
from teams.models import User


def acknowledge(alert: Alert, *, by: User, now: datetime) -> None:
    """Say that somebody looks at it: it stays, and leaves the number beside the bell."""
    found = Alert.objects.filter(pk=alert.pk, state=AlertState.OPEN)
    found.update(state=AlertState.ACKNOWLEDGED, by=by, state_at=now)


def resolve(alert: Alert, *, by: User, now: datetime) -> None:
    """Close it; it opens again when the same gets worse."""
    found = Alert.objects.filter(pk=alert.pk).exclude(state=AlertState.RESOLVED)
    found.update(state=AlertState.RESOLVED, by=by, state_at=now, settled=F("occurrences"))


def resolve_all_open(project_id: int, *, by: User, now: datetime) -> int:
    """Close all alerts of a project. Returns how many."""
    found = Alert.objects.filter(project_id=project_id).exclude(state=AlertState.RESOLVED)
    return found.update(state=AlertState.RESOLVED, by=by, state_at=now, settled=F("occurrences"))


def reopen(alert: Alert, *, by: User, now: datetime) -> None:
    """Take it back into the inbox; whoever does that need not be told of it any more."""
    found = Alert.objects.filter(pk=alert.pk, state=AlertState.RESOLVED)
    found.filter(quiet=Quiet.COOLING).update(quiet=Quiet.SEEN)
    found.update(state=AlertState.OPEN, by=None, state_at=now)
