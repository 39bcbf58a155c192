"""My teams and their projects."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from teams.access import teams_of


@login_required
@require_GET
def show_home(request: HttpRequest) -> HttpResponse:
    """Show every team of the user with its projects."""
    return render(request, "teams/home.html", {"teams": teams_of(request.user)})


@require_GET
def redirect_home(request: HttpRequest) -> HttpResponse:
    """Send `/teams/`, which people type, to the list."""
    return redirect("teams:home")
