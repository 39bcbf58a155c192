"""Inviting, revoking, and the link itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from teams import actions
from teams.access import team_for
from teams.forms import InviteForm
from teams.invited import drop_invitation, hold_invitation
from teams.mail import send_invitation
from teams.models import Invitation
from teams.queries import invitation_for_token, user_with_address
from teams.refusals import InvitationGone, Refused
from teams.views.pages import UNPROCESSABLE, render_team

GONE = 410


@login_required
@require_POST
def send(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Invite an address; the answer shows the link, because mail may not be set up."""
    team = team_for(request.user, team_slug, needs="manage")
    form = InviteForm(request.POST, granted_by=team.role)
    if not form.is_valid():
        return render_team(request, team, invite_form=form, status=UNPROCESSABLE)
    try:
        invitation, token = actions.invite(team, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render_team(request, team, invite_form=form, status=UNPROCESSABLE)
    link = request.build_absolute_uri(reverse("teams:invitation", args=[token]))
    sent = send_invitation(invitation, link)
    return render_team(request, team, invitation_made=invitation, invitation_link=link, invitation_sent=sent)


@login_required
@require_POST
def revoke(request: HttpRequest, team_slug: str, invitation_id: int) -> HttpResponse:
    """Make a link useless."""
    team = team_for(request.user, team_slug, needs="manage")
    if not actions.revoke_invitation(team, invitation_id):
        raise Http404("No such invitation.")
    messages.success(request, "The invitation is revoked: its link no longer works.")
    return redirect("teams:team", team.slug)


@never_cache
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what, and what to do next."""
    invitation = _invitation_or_404(token)
    is_open = invitation.is_open(timezone.now())
    context = {
        "invitation": invitation,
        "token": token,
        "is_open": is_open,
        "is_mine": request.user.is_authenticated and request.user.email == invitation.email,
        "has_account": is_open and user_with_address(invitation.email) is not None,
    }
    return render(request, "teams/invitation.html", context, status=200 if is_open else GONE)


@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Join; a visitor without a login goes to the login or the sign-up first."""
    invitation = _invitation_or_404(token)
    if not request.user.is_authenticated:
        return _to_the_door(request, invitation, token)
    try:
        actions.accept_invitation(invitation, request.user)
    except InvitationGone:
        return redirect("teams:invitation", token)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("teams:invitation", token)
    drop_invitation(request)
    messages.success(request, f"Welcome to {invitation.team.name}.")
    return redirect("teams:team", invitation.team.slug)


def _to_the_door(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Send a stranger to the sign-up with the address fixed, somebody we know to the login."""
    link = reverse("teams:invitation", args=[token])
    if not invitation.is_open(timezone.now()):
        return redirect(link)
    if user_with_address(invitation.email) is not None:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': link})}")
    hold_invitation(request, token)
    next_page = reverse("teams:team", args=[invitation.team.slug])
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': next_page})}")


def _invitation_or_404(token: str) -> Invitation:
    invitation = invitation_for_token(token)
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation
