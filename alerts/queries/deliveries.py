"""Deliveries: their history, and what they tell."""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from alerts.kinds import AlertState, DeliveryState, Event
from alerts.models import Alert, Delivery
from alerts.notices import Notice, Other, RunTold
from runs.models import Run
from runs.shown.runs import title_of
from teams.models import Membership, Project


def deliveries_of(project: Project, *, channel_id: int | None = None) -> QuerySet[Delivery]:
    """List deliveries with their channels and alerts, newest first."""
    found = Delivery.objects.filter(project=project).select_related("channel", "alert__rule").order_by("-id")
    return found if channel_id is None else found.filter(channel_id=channel_id)


def delivery_of(project: Project, delivery_id: int) -> Delivery | None:
    """Find one delivery."""
    return deliveries_of(project).filter(pk=delivery_id).first()


def open_delivery(delivery_id: int) -> Delivery | None:
    """Read a delivery that was not sent nor given up, for the worker."""
    deliveries = Delivery.objects.select_related("channel", "alert__rule", "project__team")
    return deliveries.filter(pk=delivery_id, state__in=[DeliveryState.WAITING, DeliveryState.FAILED]).first()


def addresses_of(project: Project, user_ids: list[int]) -> list[str]:
    """Read the addresses of those who are still in the team, and active."""
    members = Membership.objects.filter(team_id=project.team_id, user__in=user_ids, user__is_active=True)
    return sorted(members.values_list("user__email", flat=True))


def notice_of(delivery: Delivery) -> Notice:
    """Gather what a delivery tells."""
    project, alert = delivery.project, delivery.alert
    names: dict[str, object] = {"team": project.team.slug, "project": project.slug}
    told = {"delivery": delivery.uid, "event": Event(delivery.event), "project_name": project.name, **names}
    if alert is None:
        return Notice(
            **told, rule="Test", kind="test", severity=1, url=_url("alerts:channels", names),
            sentence=f"A test of {delivery.channel.name}: alerts of {project.name} reach you here.",
        )  # fmt: skip
    run = Run.objects.filter(project=project, id=alert.run_id).first() if alert.run_id else None
    run_url = _url("runs:run", {**names, "run_id": run.id}) if run else ""
    return Notice(
        **told,
        rule=alert.rule.name,
        kind=alert.rule.kind,
        severity=alert.severity,
        sentence=alert.sentence,
        url=_url("alerts:alert", {**names, "alert_id": alert.pk}),
        alert=alert.pk,
        steps=tuple(alert.steps),
        step_url=f"{run_url}?step={alert.step}" if run and alert.step is not None else run_url,
        occurrences=alert.occurrences,
        held=delivery.held,
        since=delivery.since,
        others=_others_of(delivery, names),
        opened_at=alert.opened_at,
        run=_run_told(run, run_url) if run else None,
    )


def _others_of(delivery: Delivery, names: dict[str, object]) -> tuple[Other, ...]:
    """Read what is still open of the alerts that were held back."""
    found = Alert.objects.filter(
        project_id=delivery.project_id, pk__in=delivery.others, state=AlertState.OPEN
    )
    return tuple(
        Other(
            alert=alert.pk, sentence=alert.sentence, run=alert.run_name,
            url=_url("alerts:alert", {**names, "alert_id": alert.pk}),
        )
        for alert in found.order_by("-last_at", "-id")
    )  # fmt: skip


def _run_told(run: Run, url: str) -> RunTold:
    return RunTold(
        id=run.id, external_id=run.external_id, name=title_of(run), agent=run.agent, model=run.model,
        status=run.status, url=url,
    )  # fmt: skip


def _url(name: str, values: dict[str, object]) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=values)}"
