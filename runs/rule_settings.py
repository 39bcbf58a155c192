"""What people of a project tell rules: resolved, muted, other thresholds. Its runs are judged anew."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from runs.judging import SETTINGS, muted_of
from runs.models import SignatureState
from runs.outdated import queue_judging
from runs.records import digest_of
from teams.models import Project, User


def resolve_signature(project: Project, signature: str, *, by: User, now: datetime) -> None:
    """Call a signature resolved; it opens again by itself at a later step."""
    SignatureState.objects.update_or_create(
        project=project, signature=signature, defaults={"resolved_at": now, "resolved_by": by}
    )


def reopen_signature(project: Project, signature: str) -> None:
    """Call it open again."""
    SignatureState.objects.filter(project=project, signature=signature).delete()


def mute_signature(project: Project, signature: str) -> None:
    """Let rules be silent on a signature in this project."""
    _change(project, lambda muted: muted | {signature})


def unmute_signature(project: Project, signature: str) -> None:
    """Let rules speak of it again."""
    _change(project, lambda muted: muted - {signature})


class RulesChanged(Exception):
    """Somebody else changed the rules meanwhile. Open the page anew, and change them again."""


def stamp_of_rules(project: Project) -> str:
    """Name what the rules are set to: a page that was read before a change says another stamp."""
    return digest_of(json.dumps(project.settings.get(SETTINGS, {}), sort_keys=True).encode()).hex()


def save_rules(
    project: Project,
    *,
    thresholds: Mapping[str, float],
    muted: Collection[str],
    sensitive: Sequence[str],
    seen: str = "",
) -> None:
    """Save what differs from the defaults. Raises RulesChanged when they are not as `seen` any more."""
    told = {"thresholds": dict(thresholds), "muted": sorted(muted), "sensitive": list(sensitive)}
    with transaction.atomic():
        row = Project.objects.select_for_update().get(pk=project.pk)
        if seen and seen != stamp_of_rules(row):
            raise RulesChanged(RulesChanged.__doc__)
        _save(row, told)


def _change(project: Project, change: Any) -> None:
    with transaction.atomic():
        row = Project.objects.select_for_update().get(pk=project.pk)
        _save(row, {"muted": sorted(change(muted_of(row)))})


def _save(row: Project, told: Mapping[str, Any]) -> None:
    row.settings = {**row.settings, SETTINGS: {**row.settings.get(SETTINGS, {}), **told}}
    row.save(update_fields=["settings"])
    queue_judging(row)
