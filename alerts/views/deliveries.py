"""The history of deliveries."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from alerts.limits import ALERTS_PAGE
from alerts.queries.channels import channel_of
from alerts.queries.deliveries import deliveries_of
from alerts.shown import show_delivery
from alerts.views.pages import render_page
from teams.access import project_for


@require_GET
@login_required
def show_deliveries(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """List what was sent, of all channels or one, newest first."""
    found = project_for(request.user, team, project)
    chosen, before = _number(request, "channel"), _number(request, "before")
    channel = channel_of(found, chosen) if chosen else None
    deliveries = deliveries_of(found, channel_id=channel.pk if channel else None)
    deliveries = deliveries.filter(pk__lt=before) if before else deliveries
    page = [show_delivery(delivery) for delivery in deliveries[: ALERTS_PAGE + 1]]
    rows = page[:ALERTS_PAGE]
    older = rows[-1].delivery.pk if len(page) > ALERTS_PAGE else None
    is_open = any(row.delivery.state in ("waiting", "failed") for row in rows)
    context = {"rows": rows, "channel": channel, "older": older, "is_open": is_open}
    return render_page(request, found, "alerts/deliveries.html", tab="deliveries", **context)


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None
