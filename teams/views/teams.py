"""New team, team settings, renaming and deleting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams import actions
from teams.access import team_for
from teams.forms import ConfirmForm, NameForm, TeamForm
from teams.views.pages import UNPROCESSABLE, render_team


@login_required
@require_http_methods(["GET", "POST"])
def new_team(request: HttpRequest) -> HttpResponse:
    """Make a team; who makes it owns it."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = actions.create_team(form.cleaned_data["name"], request.user)
        messages.success(request, f"The team {team.name} is there. Now give it a project.")
        return redirect("teams:project_new", team.slug)
    return render(
        request, "teams/new_team.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200
    )


@login_required
@require_GET
def show_team(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Show members, invitations and projects."""
    return render_team(request, team_for(request.user, team_slug))


@login_required
@require_POST
def rename(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Change the team's name."""
    team = team_for(request.user, team_slug, needs="manage")
    form = NameForm(request.POST)
    if not form.is_valid():
        return render_team(request, team, name_form=form, status=UNPROCESSABLE)
    actions.rename_team(team, form.cleaned_data["name"])
    messages.success(request, "The new name is saved.")
    return redirect("teams:team", team.slug)


@login_required
@require_POST
def delete(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Delete the team once its slug was typed."""
    team = team_for(request.user, team_slug, needs="own")
    form = ConfirmForm(request.POST, word=team.slug)
    if not form.is_valid():
        return render_team(request, team, delete_form=form, status=UNPROCESSABLE)
    actions.delete_team(team)
    messages.success(request, f"The team {team.name} is deleted.")
    return redirect("teams:home")
