"""Connect: the lines that send runs here, a key for them, and what has come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from ingest.clients import CLIENTS, Client, check_line
from ingest.connecting import groups_of_clients, lines_shown, read_arrivals, said_in_pieces, stamp_of_connect
from ingest.limits import CONNECT_RECENT_SECONDS, CONNECT_WAIT_SECONDS
from teams.access import project_for
from teams.actions import create_key
from teams.addresses import address_of
from teams.models import Project, Scope
from teams.queries import fresh_rejections_of
from teams.roles import role_allows
from teams.snippets import KEY_PLACEHOLDER

FIRST = "claude-code"


@login_required
@require_GET
def show_connect(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Show how the chosen client sends its runs here."""
    project = project_for(request.user, team_slug, project_slug)
    return render_connect(request, project, client=client_in(request.GET), key=KEY_PLACEHOLDER)


@login_required
@require_GET
def show_state(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Show what has come alone: an open page asks when its socket says that something did."""
    project = project_for(request.user, team_slug, project_slug)
    return render(request, "ingest/_arrivals.html", state_context(request, project, client_in(request.GET)))


@sensitive_variables("raw_key")
@login_required
@require_http_methods(["GET", "POST"])
def make_key(request: HttpRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Make a key for the chosen client. It is in this one answer only, so there is no redirect."""
    project = project_for(request.user, team_slug, project_slug, needs="change")
    if request.method == "GET":  # the address of the answer, opened again
        return redirect("ingest:connect", team_slug, project_slug)
    client = client_in(request.POST)
    key, raw_key = create_key(project, client.name, scopes=[Scope.INGEST], by=request.user)
    return render_connect(request, project, client=client, key=raw_key, new_key=key, status=201)


def render_connect(
    request: HttpRequest, project: Project, *, client: Client, key: str, status: int = 200, **more: Any
) -> HttpResponse:
    """Render the page with a key, or its placeholder, filled in."""
    url = request.build_absolute_uri("/").rstrip("/")
    lines = lines_shown(client.lines, url=url, key=key)
    context = {
        **state_context(request, project, client),
        "groups": groups_of_clients(),
        "lines": lines,
        "contents": lines_shown(client.contents, url=url, key=key, first=len(lines)),
        "notes": [said_in_pieces(note) for note in client.notes],
        "contents_say": said_in_pieces(client.contents_say) if client.contents_say else [],
        "check": check_line(client, url=url, key=key),
        "key": key,
        "placeholder": KEY_PLACEHOLDER,
        "may_make_key": role_allows(project.role, "change"),
    }
    response = render(request, "ingest/connect.html", {**context, **more}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def state_context(request: HttpRequest, project: Project, client: Client) -> dict[str, Any]:
    """Gather what has come, and since when the page waits."""
    since = since_in(request, timezone.now())
    return {
        "project": project,
        "team": project.team,
        "client": client,
        "since": round(since.timestamp()),
        "stamp": stamp_of_connect(project),
        "arrivals": read_arrivals(project, client, since=since),
        "rejections": fresh_rejections_of(project.team, visitor=address_of(request), since=since),
    }


def client_in(query: Any) -> Client:
    """Read which client was chosen; the first where none was, or none that we know."""
    return CLIENTS.get(query.get("client", ""), CLIENTS[FIRST])


def since_in(request: HttpRequest, now: datetime) -> datetime:
    """Read since when the page waits: what came a moment before it was opened counts too."""
    told = request.GET.get("since", "")
    if not (told.isascii() and told.isdigit() and len(told) < 12):
        return now - timedelta(seconds=CONNECT_RECENT_SECONDS)
    oldest = now - timedelta(seconds=CONNECT_WAIT_SECONDS)
    return min(now, max(oldest, datetime.fromtimestamp(int(told), UTC)))
