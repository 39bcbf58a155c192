"""Rules: the defaults of a project, and what people change."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from alerts.defaults import DEFAULTS
from alerts.models import AlertRule, Channel
from alerts.params import Params, keep_params
from teams.models import Project

_TYPED = ["name", "params", "severity", "cooldown_minutes"]


def install_defaults(project: Project, *, now: datetime) -> None:
    """Give a project the rules that are on from the start."""
    AlertRule.objects.bulk_create(
        AlertRule(
            project=project,
            name=each.name,
            kind=each.kind,
            params=keep_params(each.params),
            severity=each.severity,
            created_at=now,
        )
        for each in DEFAULTS
    )


def install_defaults_of_project(
    sender: Any, instance: Project, *, created: bool, raw: bool = False, **_: Any
) -> None:
    """Receive the signal of a project that was just made."""
    if created and not raw:
        install_defaults(instance, now=timezone.now())


def save_rule(rule: AlertRule, params: Params, *, channels: list[Channel]) -> None:
    """Write a new or changed rule with its channels."""
    rule.params = keep_params(params)
    with transaction.atomic():
        # Not the columns that firing writes meanwhile.
        rule.save(update_fields=_TYPED if rule.pk else None)
        rule.channels.set(channels)


def switch_rule(rule: AlertRule, *, enabled: bool) -> None:
    """Turn a rule on or off; what it said stays."""
    AlertRule.objects.filter(pk=rule.pk).update(enabled=enabled)


def mute_rule(rule: AlertRule, *, until: datetime | None) -> None:
    """Tell nobody until then; None: tell again. The inbox goes on."""
    AlertRule.objects.filter(pk=rule.pk).update(muted_until=until)


def delete_rule(rule: AlertRule) -> None:
    """Delete a rule with its alerts and their deliveries."""
    AlertRule.objects.filter(pk=rule.pk).delete()
