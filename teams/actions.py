"""Every change to teams, members, invitations, projects and keys.

The callers have passed the gate with the right `needs`; what depends on more than the caller's
role is refused here (teams/refusals.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from teams.access import forget_all_keys, forget_key
from teams.keys import make_key, make_token
from teams.limits import INVITATION_DAYS, OPEN_INVITATIONS, RETENTION_DAYS
from teams.models import ApiKey, Invitation, Membership, Project, Role, Team, User
from teams.queries import invitations_for_address
from teams.refusals import (
    AlreadyMember,
    InvitationGone,
    LastOwner,
    OtherAddress,
    OwnersOnly,
    TooManyInvitations,
)
from teams.roles import roles_granted_by
from teams.slugs import free_slug, slug_of

#: Tries to find a free slug while others take slugs at the same moment.
SLUG_TRIES = 5


def create_team(name: str, owner: User) -> Team:
    """Make a team with its first owner. Raises ReservedName."""
    slug = slug_of(name, fallback="team")
    for _ in range(SLUG_TRIES):
        taken = Team.objects.filter(slug__startswith=slug).values_list("slug", flat=True)
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=free_slug(slug, taken))
                Membership.objects.create(team=team, user=owner, role=Role.OWNER)
                return team
        except IntegrityError:
            continue
    raise IntegrityError("No free slug for the team.")


def rename_team(team: Team, name: str) -> None:
    """Change the shown name. The address stays, so that links keep working."""
    Team.objects.filter(pk=team.pk).update(name=name)


def delete_team(team: Team) -> None:
    """Delete the team with all that belongs to it."""
    Team.objects.get(pk=team.pk).delete()
    forget_all_keys()


def invite(
    team: Team, email: str, *, role: str, by: User, now: datetime | None = None
) -> tuple[Invitation, str]:
    """Invite an address: (invitation, raw token for the link). An open invitation to it is replaced.

    Raises AlreadyMember, OwnersOnly, TooManyInvitations.
    """
    email = email.strip().lower()
    _check_grant(team, by=by, role=role)
    if team.memberships.filter(user__email=email).exists():
        raise AlreadyMember
    now = now or timezone.now()
    token, token_hmac = make_token()
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        open_ones = Invitation.objects.filter(team=team, accepted_at__isnull=True)
        open_ones.filter(email=email).delete()
        if open_ones.count() >= OPEN_INVITATIONS:
            raise TooManyInvitations
        invitation = Invitation.objects.create(
            team=team,
            email=email,
            role=role,
            token_hmac=token_hmac,
            expires_at=now + timedelta(days=INVITATION_DAYS),
            created_by=by,
        )
    return invitation, token


def revoke_invitation(team: Team, invitation_id: int) -> bool:
    """Delete an open invitation; say whether there was one."""
    deleted, _ = team.invitations.filter(pk=invitation_id, accepted_at__isnull=True).delete()
    return deleted == 1


@transaction.atomic
def accept_invitation(invitation: Invitation, user: User, *, now: datetime | None = None) -> None:
    """Let the user in; works once. A member keeps the role he has. Raises InvitationGone, OtherAddress."""
    if user.email != invitation.email:
        raise OtherAddress
    now = now or timezone.now()
    working = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now)
    if working.update(accepted_at=now) != 1:
        raise InvitationGone
    Membership.objects.get_or_create(
        team_id=invitation.team_id, user=user, defaults={"role": invitation.role}
    )


def accept_invitations_to(user: User, *, now: datetime) -> None:
    """Accept every open invitation to the user's address, which somebody trusted has verified."""
    for invitation in invitations_for_address(user.email, now):
        accept_invitation(invitation, user, now=now)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User) -> None:
    """Give a member another role. Raises LastOwner, OwnersOnly."""
    _check_grant(membership.team, by=by, role=membership.role)
    _check_grant(membership.team, by=by, role=role)
    if role != Role.OWNER:
        _check_owner_left(membership)
    Membership.objects.filter(pk=membership.pk).update(role=role)


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take a member out of the team; everybody may leave. Raises LastOwner, OwnersOnly."""
    if membership.user_id != by.pk:
        _check_grant(membership.team, by=by, role=membership.role)
    _check_owner_left(membership)
    Membership.objects.filter(pk=membership.pk).delete()


def create_project(team: Team, name: str, *, retention_days: int = RETENTION_DAYS) -> Project:
    """Make a project with a slug of its own in the team. Raises ReservedName."""
    slug = slug_of(name, fallback="project")
    for _ in range(SLUG_TRIES):
        taken = team.projects.filter(slug__startswith=slug).values_list("slug", flat=True)
        try:
            with transaction.atomic():
                return Project.objects.create(
                    team=team, name=name, slug=free_slug(slug, taken), retention_days=retention_days
                )
        except IntegrityError:
            continue
    raise IntegrityError("No free slug for the project.")


def change_project(project: Project, *, name: str, retention_days: int, redact: bool) -> None:
    """Save the project's settings. The address stays, so that links and recorders keep working."""
    with transaction.atomic():
        row = Project.objects.select_for_update().get(pk=project.pk)
        row.name, row.retention_days = name, retention_days
        row.settings = {**row.settings, "redact": redact}
        row.save(update_fields=["name", "retention_days", "settings"])
    forget_all_keys()


def delete_project(project: Project) -> None:
    """Delete the project with its keys and runs."""
    Project.objects.get(pk=project.pk).delete()
    forget_all_keys()


def create_key(
    project: Project,
    name: str,
    *,
    scopes: Sequence[str],
    by: User | None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key: (row, raw key). The raw key cannot be read again."""
    raw, prefix, digest = make_key()
    values: dict[str, Any] = {"prefix": prefix, "digest": digest, "scopes": list(scopes), "created_by": by}
    return ApiKey.objects.create(project=project, name=name, expires_at=expires_at, **values), raw


def revoke_key(key: ApiKey, *, now: datetime | None = None) -> bool:
    """Stop a key: here at once, in other processes within 5 s. Say whether it worked until now."""
    stopped = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=now or timezone.now()
    )
    forget_key(key.digest)
    return stopped == 1


def rename_user(user: User, name: str) -> None:
    """Change the name others see."""
    User.objects.filter(pk=user.pk).update(name=name)


def _check_grant(team: Team, *, by: User, role: str) -> None:
    """Raise OwnersOnly unless `by` may give or take this role."""
    own = Membership.objects.filter(team=team, user=by).values_list("role", flat=True).first()
    if role not in roles_granted_by(own):
        raise OwnersOnly


def _check_owner_left(membership: Membership) -> None:
    """Raise LastOwner when the team would stay without an owner. Locks the owners until commit."""
    owners = Membership.objects.select_for_update().filter(team_id=membership.team_id, role=Role.OWNER)
    ids = {owner.pk for owner in owners}
    if ids == {membership.pk}:
        raise LastOwner
