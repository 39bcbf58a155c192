"""The one gate for people and for keys.

Absent and forbidden are the same Http404, so that no answer confirms that something exists.
A superuser passes only where he is a member: the admin is the place for operators.
"""

import base64
import binascii
import hmac
import time
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from teams.keys import KEY_START, digests_of
from teams.limits import CREDENTIAL_LENGTH, KEY_CACHE_SECONDS, KEY_CACHE_SIZE, KEY_TOUCH_SECONDS
from teams.models import ApiKey, Membership, Project, Team, User
from teams.roles import ROLES_WITH, Needs, role_allows

Visitor = User | AnonymousUser
Row = TypeVar("Row", Team, Project)

NOT_HERE = "Not here, or not yours."
NO_KEY = "Send an API key with the scope `{scope}`: `Authorization: Bearer as_…` or `x-api-key: as_…`."
FOREIGN_KEY = "Send an API key of AgentScope, which begins with `as_`: this one is somebody else's."
UNKNOWN_KEY = "Send an API key that works: nobody made this one, or it was cut."
REVOKED_KEY = "Send an API key that works: this one was revoked."
EXPIRED_KEY = "Send an API key that works: this one has expired."
WRONG_SCOPE = "Send an API key with the scope `{scope}`: this one may do something else."

#: digest -> (key with project and team, monotonic second at which it must be read again).
_known_keys: dict[str, tuple[ApiKey, float]] = {}
#: digest of what is no key -> monotonic second until which nobody asks for it again: it is sent often.
_unknown_keys: dict[str, float] = {}


def team_for(user: Visitor, team_slug: str, *, needs: Needs = "view") -> Team:
    """Read the team, with `team.role` of this user. Raises Http404."""
    if not user.is_authenticated:
        raise Http404(NOT_HERE)
    roles = ROLES_WITH[needs]
    teams = Team.objects.filter(slug=team_slug, memberships__user=user, memberships__role__in=roles)
    return _one_of(teams.annotate(role=F("memberships__role")))


def project_for(user: Visitor, team_slug: str, project_slug: str, *, needs: Needs = "view") -> Project:
    """Read the project with its team, and `project.role` of this user. Raises Http404."""
    if not user.is_authenticated:
        raise Http404(NOT_HERE)
    projects = Project.objects.select_related("team").filter(
        team__slug=team_slug,
        slug=project_slug,
        team__memberships__user=user,
        team__memberships__role__in=ROLES_WITH[needs],
    )
    return _one_of(projects.annotate(role=F("team__memberships__role")))


def teams_of(user: Visitor) -> list[Team]:
    """List the user's teams by name, each with `role` and its projects (two queries)."""
    if not user.is_authenticated:
        return []
    return list(
        Team.objects.filter(memberships__user=user)
        .annotate(role=F("memberships__role"))
        .order_by("name", "id")
        .prefetch_related(Prefetch("projects", Project.objects.order_by("name", "id")))
    )


def projects_of(user: Visitor) -> QuerySet[Project]:
    """Select every project the user may see, with its team."""
    if not user.is_authenticated:
        return Project.objects.none()
    return Project.objects.filter(team__memberships__user=user).select_related("team")


def role_in(user: Visitor, team: Team) -> str | None:
    """Read the user's role in the team; None when the user is not in it."""
    if not user.is_authenticated:
        return None
    return Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()


def may(user: Visitor, team: Team, needs: Needs) -> bool:
    """Say whether the user may do that in the team."""
    return role_allows(role_in(user, team), needs)


def who_still_sees(user_ids: set[int], project: Project) -> set[int]:
    """Find who of those that were let in before is still a member, and active."""
    members = Membership.objects.filter(team_id=project.team_id, user__in=user_ids, user__is_active=True)
    return set(members.values_list("user_id", flat=True))


def project_for_key(raw_key: str, *, scope: str, address: str = "") -> ApiKey | None:
    """Find the usable key with this scope, its project and team; None for every other case.

    A process remembers a key for KEY_CACHE_SECONDS, so a revoked key stops within that time
    everywhere and at once in the process that revoked it.
    """
    now, key = timezone.now(), _find_key(raw_key)
    if key is None or not key.is_usable(now) or scope not in key.scopes:
        return None
    _touch_key(key, now, address)
    return key


def why_refused(raw_key: str, *, scope: str) -> tuple[str, ApiKey | None]:
    """Say why `project_for_key` found nothing: (one sentence, the key where it is one of ours)."""
    if not raw_key:
        return NO_KEY.format(scope=scope), None
    if not raw_key.startswith(KEY_START):
        return FOREIGN_KEY, None
    key = _find_key(raw_key)
    if key is None:
        return UNKNOWN_KEY, None
    if key.revoked_at is not None:
        return REVOKED_KEY, key
    return (EXPIRED_KEY if not key.is_usable(timezone.now()) else WRONG_SCOPE.format(scope=scope)), key


def forget_key(digest: str) -> None:
    """Forget a remembered key, because it was revoked or changed."""
    for known, (key, _) in list(_known_keys.items()):
        if key.digest == digest:
            _known_keys.pop(known, None)


def forget_all_keys() -> None:
    """Forget every remembered key, because projects or teams went away."""
    _known_keys.clear()
    _unknown_keys.clear()


def key_from_request(request: HttpRequest) -> str:
    """Take the raw key out of a request; empty when there is none.

    Read: `x-api-key`, or `Authorization` as `Bearer k`, `Bearer%20k` (what OTEL_EXPORTER_OTLP_HEADERS
    makes of it), `Basic base64(user:k)` and plain `k`.
    """
    value = request.headers.get("x-api-key", "").strip() or request.headers.get("authorization", "").strip()
    if len(value) > CREDENTIAL_LENGTH:
        return ""
    kind, _, rest = value.replace("%20", " ", 1).partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        return _secret_of_basic(rest.strip())
    return value


def _one_of(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise Http404(NOT_HERE)
    return row


def _find_key(raw_key: str) -> ApiKey | None:
    if not raw_key.startswith(KEY_START):
        return None
    digests = digests_of(raw_key)
    if time.monotonic() < _unknown_keys.get(digests[0], 0.0):
        return None
    return _remembered_key(digests[0]) or _read_key(digests)


def _remembered_key(digest: str) -> ApiKey | None:
    key, until = _known_keys.get(digest, (None, 0.0))
    return key if time.monotonic() < until else None


def _read_key(digests: list[str]) -> ApiKey | None:
    key = ApiKey.objects.select_related("project__team").filter(digest__in=digests).first()
    if key is None or not any(hmac.compare_digest(key.digest, digest) for digest in digests):
        if len(_unknown_keys) >= KEY_CACHE_SIZE:
            _unknown_keys.clear()
        _unknown_keys[digests[0]] = time.monotonic() + KEY_CACHE_SECONDS
        return None
    if len(_known_keys) >= KEY_CACHE_SIZE:
        _known_keys.clear()
    _known_keys[digests[0]] = (key, time.monotonic() + KEY_CACHE_SECONDS)
    return key


def _touch_key(key: ApiKey, now: datetime, address: str) -> None:
    """Write when a key was used, and from where, at most once a minute, whatever the number of processes."""
    stale = now - timedelta(seconds=KEY_TOUCH_SECONDS)
    if key.last_used_at is not None and key.last_used_at > stale:
        return
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)
    ApiKey.objects.filter(unused, pk=key.pk).update(last_used_at=now, last_used_from=address)
    key.last_used_at = now


def _secret_of_basic(encoded: str) -> str:
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return secret or user
