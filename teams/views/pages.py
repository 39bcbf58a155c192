"""The team page and the keys page, which several actions answer with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from teams.addresses import address_of
from teams.forms import ConfirmForm, InviteForm, KeyForm, NameForm
from teams.models import Project, Role, Team
from teams.queries import (
    keys_of,
    members_of,
    newest_rejections_of,
    open_invitations_of,
    projects_with_keys,
)
from teams.roles import role_allows, roles_granted_by
from teams.snippets import KEY_PLACEHOLDER, snippets_for

#: A form that was not understood: the page again, with the reasons.
UNPROCESSABLE = 422


def render_team(request: HttpRequest, team: Team, *, status: int = 200, **more: Any) -> HttpResponse:
    """Render the team page; `more` brings forms with errors or a fresh invitation link."""
    now = timezone.now()
    can_manage = role_allows(team.role, "manage")
    granted = roles_granted_by(team.role)
    context = {
        "team": team,
        "now": now,
        "members": members_of(team),
        "projects": projects_with_keys(team, now),
        "invitations": open_invitations_of(team) if can_manage else [],
        "roles": [(role, Role(role).label) for role in granted],
        "granted": granted,
        "can_change": role_allows(team.role, "change"),
        "can_manage": can_manage,
        "can_own": role_allows(team.role, "own"),
        "invite_form": InviteForm(granted_by=team.role),
        "name_form": NameForm(initial={"name": team.name}),
        "delete_form": ConfirmForm(word=team.slug),
        "rejections": newest_rejections_of(team, visitor=address_of(request)),
    }
    return render(request, "teams/team.html", {**context, **more}, status=status)


def render_keys(request: HttpRequest, project: Project, *, status: int = 200, **more: Any) -> HttpResponse:
    """Render the keys page; `more` brings a form with errors, or `raw_key`, shown this once."""
    raw_key = more.get("raw_key") or KEY_PLACEHOLDER
    context = {
        "team": project.team,
        "project": project,
        "now": timezone.now(),
        "keys": keys_of(project),
        "can_change": role_allows(project.role, "change"),
        "form": KeyForm(),
        "snippets": snippets_for(url=request.build_absolute_uri("/").rstrip("/"), key=raw_key),
    }
    response = render(request, "teams/keys.html", {**context, **more}, status=status)
    response["Cache-Control"] = "no-store"
    return response
