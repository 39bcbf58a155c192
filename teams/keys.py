"""API keys and invitation tokens: made once, kept only as an HMAC."""

import secrets
import string

from django.conf import settings
from django.utils.crypto import salted_hmac

BASE62 = string.digits + string.ascii_letters
KEY_START = "as_"
PREFIX_LENGTH = 12
SECRET_LENGTH = 40


def make_key() -> tuple[str, str, str]:
    """Make a new key: (raw, visible prefix of 12 characters, digest). The raw key is never kept."""
    raw = KEY_START + "".join(secrets.choice(BASE62) for _ in range(SECRET_LENGTH))
    return raw, raw[:PREFIX_LENGTH], digest_of(raw)


def digest_of(raw: str) -> str:
    """Digest a raw key: hex HMAC-SHA256 under a key derived from SECRET_KEY (64 characters)."""
    return salted_hmac("teams.keys", raw, algorithm="sha256").hexdigest()


def digests_of(raw: str) -> list[str]:
    """Digest a raw key under SECRET_KEY and SECRET_KEY_FALLBACKS, so that keys outlive a rotated secret."""
    secrets_known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac("teams.keys", raw, secret=s, algorithm="sha256").hexdigest() for s in secrets_known]


def make_token() -> tuple[str, str]:
    """Make an invitation token: (raw, hmac). The raw token lives only in the link."""
    raw = secrets.token_urlsafe(32)
    return raw, token_hmac_of(raw)


def token_hmac_of(raw: str) -> str:
    """Digest an invitation token: hex HMAC-SHA256 (64 characters)."""
    return salted_hmac("teams.invitations", raw, algorithm="sha256").hexdigest()
