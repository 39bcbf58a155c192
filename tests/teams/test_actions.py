"""What the actions do, and what they refuse."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams import actions
from teams.limits import OPEN_INVITATIONS
from teams.models import ApiKey, Invitation, Membership, Project, Role, Team, User
from teams.refusals import (
    AlreadyMember,
    InvitationGone,
    LastOwner,
    OtherAddress,
    OwnersOnly,
    ReservedName,
    TooManyInvitations,
)


def membership_of(user: User, team: Team) -> Membership:
    return Membership.objects.select_related("team", "user").get(user=user, team=team)


def roles_in(team: Team) -> dict[str, str]:
    return dict(team.memberships.values_list("user__email", "role"))


def test_create_team_gives_an_owner_and_a_slug(owner: User) -> None:
    first, second = actions.create_team("Acme", owner), actions.create_team("acme!", owner)

    assert (first.slug, second.slug) == ("acme", "acme-2")
    assert roles_in(second) == {owner.email: "owner"}


def test_create_team_reserved(owner: User) -> None:
    with pytest.raises(ReservedName):
        actions.create_team("Accounts", owner)
    assert Team.objects.count() == 0


def test_create_project_slug_is_per_team(team: Team, outsider: User) -> None:
    slugs = [actions.create_project(t, "Web").slug for t in (team, team, outsider.teams.get())]

    assert slugs == ["web", "web-2", "web"]


def test_rename_team_keeps_the_address(team: Team) -> None:
    actions.rename_team(team, "Acme International")
    team.refresh_from_db()

    assert (team.name, team.slug) == ("Acme International", "acme")


def test_change_role(team: Team, owner: User, member: User) -> None:
    actions.change_role(membership_of(member, team), "admin", by=owner)

    assert roles_in(team) == {owner.email: "owner", member.email: "admin"}


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
def test_change_role_of_last_owner(team: Team, owner: User, role: str) -> None:
    with pytest.raises(LastOwner):
        actions.change_role(membership_of(owner, team), role, by=owner)
    assert roles_in(team) == {owner.email: "owner"}


def test_change_role_of_one_of_two_owners(team: Team, owner: User, member: User) -> None:
    actions.change_role(membership_of(member, team), "owner", by=owner)
    actions.change_role(membership_of(owner, team), "viewer", by=owner)

    assert roles_in(team) == {owner.email: "viewer", member.email: "owner"}


def test_change_role_by_admin_stops_at_owners(team: Team, owner: User, member: User) -> None:
    Membership.objects.filter(user=member).update(role=Role.ADMIN)
    with pytest.raises(OwnersOnly):
        actions.change_role(membership_of(owner, team), "member", by=member)
    with pytest.raises(OwnersOnly):
        actions.change_role(membership_of(member, team), "owner", by=member)
    with pytest.raises(OwnersOnly):
        actions.remove_member(membership_of(owner, team), by=member)
    assert roles_in(team) == {owner.email: "owner", member.email: "admin"}


def test_remove_member(team: Team, owner: User, member: User) -> None:
    actions.remove_member(membership_of(member, team), by=owner)

    assert roles_in(team) == {owner.email: "owner"}


def test_remove_oneself(team: Team, owner: User, member: User) -> None:
    actions.remove_member(membership_of(member, team), by=member)
    with pytest.raises(LastOwner):
        actions.remove_member(membership_of(owner, team), by=owner)
    assert roles_in(team) == {owner.email: "owner"}


def test_invite_keeps_only_the_hmac(team: Team, owner: User) -> None:
    now = timezone.now()
    invitation, token = actions.invite(team, " Sam@Example.com ", role="viewer", by=owner, now=now)

    assert (invitation.email, invitation.role) == ("sam@example.com", "viewer")
    assert invitation.expires_at == now + timedelta(days=7)
    assert token not in str(Invitation.objects.values().get())


def test_invite_again_replaces(team: Team, owner: User) -> None:
    first, _ = actions.invite(team, "sam@example.com", role="viewer", by=owner)
    second, _ = actions.invite(team, "sam@example.com", role="member", by=owner)

    assert list(Invitation.objects.all()) == [second]
    assert first.token_hmac != second.token_hmac


def test_invite_refusals(team: Team, owner: User, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AlreadyMember):
        actions.invite(team, member.email.upper(), role="member", by=owner)
    with pytest.raises(OwnersOnly):
        actions.invite(team, "sam@example.com", role="viewer", by=member)
    monkeypatch.setattr(actions, "OPEN_INVITATIONS", 1)
    actions.invite(team, "one@example.com", role="viewer", by=owner)
    with pytest.raises(TooManyInvitations, match=str(OPEN_INVITATIONS)):
        actions.invite(team, "two@example.com", role="viewer", by=owner)


def test_accept_invitation_works_once(team: Team, owner: User, outsider: User) -> None:
    invitation, _ = actions.invite(team, outsider.email, role="viewer", by=owner)
    actions.accept_invitation(invitation, outsider)

    assert roles_in(team)[outsider.email] == "viewer"
    with pytest.raises(InvitationGone):
        actions.accept_invitation(invitation, outsider)


def test_accept_invitation_expired(team: Team, owner: User, outsider: User) -> None:
    invitation, _ = actions.invite(team, outsider.email, role="viewer", by=owner)
    with pytest.raises(InvitationGone):
        actions.accept_invitation(invitation, outsider, now=invitation.expires_at)
    assert outsider.email not in roles_in(team)


def test_accept_invitation_of_somebody_else(team: Team, owner: User, outsider: User) -> None:
    invitation, _ = actions.invite(team, "sam@example.com", role="owner", by=owner)
    with pytest.raises(OtherAddress):
        actions.accept_invitation(invitation, outsider)
    assert outsider.email not in roles_in(team)


def test_accept_invitation_keeps_the_role_of_a_member(team: Team, owner: User, outsider: User) -> None:
    invitation, _ = actions.invite(team, outsider.email, role="viewer", by=owner)
    Membership.objects.create(team=team, user=outsider, role="admin")
    actions.accept_invitation(invitation, outsider)

    assert roles_in(team)[outsider.email] == "admin"


def test_revoke_invitation(team: Team, owner: User, outsider: User) -> None:
    invitation, _ = actions.invite(team, outsider.email, role="viewer", by=owner)

    assert actions.revoke_invitation(outsider.teams.get(), invitation.pk) is False
    assert actions.revoke_invitation(team, invitation.pk) is True
    with pytest.raises(InvitationGone):
        actions.accept_invitation(invitation, outsider)


def test_change_project_keeps_other_settings(project: Project) -> None:
    Project.objects.update(settings={"redact": True, "prices": {"m": 1}})
    actions.change_project(project, name="New", retention_days=7, redact=False)
    project.refresh_from_db()

    assert (project.name, project.slug, project.retention_days) == ("New", "checkout", 7)
    assert project.settings == {"redact": False, "prices": {"m": 1}}


def test_delete_project_takes_its_keys(project: Project, ingest_key: str) -> None:
    actions.delete_project(project)

    assert (Project.objects.count(), ApiKey.objects.count()) == (0, 0)


def test_delete_team_leaves_others(project: Project, outsider: User) -> None:
    actions.delete_team(project.team)

    assert [t.slug for t in Team.objects.all()] == ["elsewhere"]
    assert Project.objects.count() == 0


def test_create_key_keeps_no_raw_key(project: Project, owner: User) -> None:
    key, raw = actions.create_key(project, "ci", scopes=["ingest", "read"], by=owner)

    assert raw not in str(ApiKey.objects.values().get())
    assert (key.prefix, key.scopes, key.created_by) == (raw[:12], ["ingest", "read"], owner)
