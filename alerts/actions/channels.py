"""Channels: made, changed, switched, dropped. Their addresses are sealed."""

from datetime import datetime
from typing import Any

from alerts.kinds import ChannelKind, ChannelState
from alerts.models import Channel
from alerts.sealing import Unreadable, seal, unseal
from alerts.signing import make_secret
from teams.models import Project, User


def create_channel(
    project: Project, name: str, *, kind: str, config: dict[str, Any], shown: str, by: User, now: datetime
) -> tuple[Channel, str]:
    """Make a channel: (row, secret of a webhook). The secret is shown once."""
    secret = make_secret() if kind == ChannelKind.WEBHOOK else ""
    sealed = seal(config | {"secret": secret} if secret else config)
    channel = Channel.objects.create(
        project=project, name=name, kind=kind, sealed=sealed, shown=shown, created_by=by, created_at=now
    )
    return channel, secret


def change_channel(channel: Channel, name: str, *, config: dict[str, Any] | None, shown: str) -> str:
    """Rename a channel, or (with a config) send it somewhere else, under the same secret.

    Returns the new secret of a webhook whose old one cannot be read any more, else nothing.
    """
    Channel.objects.filter(pk=channel.pk).update(name=name)
    if config is None:
        return ""
    secret = new = ""
    if channel.kind == ChannelKind.WEBHOOK:
        try:
            secret = unseal(channel.sealed)["secret"]
        except Unreadable:
            secret = new = make_secret()
    _readdress(channel, config | {"secret": secret} if secret else config, shown=shown)
    return new


def change_secret(channel: Channel) -> str:
    """Give a webhook a new secret; the old one signs nothing any more. Raises Unreadable."""
    secret = make_secret()
    config = unseal(channel.sealed) | {"secret": secret}
    Channel.objects.filter(pk=channel.pk).update(sealed=seal(config))
    return secret


def switch_channel(channel: Channel, *, enabled: bool) -> None:
    """Turn a channel on or off."""
    Channel.objects.filter(pk=channel.pk).update(enabled=enabled)


def delete_channel(channel: Channel) -> None:
    """Delete a channel with its history."""
    Channel.objects.filter(pk=channel.pk).delete()


def _readdress(channel: Channel, config: dict[str, Any], *, shown: str) -> None:
    Channel.objects.filter(pk=channel.pk).update(
        sealed=seal(config), shown=shown, state=ChannelState.NEW, error="", failing_since=None
    )
