"""What the pages of alerts have in common."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from alerts.models import Alert, AlertRule, Channel
from alerts.queries.channels import channel_of
from alerts.queries.inbox import alert_of, failing_channels
from alerts.queries.rules import rule_of
from teams.access import NOT_HERE, project_for
from teams.models import Project
from teams.roles import role_allows

#: A form that was not understood: the page again, with the reasons.
UNPROCESSABLE = 422


def render_page(
    request: HttpRequest, project: Project, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of a project's alerts, with the banner of failing channels."""
    common = {
        "project": project,
        "team": project.team,
        "can_change": role_allows(project.role, "change"),
        "failing": failing_channels(project),
    }
    return render(request, template, {**common, **context}, status=status)


def alert_to_change(request: HttpRequest, team: str, project: str, alert_id: int) -> Alert:
    """Read an alert for somebody who may change it. Raises Http404."""
    return _there(alert_of(project_for(request.user, team, project, needs="change"), alert_id))


def rule_to_change(request: HttpRequest, team: str, project: str, rule_id: int) -> tuple[Project, AlertRule]:
    """Read a rule for somebody who may change it. Raises Http404."""
    found = project_for(request.user, team, project, needs="change")
    return found, _there(rule_of(found, rule_id))


def channel_to_change(
    request: HttpRequest, team: str, project: str, channel_id: int
) -> tuple[Project, Channel]:
    """Read a channel for somebody who may change it. Raises Http404."""
    found = project_for(request.user, team, project, needs="change")
    return found, _there(channel_of(found, channel_id))


def done(request: HttpRequest, project: Project, page: str, said: str) -> HttpResponse:
    """Say what was done, on the page where it shows."""
    messages.success(request, said)
    return redirect(page, project.team.slug, project.slug)


def _there(row: Any) -> Any:
    if row is None:
        raise Http404(NOT_HERE)
    return row
