"""The rules of a project: what each looks for, and the numbers it compares with."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from runs.findings.found import Signature
from runs.findings.limits import REJUDGED_DAYS
from runs.findings.sensitive import DEFAULTS
from runs.findings.signatures import SIGNATURES
from runs.findings.thresholds import THRESHOLDS, Threshold
from runs.judging import limits_of, muted_of, sensitive_of
from runs.rule_forms import RulesForm, field_name
from runs.rule_settings import RulesChanged, save_rules, stamp_of_rules
from runs.shown.stories import BitShown, spelled
from runs.shown.tones import TONES, WORDS
from runs.views.signatures import context_of
from teams.access import project_for
from teams.models import Project
from teams.roles import role_allows


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A threshold with its field, at the first rule that uses it."""

    field: BoundField
    threshold: Threshold
    default: str
    now: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A signature on the page of rules."""

    signature: Signature
    about: list[BitShown]
    tone: str
    word: str
    is_muted: bool
    numbers: list[Number]
    shared: str  #: thresholds that stand at another rule


@require_http_methods(["GET", "POST"])
@login_required
def show_rules(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the rules; take other numbers from who manages the project."""
    needs = "manage" if request.method == "POST" else "view"
    found = project_for(request.user, team, project, needs=needs)
    form = RulesForm(request.POST or None, initial=initial_of(found))
    if request.method == "POST" and form.is_valid() and _save(found, form):
        messages.success(
            request, f"The rules are saved. The runs of the last {REJUDGED_DAYS} days are judged anew."
        )
        return redirect("runs:rules", team, project)
    context = {"form": form, "rows": rows_of(found, form), "can_manage": role_allows(found.role, "manage")}
    context["sensitive"] = sensitive_of(found)
    status = 422 if form.errors else 200
    return render(request, "runs/rules.html", context_of(found) | context, status=status)


def _save(project: Project, form: RulesForm) -> bool:
    try:
        save_rules(project, **form.told())
    except RulesChanged as changed:
        form.add_error(None, str(changed))
    return not form.errors


def initial_of(project: Project) -> dict[str, Any]:
    """Read what the project sets itself."""
    limits, sensitive = limits_of(project), sensitive_of(project)
    own = {
        field_name(name): f"{limits[name]:g}"
        for name, each in THRESHOLDS.items()
        if limits[name] != each.value
    }
    patterns = "" if sensitive == DEFAULTS else "\n".join(sensitive)
    own["seen"] = stamp_of_rules(project)
    return own | {"muted": sorted(muted_of(project)), "sensitive": patterns}


def rows_of(project: Project, form: RulesForm) -> list[RuleRow]:
    """List the rules; a threshold of several stands at the first."""
    limits, there = limits_of(project), dict[str, str]()
    muted = set(form["muted"].value() or ())
    rows = []
    for slug, signature in SIGNATURES.items():
        new = [name for name in signature.thresholds if name not in there]
        shared = [name for name in signature.thresholds if name in there]
        there |= dict.fromkeys(new, signature.name)
        row = RuleRow(
            signature=signature,
            about=spelled(signature.about),
            tone=TONES[signature.severity],
            word=WORDS[signature.severity],
            is_muted=slug in muted,
            numbers=[_number(name, form, limits[name]) for name in new],
            shared=", ".join(f"{name.replace('_', ' ')} as at {there[name]}" for name in shared),
        )
        rows.append(row)
    return rows


def _number(name: str, form: RulesForm, now: float) -> Number:
    threshold = THRESHOLDS[name]
    return Number(
        field=form[field_name(name)], threshold=threshold, default=f"{threshold.value:g}", now=f"{now:g}"
    )
