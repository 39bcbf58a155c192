"""The inbox of a project and of all projects, one alert, and what people do with them."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts.actions import inbox as actions
from alerts.limits import ALERTS_PAGE, BADGE_MOST
from alerts.live import announce_inbox
from alerts.queries import inbox as queries
from alerts.shown import show_alert as shown
from alerts.shown import show_delivery
from alerts.views.pages import alert_to_change, render_page
from teams.access import NOT_HERE, project_for
from teams.models import Project
from teams.redirects import go_back
from teams.roles import role_allows


@require_GET
@login_required
def show_inbox(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the alerts of a project, those that wait for somebody first."""
    found = project_for(request.user, team, project)
    return render_page(request, found, "alerts/inbox.html", tab="inbox", **_inbox(request, found))


@require_GET
@login_required
def show_rows(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the list of the inbox by itself, for live pages."""
    found = project_for(request.user, team, project)
    can_change = role_allows(found.role, "change")
    context = {"project": found, "team": found.team, "can_change": can_change, **_inbox(request, found)}
    return render(request, "alerts/_alerts.html", context)


def _inbox(request: HttpRequest, project: Project) -> dict[str, Any]:
    state = request.GET.get("state", "open")
    state = state if state in queries.STATES else "open"
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    stamp = queries.stamp_of_inbox(project)  # before the rows: what comes between is fetched twice, not lost
    alerts = queries.page_of_alerts(project, state, before=number)
    there = queries.runs_there(project, alerts)
    rows = [shown(alert, project, there) for alert in alerts[:ALERTS_PAGE]]
    older = rows[-1].alert.pk if len(alerts) > ALERTS_PAGE else None
    place = request.get_full_path().replace("/alerts/rows/", "/alerts/")
    return {"rows": rows, "state": state, "older": older, "stamp": stamp, "place": place, "is_page": number}


@require_GET
@login_required
def show_alert(request: HttpRequest, team: str, project: str, alert_id: int) -> HttpResponse:
    """Show one alert with its deliveries."""
    found = project_for(request.user, team, project)
    alert = queries.alert_of(found, alert_id)
    if alert is None:
        raise Http404(NOT_HERE)
    deliveries = alert.deliveries.select_related("channel", "alert__rule").order_by("-id")
    context = {
        "row": shown(alert, found, queries.runs_there(found, [alert])),
        "deliveries": [show_delivery(delivery) for delivery in deliveries],
        "place": request.path,
    }
    return render_page(request, found, "alerts/alert.html", tab="inbox", **context)


@require_GET
@login_required
def show_mine(request: HttpRequest) -> HttpResponse:
    """Show the open alerts of all projects of the visitor."""
    alerts = queries.alerts_seen_by(request.user)
    rows = [shown(alert, alert.project, {alert.run_id}) for alert in alerts]
    return render(request, "alerts/mine.html", {"rows": rows, "place": request.path})


@require_GET
@login_required
def count_open(request: HttpRequest, team: str, project: str) -> JsonResponse:
    """Count the open alerts of a project, for the badge."""
    return _counted(queries.open_count(project_for(request.user, team, project)))


@require_GET
@login_required
def count_mine(request: HttpRequest) -> JsonResponse:
    """Count the open alerts of all projects of the visitor, for the badge."""
    return _counted(queries.open_count_of(request.user))


def _counted(number: int) -> JsonResponse:
    text = f"{BADGE_MOST}+" if number > BADGE_MOST else str(number)
    return JsonResponse({"open": number, "text": text})


@require_POST
@login_required
def acknowledge(request: HttpRequest, team: str, project: str, alert_id: int) -> HttpResponse:
    """Say that somebody looks at it."""
    return _act(request, team, project, alert_id, actions.acknowledge)


@require_POST
@login_required
def resolve(request: HttpRequest, team: str, project: str, alert_id: int) -> HttpResponse:
    """Close an alert."""
    return _act(request, team, project, alert_id, actions.resolve)


@require_POST
@login_required
def reopen(request: HttpRequest, team: str, project: str, alert_id: int) -> HttpResponse:
    """Open an alert again."""
    return _act(request, team, project, alert_id, actions.reopen)


def _act(
    request: HttpRequest, team: str, project: str, alert_id: int, action: Callable[..., None]
) -> HttpResponse:
    alert = alert_to_change(request, team, project, alert_id)
    action(alert, by=request.user, now=timezone.now())
    announce_inbox(alert.project)
    return go_back(request, alert.project, "alerts:inbox")


@require_POST
@login_required
def resolve_all(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Close all alerts of a project."""
    found = project_for(request.user, team, project, needs="change")
    actions.resolve_all_open(found.pk, by=request.user, now=timezone.now())
    announce_inbox(found)
    return go_back(request, found, "alerts:inbox")
