"""Roles, removing and leaving."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from teams import actions
from teams.access import team_for
from teams.forms import RoleForm
from teams.models import Membership, Team
from teams.queries import member_of, membership_of
from teams.refusals import Refused


@login_required
@require_POST
def set_role(request: HttpRequest, team_slug: str, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    team = team_for(request.user, team_slug, needs="manage")
    member = _member_or_404(team, membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That role does not exist. Choose one from the list.")
        return redirect("teams:team", team.slug)
    try:
        actions.change_role(member, form.cleaned_data["role"], by=request.user)
        messages.success(request, f"{member.user} is now {form.cleaned_data['role']}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("teams:team", team.slug)


@login_required
@require_POST
def remove(request: HttpRequest, team_slug: str, membership_id: int) -> HttpResponse:
    """Take a member out of the team."""
    team = team_for(request.user, team_slug, needs="manage")
    member = _member_or_404(team, membership_id)
    try:
        actions.remove_member(member, by=request.user)
        messages.success(request, f"{member.user} is no longer in the team.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("teams:team", team.slug)


@login_required
@require_POST
def leave(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Leave the team; viewers may, because it changes nothing but themselves."""
    team = team_for(request.user, team_slug)
    try:
        actions.remove_member(membership_of(team, request.user), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("teams:team", team.slug)
    messages.success(request, f"You have left {team.name}.")
    return redirect("teams:home")


def _member_or_404(team: Team, membership_id: int) -> Membership:
    member = member_of(team, membership_id)
    if member is None:
        raise Http404("No such member.")
    return member
