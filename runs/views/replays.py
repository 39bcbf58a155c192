"""The messages up to a step: a page, a file, the body of a request."""

from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import place_of
from runs.limits import MESSAGES_PAGE
from runs.models import Run
from runs.queries.runs import run_of
from runs.queries.steps import step_of
from runs.replay.lists import Format
from runs.replay.requests import body_of, command_for, request_of, tools_of
from runs.shown.messages import message_shown
from runs.shown.replays import TITLES, Replay, read_replay
from runs.shown.steps import Place
from runs.views.plain import attached
from runs.views.runs import number_in, run_context
from teams.access import project_for


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_messages(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show the messages up to a step in one format, a page at a time, the newest page first."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    replay = replay_in(request, run, seq)
    place = place_of(found, run)
    context = page_context(request, replay, place)
    if request.htmx:
        return render(request, "runs/_messages.html", context)
    context |= run_context(request, found, run, tab="step") | links_context(replay, place)
    return render(request, "runs/messages.html", context)


@require_GET
@login_required
def send_messages(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Send a list as JSON: what of a request's body it is, or the bare list as it was recorded."""
    replay = replay_in(request, run_of(project_for(request.user, team, project), run_id), seq)
    if replay.made.format is Format.NATIVE:
        data = b"[" + b",\n".join(replay.made.messages) + b"]\n"
    else:
        data = pretty(body_of(replay.made))
    return json_file(data, f"step-{seq}-{replay.made.format}.json")


@require_GET
@login_required
def send_request(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Send the body of a whole request. Raises Http404 for a format that is no API's."""
    run = run_of(project_for(request.user, team, project), run_id)
    replay = replay_in(request, run, seq, usual=Format.ANTHROPIC)
    if replay.made.format is Format.NATIVE:
        raise Http404("No API takes that.")
    body, _ = request_of(replay.made, model=replay.replayed.model, params=replay.replayed.params)
    return json_file(pretty(body), request_name(replay))


def replay_in(request: HttpRequest, run: Run, seq: int, *, usual: Format = Format.NATIVE) -> Replay:
    """Read the list that the address asks for. Raises Http404."""
    name = request.GET.get("format", usual)
    if name not in list(Format):
        raise Http404("No such format.")
    return read_replay(run, step_of(run, seq), Format(name))


def page_context(request: HttpRequest, replay: Replay, place: Place) -> dict[str, Any]:
    """Gather one page of messages."""
    messages = replay.made.messages
    stop = min(number_in(request, "until") or len(messages), len(messages))
    start = max(0, stop - MESSAGES_PAGE)
    shown = [message_shown(start + n + 1, data) for n, data in enumerate(messages[start:stop])]
    earlier = f"{place.url('messages', replay.seq)}?format={replay.made.format}&until={start}"
    context = {"messages_shown": shown, "size": len(messages), "seq": replay.seq, "start": start}
    return context | ({"earlier_url": earlier} if start else {})


def links_context(replay: Replay, place: Place) -> dict[str, Any]:
    """Gather the formats, the files, and what is said of the list."""
    here, format = place.url("messages", replay.seq), replay.made.format
    is_api = format is not Format.NATIVE
    return {
        "replay": replay,
        "formats": [(title, f"{here}?format={name}", name is format) for name, title in TITLES.items()],
        "step_url": place.step_url(replay.seq),
        "file_url": f"{place.url('messages_file', replay.seq)}?format={format}",
        "request_url": f"{place.url('request_file', replay.seq)}?format={format}" if is_api else "",
        "command": command_for(format, request_name(replay)),
        "has_tools": bool(tools_of(replay.replayed.params.get("tools"))),
    }


def request_name(replay: Replay) -> str:
    """Name the file of a request."""
    return f"step-{replay.seq}-{replay.made.format}-request.json"


def pretty(value: Any) -> bytes:
    """Write JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def json_file(data: bytes, name: str) -> HttpResponse:
    """Make JSON a file."""
    return attached(HttpResponse(data, content_type="application/json"), filename=name)
