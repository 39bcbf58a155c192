"""Plays a demo run while one watches."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from agentscope.demo.actions import begin_play, choose_script
from agentscope.demo.queries import run_being_played
from teams.access import project_for


def play_run(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Begin a play and show its run; while one is played, show that one."""
    place = project_for(request.user, team, project, needs="change")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    now = timezone.now()
    playing = run_being_played(place, now=now)
    run_id = (
        playing.id if playing else begin_play(place, choose_script(request.POST.get("script", "")), now=now)
    )
    return redirect("runs:run", team, project, run_id)
