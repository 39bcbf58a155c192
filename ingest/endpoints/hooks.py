"""Hooks of coding agents. The agent waits for the answer and obeys it: it is `{}`, whatever happens."""

from collections.abc import Callable
from functools import wraps

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import hooking
from ingest.endpoints.gate import as_json, body_of, for_programs
from ingest.limits import HOOK_BYTES
from teams.models import Project

#: Carries the sentence of a refusal, which the body must not.
WHY = "X-AgentScope-Error"
View = Callable[[HttpRequest], HttpResponse]


def harmless(view: View) -> View:
    """Answer refusals with an empty object as well: Claude Code goes on after any status that is not 2xx."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        told = view(request)
        if told.status_code < 400:
            return told
        kept = {name: value for name, value in told.items() if name.lower() != "content-type"}
        sentence = sentence_of(told).replace("…", "...")
        return as_json(
            {}, status=told.status_code, headers={**kept, WHY: sentence.encode("ascii", "replace").decode()}
        )

    return answer


def sentence_of(told: HttpResponse) -> str:
    """Read why a request was refused."""
    try:
        return str(msgspec.json.decode(told.content)["error"])
    except (msgspec.DecodeError, TypeError, KeyError):
        return told.reason_phrase


@harmless
@for_programs
def post_claude_code(request: HttpRequest, project: Project) -> HttpResponse:
    """Store one hook event of Claude Code (docs/reference/claude-hooks.md)."""
    body = body_of(request, encoded_cap=HOOK_BYTES, decoded_cap=HOOK_BYTES)
    hooking.take_claude_hooks(project, body, now=timezone.now())
    return as_json({})


@harmless
@for_programs
def post_codex(request: HttpRequest, project: Project) -> HttpResponse:
    """Store what Codex tells its `notify` program after a turn (docs/reference/codex.md)."""
    body = body_of(request, encoded_cap=HOOK_BYTES, decoded_cap=HOOK_BYTES)
    hooking.take_codex_notice(project, body, now=timezone.now())
    return as_json({})
