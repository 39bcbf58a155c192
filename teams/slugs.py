"""Slugs for addresses. Pure but for Django's `slugify`."""

from collections.abc import Iterable

from django.utils.text import slugify

from teams.limits import SLUG_LENGTH
from teams.refusals import ReservedName

#: First path parts the site itself uses, and leaves under `/teams/`. No team or project may take them.
RESERVED_SLUGS = frozenset({
    "account", "accounts", "admin", "alerts", "api", "apple-touch-icon", "docs", "favicon", "healthz",
    "feedback", "help", "import", "info", "invitations", "login", "logout", "media", "members", "metrics",
    "new", "otel", "otlp", "projects", "robots", "runs", "settings", "signup", "static", "teams", "v1",
    "well-known", "ws",
})  # fmt: skip


def slug_of(name: str, *, fallback: str) -> str:
    """Make a slug of a name; `fallback` when nothing of the name can be written in an address.

    Raises ReservedName.
    """
    slug = slugify(name)[:SLUG_LENGTH].strip("-_") or fallback
    if slug in RESERVED_SLUGS:
        raise ReservedName
    return slug


def free_slug(slug: str, taken: Iterable[str]) -> str:
    """Add `-2`, `-3` … until the slug is not in `taken`."""
    used, candidate, n = set(taken), slug, 1
    while candidate in used:
        n += 1
        candidate = f"{slug[: SLUG_LENGTH - len(str(n)) - 1]}-{n}"
    return candidate
