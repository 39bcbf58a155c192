"""Every read of the teams pages. The team or project comes first and has passed the gate."""

from datetime import datetime

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from teams.keys import token_hmac_of
from teams.limits import ADDRESS_TEAMS, REJECTIONS_SHOWN
from teams.models import ApiKey, Invitation, Membership, Project, Rejection, Team, User
from teams.roles import ROLES


def members_of(team: Team) -> QuerySet[Membership]:
    """List the members with their users: owners first, then by address."""
    order = Case(
        *(When(role=role, then=Value(n)) for n, role in enumerate(ROLES)),
        output_field=IntegerField(),
    )
    return team.memberships.select_related("user").order_by(order, "user__email")


def member_of(team: Team, membership_id: int) -> Membership | None:
    """Find one member of this team."""
    return team.memberships.select_related("user", "team").filter(pk=membership_id).first()


def membership_of(team: Team, user: User) -> Membership:
    """Read the membership of somebody who has passed the gate of this team."""
    return team.memberships.select_related("team").get(user=user)


def open_invitations_of(team: Team) -> QuerySet[Invitation]:
    """List the invitations nobody has accepted yet, also the expired ones, newest first."""
    return team.invitations.select_related("created_by").filter(accepted_at__isnull=True).order_by("-id")


def projects_with_keys(team: Team, now: datetime) -> QuerySet[Project]:
    """List the projects by name, each with `key_count`: its keys that work at `now`."""
    usable = Q(keys__revoked_at__isnull=True) & (
        Q(keys__expires_at__isnull=True) | Q(keys__expires_at__gt=now)
    )
    return team.projects.annotate(
        key_count=Count("keys", filter=Q(keys__isnull=False) & usable),
    ).order_by("name", "id")


def keys_of(project: Project) -> QuerySet[ApiKey]:
    """List the project's keys, newest first, with who made them."""
    return project.keys.select_related("created_by").order_by("-id")


def key_of(project: Project, key_id: int) -> ApiKey | None:
    """Find one key of this project."""
    return project.keys.filter(pk=key_id).first()


def invitation_for_token(token: str) -> Invitation | None:
    """Find the invitation a link means, used and expired ones too, with its team and who sent it."""
    invitations = Invitation.objects.select_related("team", "created_by")
    return invitations.filter(token_hmac=token_hmac_of(token)).first()


def invitations_for_address(email: str, now: datetime) -> QuerySet[Invitation]:
    """List the invitations to an address, in every team, that work at `now`."""
    return Invitation.objects.filter(email=email, accepted_at__isnull=True, expires_at__gt=now)


def user_with_address(email: str) -> User | None:
    """Find the account of an address."""
    return User.objects.filter(email=email).first()


def rejections_of(team: Team, *, visitor: str) -> QuerySet[Rejection]:
    """List the refused requests that a team is shown, newest first; `visitor` is the address of who looks.

    A request without a key of ours is shown to whom it may belong: who looks from its address, a team whose
    keys were used from there, and the only team there is.
    """
    mine = Q(team=team)
    if not Team.objects.exclude(pk=team.pk).exists():
        mine |= Q(team__isnull=True)
    elif addresses := _own_addresses(team, visitor):
        mine |= Q(team__isnull=True, address__in=addresses)
    return Rejection.objects.filter(mine).select_related("project__team").order_by("-last_at", "-id")


def newest_rejections_of(team: Team, *, visitor: str) -> list[Rejection]:
    """List the few newest of them."""
    return list(rejections_of(team, visitor=visitor)[:REJECTIONS_SHOWN])


def fresh_rejections_of(team: Team, *, visitor: str, since: datetime) -> list[Rejection]:
    """List the newest of them that came since a moment."""
    return list(rejections_of(team, visitor=visitor).filter(last_at__gte=since)[:REJECTIONS_SHOWN])


def _own_addresses(team: Team, visitor: str) -> list[str]:
    """List the addresses of a team's programs and of who looks, without those that many teams share."""
    used = ApiKey.objects.filter(project__team=team).exclude(last_used_from="")
    asked = {visitor, *used.values_list("last_used_from", flat=True).distinct()} - {""}
    sharing = ApiKey.objects.filter(last_used_from__in=asked).values("last_used_from")
    shared = sharing.annotate(teams=Count("project__team", distinct=True)).filter(teams__gt=ADDRESS_TEAMS)
    return sorted(asked - set(shared.values_list("last_used_from", flat=True)))


def newest_rejection(team: Team) -> datetime | None:
    """Say when a request was last refused, of this team or of nobody known."""
    either = Q(team=team) | Q(team__isnull=True)
    return Rejection.objects.filter(either).order_by("-last_at").values_list("last_at", flat=True).first()
