"""The API key of one play: made for it, gone after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from agentscope.demo.plays import LONGEST
from teams.actions import create_key, revoke_key
from teams.models import ApiKey, Project

KEY_NAME = "demo: live play"


@contextmanager
def key_for_play(project: Project) -> Iterator[str]:
    """Give a raw ingest key that stops with the play, and at the latest some minutes after it.

    The raw key never leaves this process. Keys of plays that were killed have expired and are deleted here.
    """
    now = timezone.now()
    over = Q(expires_at__lt=now) | Q(revoked_at__isnull=False)
    ApiKey.objects.filter(over, project=project, name=KEY_NAME).delete()
    expires_at = now + timedelta(seconds=LONGEST + 120)
    key, raw = create_key(project, KEY_NAME, scopes=["ingest"], by=None, expires_at=expires_at)
    try:
        yield raw
    finally:
        revoke_key(key)
