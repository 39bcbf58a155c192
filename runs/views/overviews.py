"""What a project's runs come to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from runs.periods import DAILY, read_period
from runs.queries.overview import runs_summed, signatures_summed
from runs.queries.tools import ToolFilter
from runs.shown.overview import RunLinks, charts_of, day_rows, signature_rows, tables_of
from runs.views.tools import chips_for, read_tool_filter
from teams.access import project_for


@require_GET
@login_required
def show_overview(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the sums of a project's runs by day and by what they share."""
    found = project_for(request.user, team, project)
    query = {name: value for name, value in request.GET.items() if name not in ("server", "at")}
    period = read_period(query, now=timezone.now(), presets=DAILY)
    asked = read_tool_filter(query)
    chosen = ToolFilter(agent=asked.agent, model=asked.model, repo=asked.repo)
    kept = {name: getattr(chosen, name) for name in ("agent", "model", "repo")}
    links = RunLinks(base=reverse("runs:list", args=[team, project]), kept=kept, period=period)
    rows = runs_summed(found, period, chosen)
    context = {
        "project": found,
        "period": period,
        "last_day": period.slots[-1],
        "chosen": dict(period.query) | {name: value for name, value in kept.items() if value},
        "chips": chips_for(found, query, period, presets=DAILY),
        "charts": charts_of(rows, period, links),
        "days": day_rows(rows, links),
        "tables": tables_of(rows, links),
        "signatures": signature_rows(signatures_summed(found, period, chosen), rows, links),
    }
    return render(request, "runs/project_overview.html", context)
