"""Findings of a project by signature: cards, the runs behind one, and what people say of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from runs import rule_settings
from runs.findings.found import Signature
from runs.findings.signatures import SIGNATURES
from runs.judging import muted_of
from runs.models import Finding
from runs.queries.cards import Place, cards_of, findings_with, resolved_in, stamp_of_cards, trends_of
from runs.shown.cards import STATES, CardShown, cards_shown, rows_shown
from teams.access import NOT_HERE, project_for
from teams.models import Project
from teams.redirects import go_back
from teams.roles import role_allows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@require_GET
@login_required
def show_findings(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the cards of a project, of one state."""
    found = project_for(request.user, team, project)
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    cards, stamp = read_cards(found)
    counts = [(name, sum(card.state == name for card in cards)) for name in STATES]
    shown = [card for card in cards if card.state == state]
    context = {"cards": shown, "state": state, "counts": counts, "stamp": stamp}
    return render(request, "runs/findings.html", context_of(found) | context)


@require_GET
@login_required
def show_signature(request: HttpRequest, team: str, project: str, signature: str) -> HttpResponse:
    """Show the findings of one signature, each with its run and the steps that prove it."""
    found = project_for(request.user, team, project)
    known = _known(signature)
    card = next((card for card in read_cards(found)[0] if card.signature is known), None)
    page = findings_with(found, signature, before=read_place(request.GET.get("before", "")))
    context = {"card": card, "signature": known, "rows": rows_shown(found, page.findings, page.runs)}
    context["older"] = write_place(page.findings[-1]) if page.older else ""
    return render(request, "runs/signature.html", context_of(found) | context)


@require_POST
@login_required
def resolve(request: HttpRequest, team: str, project: str, signature: str) -> HttpResponse:
    """Call a signature resolved."""
    found, known = _to_change(request, team, project, signature)
    rule_settings.resolve_signature(found, known.slug, by=request.user, now=timezone.now())
    return _back(
        request, found, f"{known.name} is resolved. It opens again when it comes true at a later step."
    )


@require_POST
@login_required
def reopen(request: HttpRequest, team: str, project: str, signature: str) -> HttpResponse:
    """Call a signature open again."""
    found, known = _to_change(request, team, project, signature)
    rule_settings.reopen_signature(found, known.slug)
    return _back(request, found, f"{known.name} is open again.")


@require_POST
@login_required
def mute(request: HttpRequest, team: str, project: str, signature: str) -> HttpResponse:
    """Let rules be silent on a signature."""
    found, known = _to_change(request, team, project, signature)
    rule_settings.mute_signature(found, known.slug)
    return _back(request, found, f"{known.name} is muted. The runs of the last 30 days are judged anew.")


@require_POST
@login_required
def unmute(request: HttpRequest, team: str, project: str, signature: str) -> HttpResponse:
    """Let rules speak of a signature again."""
    found, known = _to_change(request, team, project, signature)
    rule_settings.unmute_signature(found, known.slug)
    return _back(
        request, found, f"{known.name} is heard again. The runs of the last 30 days are judged anew."
    )


def read_cards(project: Project) -> tuple[list[CardShown], str]:
    """Read all cards of a project, and the stamp of what was read."""
    cards, states = cards_of(project), resolved_in(project)
    trends = trends_of(project, today=timezone.now().date())
    return cards_shown(cards, trends, states, muted_of(project)), stamp_of_cards(cards, states)


def context_of(project: Project) -> dict[str, Any]:
    """Gather what the pages of findings and rules have in common."""
    can_change = role_allows(project.role, "change")
    return {"project": project, "team": project.team, "can_change": can_change}


def read_place(value: str) -> Place | None:
    """Read a place among findings; None when it is none."""
    try:
        micros, run_id, place = value.split("_")
        return Place(_EPOCH + timedelta(microseconds=int(micros)), UUID(run_id), int(place))
    except (ValueError, OverflowError):
        return None


def write_place(finding: Finding) -> str:
    """Write a place among findings."""
    return f"{(finding.at - _EPOCH) // timedelta(microseconds=1)}_{finding.run_id}_{finding.place}"


def _known(slug: str) -> Signature:
    if slug not in SIGNATURES:
        raise Http404(NOT_HERE)
    return SIGNATURES[slug]


def _to_change(request: HttpRequest, team: str, project: str, slug: str) -> tuple[Project, Signature]:
    return project_for(request.user, team, project, needs="change"), _known(slug)


def _back(request: HttpRequest, project: Project, said: str) -> HttpResponse:
    """Say what was done, where the button was pressed: one of our own pages, else the cards."""
    messages.success(request, said)
    return go_back(request, project, "runs:findings")
