"""Secrets of channels, sealed with the site's secret key: a copy of the database tells none."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """The secret of this channel cannot be read: SECRET_KEY has changed. Enter its address again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def seal(config: dict[str, Any]) -> str:
    """Encrypt what a channel needs to be told."""
    return _keys().encrypt(json.dumps(config).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """Decrypt it. Raises Unreadable."""
    try:
        config: dict[str, Any] = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise Unreadable from error
    return config


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"alerts.channel:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
