"""The signature of webhooks: HMAC-SHA256 over `timestamp.body`. Pure; see docs/reference/alerts.md."""

import hashlib
import hmac
import secrets

#: Begins a secret, so that scanners of leaked secrets know it.
SECRET_START = "whsec_"


def make_secret() -> str:
    """Make the secret of a webhook."""
    return SECRET_START + secrets.token_urlsafe(32)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Sign a body that is sent at a second of Unix time."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
