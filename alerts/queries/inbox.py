"""The inbox: alerts of a project, and how many are open."""

from hashlib import blake2b
from uuid import UUID

from django.db.models import Q, QuerySet

from alerts.kinds import AlertState, ChannelState
from alerts.limits import ALERTS_PAGE, BADGE_MOST
from alerts.models import Alert, Channel
from runs.models import Run
from teams.access import Visitor
from teams.models import Project

#: What the inbox may be narrowed to: all that wait for somebody come first.
STATES: dict[str, list[str]] = {
    "open": [AlertState.OPEN, AlertState.ACKNOWLEDGED],
    "resolved": [AlertState.RESOLVED],
    "all": list(AlertState),
}


def alerts_of(project: Project, state: str) -> QuerySet[Alert]:
    """List alerts, newest first, with their rules and who settled them."""
    found = Alert.objects.filter(project=project, state__in=STATES[state])
    return found.select_related("rule", "by").order_by("-last_at", "-id")


def page_of_alerts(project: Project, state: str, *, before: int | None = None) -> list[Alert]:
    """Read the page after the alert `before`, and one alert more where there is a next page."""
    found = alerts_of(project, state)
    last = Alert.objects.filter(project=project, pk=before).first() if before else None
    if last is not None:
        found = found.filter(Q(last_at__lt=last.last_at) | Q(last_at=last.last_at, id__lt=last.pk))
    return list(found[: ALERTS_PAGE + 1])


def alert_of(project: Project, alert_id: int) -> Alert | None:
    """Find one alert, with its rule and project."""
    return (
        Alert.objects.select_related("rule", "by", "project__team")
        .filter(project=project, pk=alert_id)
        .first()
    )


def runs_there(project: Project, alerts: list[Alert]) -> set[UUID]:
    """Find which of the runs that alerts name are still there."""
    ids = {alert.run_id for alert in alerts if alert.run_id}
    return set(Run.objects.filter(project=project, id__in=ids).values_list("id", flat=True))


def open_count(project: Project) -> int:
    """Count the alerts that wait for somebody, up to a few more than the badge can say."""
    return _few(Alert.objects.filter(project=project, state=AlertState.OPEN, is_old=False))


def open_count_of(user: Visitor) -> int:
    """Count them over all projects of a user."""
    mine = Alert.objects.filter(project__team__memberships__user=user)
    return _few(mine.filter(state=AlertState.OPEN, is_old=False))


def alerts_seen_by(user: Visitor) -> list[Alert]:
    """List the open alerts of all projects of a user, newest first."""
    mine = Alert.objects.filter(project__team__memberships__user=user, state__in=STATES["open"], is_old=False)
    return list(mine.select_related("rule", "by", "project__team").order_by("-last_at", "-id")[:ALERTS_PAGE])


def failing_channels(project: Project) -> list[Channel]:
    """List the channels that do not get through."""
    failing = Channel.objects.filter(project=project, enabled=True, state=ChannelState.FAILING)
    return list(failing.order_by("name"))


def stamp_of_inbox(project: Project) -> str:
    """Name the state of the inbox's first page in a few characters."""
    rows = alerts_of(project, "all").values_list(
        "id", "state", "occurrences", "last_at", "episode", "sentence"
    )
    return blake2b(repr(list(rows[:ALERTS_PAGE])).encode(), digest_size=8).hexdigest()


def _few(found: QuerySet[Alert]) -> int:
    return len(found.values_list("id", flat=True)[: BADGE_MOST + 1])
