"""API keys: list, make (shown once), revoke."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from teams import actions
from teams.access import project_for
from teams.forms import KeyForm
from teams.queries import key_of
from teams.views.pages import UNPROCESSABLE, render_keys


@login_required
@require_GET
def show_keys(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """List the project's keys, with the snippets."""
    return render_keys(request, project_for(request.user, team_slug, project_slug))


@sensitive_variables("raw_key")
@login_required
@require_POST
def create(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Make a key. It is in this one answer and nowhere else, so there is no redirect."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    form = KeyForm(request.POST)
    if not form.is_valid():
        return render_keys(request, project, form=form, status=UNPROCESSABLE)
    key, raw_key = actions.create_key(
        project,
        form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        by=request.user,
        expires_at=form.expires_at(),
    )
    return render_keys(request, project, new_key=key, raw_key=raw_key, status=201)


@login_required
@require_POST
def revoke(request: HttpRequest, team_slug: str, project_slug: str, key_id: int) -> HttpResponse:
    """Stop a key for good."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    key = key_of(project, key_id)
    if key is None:
        raise Http404("No such key.")
    actions.revoke_key(key)
    messages.success(request, f"The key {key.name} is revoked. Whatever uses it stops within 5 seconds.")
    return redirect("teams:keys", team_slug, project_slug)
