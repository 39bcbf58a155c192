"""Rules: the list, the form with its preview, mute, switch, delete."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.actions import rules as actions
from alerts.forms import FORMS, RuleForm, initial_of
from alerts.limits import PREVIEW_DAYS, RULES_MOST
from alerts.models import AlertRule
from alerts.naming import name_of
from alerts.queries.channels import channels_of
from alerts.queries.previews import preview_of
from alerts.queries.rules import rules_of
from alerts.shown import show_preview, show_rule
from alerts.views.pages import UNPROCESSABLE, done, render_page, rule_to_change
from teams.access import NOT_HERE, project_for
from teams.models import Project

#: Hours for which a rule may be muted.
MUTES = (1, 8, 24, 168)


@require_GET
@login_required
def show_rules(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """List the rules of a project."""
    found, now = project_for(request.user, team, project), timezone.now()
    rows = [show_rule(rule, now=now) for rule in rules_of(found)]
    return render_page(request, found, "alerts/rules.html", tab="rules", rows=rows, mutes=MUTES)


@require_http_methods(["GET", "POST"])
@login_required
def new_rule(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Make a rule of the kind in the address."""
    found = project_for(request.user, team, project, needs="change")
    kind = request.GET.get("kind", "finding")
    if kind not in FORMS:
        raise Http404(NOT_HERE)
    form = FORMS[kind](request.POST or None, channels=channels_of(found))
    rule = AlertRule(project=found, kind=kind, created_by=request.user, created_at=timezone.now())
    return _take(request, found, rule, form)


@require_http_methods(["GET", "POST"])
@login_required
def change_rule(request: HttpRequest, team: str, project: str, rule_id: int) -> HttpResponse:
    """Change a rule."""
    found, rule = rule_to_change(request, team, project, rule_id)
    form = FORMS[rule.kind](request.POST or None, channels=channels_of(found), initial=initial_of(rule))
    return _take(request, found, rule, form)


def _take(request: HttpRequest, project: Project, rule: AlertRule, form: RuleForm) -> HttpResponse:
    """Save what was typed, or show the form again: with its faults, or with a preview."""
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and rule.pk is None and rules_of(project).count() >= RULES_MOST:
        form.add_error(None, f"A project has at most {RULES_MOST} rules. Delete one first.")
        is_valid = False
    if is_valid and "preview" not in request.POST:
        data = form.cleaned_data
        rule.name = data["name"].strip() or name_of(form.params())[:80]
        rule.severity, rule.cooldown_minutes = data.get("severity", 2), data["cooldown_minutes"]
        actions.save_rule(rule, form.params(), channels=list(data["channels"]))
        return done(request, project, "alerts:rules", f"The rule {rule.name} is saved.")
    shown = (
        show_preview(project, preview_of(project, form.params(), now=timezone.now())) if is_valid else None
    )
    context = {"rule": rule, "form": form, "kind": rule.kind, "preview": shown, "days": PREVIEW_DAYS}
    status = UNPROCESSABLE if form.errors else 200
    return render_page(request, project, "alerts/rule.html", tab="rules", status=status, **context)


@require_GET
@login_required
def preview(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show which past runs the rule would have called about, while it is typed."""
    found = project_for(request.user, team, project, needs="change")
    kind = request.GET.get("kind", "finding")
    if kind not in FORMS:
        raise Http404(NOT_HERE)
    form = FORMS[kind](request.GET, channels=channels_of(found))
    params = form.params() if form.is_valid() else None
    shown = show_preview(found, preview_of(found, params, now=timezone.now())) if params else None
    return render(request, "alerts/_preview.html", {"preview": shown, "days": PREVIEW_DAYS})


@require_POST
@login_required
def mute(request: HttpRequest, team: str, project: str, rule_id: int) -> HttpResponse:
    """Mute a rule for some hours; none: it tells again."""
    found, rule = rule_to_change(request, team, project, rule_id)
    chosen = request.POST.get("hours", "")
    if chosen not in ("", *map(str, MUTES)):
        *most, last = MUTES
        choices = f"{', '.join(map(str, most))} or {last}"
        messages.error(request, f"Nothing was changed: a rule is muted for {choices} hours.")
        return redirect("alerts:rules", team, project)
    hours = int(chosen or 0)
    actions.mute_rule(rule, until=timezone.now() + timedelta(hours=hours) if hours else None)
    said = f"is muted for {hours} h; its alerts still come in here." if hours else "tells its channels again."
    return done(request, found, "alerts:rules", f"The rule {rule.name} {said}")


@require_POST
@login_required
def switch(request: HttpRequest, team: str, project: str, rule_id: int) -> HttpResponse:
    """Turn a rule on or off."""
    found, rule = rule_to_change(request, team, project, rule_id)
    actions.switch_rule(rule, enabled=not rule.enabled)
    return done(request, found, "alerts:rules", f"The rule {rule.name} is {'off' if rule.enabled else 'on'}.")


@require_POST
@login_required
def delete(request: HttpRequest, team: str, project: str, rule_id: int) -> HttpResponse:
    """Delete a rule with its alerts."""
    found, rule = rule_to_change(request, team, project, rule_id)
    actions.delete_rule(rule)
    return done(request, found, "alerts:rules", f"The rule {rule.name} and its alerts are deleted.")
