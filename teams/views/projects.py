"""New project, project settings and deleting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams import actions
from teams.access import project_for, team_for
from teams.forms import ConfirmForm, ProjectForm, ProjectSettingsForm
from teams.models import Project
from teams.roles import role_allows
from teams.views.pages import UNPROCESSABLE


@login_required
@require_http_methods(["GET", "POST"])
def new_project(request: HttpRequest, team_slug: str) -> HttpResponse:
    """Make a project; its first key comes next."""
    team = team_for(request.user, team_slug, needs="change")
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = actions.create_project(team, form.cleaned_data["name"])
        messages.success(request, f"The project {project.name} is there. Now connect an agent to it.")
        return redirect("ingest:connect", team.slug, project.slug)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "teams/new_project.html", {"team": team, "form": form}, status=status)


@login_required
@require_GET
def show_project(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Show the project's settings; who may not change them reads them."""
    project = project_for(request.user, team_slug, project_slug)
    return _render_project(request, project, form=ProjectSettingsForm.of(project))


@login_required
@require_POST
def change(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Save the project's settings."""
    project = project_for(request.user, team_slug, project_slug, needs="manage")
    form = ProjectSettingsForm(request.POST)
    if not form.is_valid():
        return _render_project(request, project, form=form, status=UNPROCESSABLE)
    actions.change_project(project, **form.cleaned_data)
    messages.success(request, "The settings are saved.")
    return redirect("teams:project", team_slug, project_slug)


@login_required
@require_POST
def delete(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Delete the project once its slug was typed."""
    project = project_for(request.user, team_slug, project_slug, needs="manage")
    delete_form = ConfirmForm(request.POST, word=project.slug)
    if not delete_form.is_valid():
        form = ProjectSettingsForm.of(project)
        return _render_project(request, project, form=form, delete_form=delete_form, status=UNPROCESSABLE)
    actions.delete_project(project)
    messages.success(request, f"The project {project.name} is deleted.")
    return redirect("teams:team", team_slug)


def _render_project(
    request: HttpRequest,
    project: Project,
    *,
    form: ProjectSettingsForm,
    delete_form: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "team": project.team,
        "project": project,
        "form": form,
        "delete_form": delete_form or ConfirmForm(word=project.slug),
        "can_manage": role_allows(project.role, "manage"),
    }
    return render(request, "teams/project.html", context, status=status)
