"""What each role may do. Pure: no Django, no database."""

from typing import Literal

Needs = Literal["view", "change", "manage", "own"]

#: From most to least powerful; the order of the lists on the pages.
ROLES = ("owner", "admin", "member", "viewer")

#: What an action needs -> the roles that have it.
ROLES_WITH: dict[Needs, tuple[str, ...]] = {
    "view": ROLES,
    "change": ("owner", "admin", "member"),
    "manage": ("owner", "admin"),
    "own": ("owner",),
}


def role_allows(role: str | None, needs: Needs) -> bool:
    """Say whether a role (None: not in the team) has what an action needs."""
    return role in ROLES_WITH[needs]


def roles_granted_by(role: str | None) -> tuple[str, ...]:
    """List the roles a person with `role` may give to others: owners all, admins all but owner."""
    return {"owner": ROLES, "admin": ROLES[1:]}.get(role or "", ())
