"""Requests of programs that were refused."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from teams.access import team_for
from teams.addresses import address_of
from teams.limits import REJECTIONS_PER_TEAM
from teams.queries import newest_rejections_of, rejections_of
from teams.roles import role_allows
from teams.store import clear_rejections


@login_required
@require_GET
def show_rejections(request: HttpRequest, team_slug: str) -> HttpResponse:
    """List every refused request that is kept."""
    team = team_for(request.user, team_slug)
    found = list(rejections_of(team, visitor=address_of(request))[:REJECTIONS_PER_TEAM])
    context = {"team": team, "rejections": found, "may_clear": role_allows(team.role, "manage")}
    return render(request, "teams/rejections.html", context)


@login_required
@require_GET
def show_newest(request: HttpRequest, team_slug: str) -> HttpResponse:
    """List the newest alone: the team page asks for them while it is open."""
    team = team_for(request.user, team_slug)
    found = newest_rejections_of(team, visitor=address_of(request))
    return render(request, "teams/_rejections.html", {"team": team, "rejections": found})


@login_required
@require_POST
def clear(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Forget those of the team."""
    team = team_for(request.user, team_slug, needs="manage")
    clear_rejections(team.pk)
    messages.success(request, "The refused requests of the team are forgotten.")
    return redirect("teams:rejections", team.slug)
