"""System prompts of a project: families with their versions, and one version."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from runs.comparing.limits import (
    FAMILIES_PAGE,
    PROMPT_RUNS,
    PROMPT_RUNS_LISTED,
    PROMPT_TEXTS,
    PROMPT_VERSIONS,
)
from runs.comparing.prompts import template_of
from runs.comparing.slots import slots_of
from runs.fragments import show_runs
from runs.limits import FILTER_CHARS
from runs.markdown import markdown_html
from runs.models import PromptVersion
from runs.queries.prompt_pages import (
    TextRow,
    VersionRow,
    cwds_of,
    families_of,
    family_named,
    runs_using,
    text_of,
    texts_of,
    version_of,
    versions_of,
)
from runs.queries.runs import RunFilter, runs_among
from runs.shown.system_prompts import choices_against, compared, families_shown, texts_words, version_shown
from runs.views.filters import query_string
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
def show_prompts(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the families of a project's prompts, or all versions of one."""
    found = project_for(request.user, team, project)
    name = request.GET.get("family", "").replace("\0", "")[:FILTER_CHARS]
    family, page = family_named(found, name) if name else None, _number(request.GET.get("page", ""))
    families = [family] if family else families_of(found, page=page)
    most = {"most": PROMPT_VERSIONS} if family else {}
    context = {
        "project": found,
        "family": name if family else "",
        "families": families_shown(versions_of(found, families[:FAMILIES_PAGE], **most)),
        "runs_most": PROMPT_RUNS,
        "before": query_string({"page": str(page - 1)}) if page and not family else "",
        "after": query_string({"page": str(page + 1)}) if len(families) > FAMILIES_PAGE else "",
        "report_url": reverse("runs:reports", args=[team, project]),
    }
    return render(request, "runs/prompts.html", context)


@require_GET
@login_required
def show_prompt(request: HttpRequest, team: str, project: str, version: int) -> HttpResponse:
    """Show one version of a prompt: its text, what changed, what varies, its runs."""
    found = project_for(request.user, team, project)
    prompt = version_of(found, version)
    rows = versions_of(found, [prompt.family_id], most=PROMPT_VERSIONS)
    runs = runs_among(found, RunFilter(), runs_using(found, prompt.pk, most=PROMPT_RUNS_LISTED))
    context = {
        "project": found,
        "family": prompt.family.name,
        "version": next(version_shown(row) for row in rows if row.id == prompt.pk),
        "report_url": reverse("runs:reports", args=[team, project]),
        "rows": show_runs(found, runs),
        "runs_url": reverse("runs:list", args=[team, project]) + query_string({"prompt": str(prompt.pk)}),
        **_text(request, found, prompt, texts_of(found, prompt.pk)),
        **_against(request, found, prompt, rows),
    }
    return render(request, "runs/prompt.html", context)


def _text(
    request: HttpRequest, project: Project, prompt: PromptVersion, texts: list[TextRow]
) -> dict[str, Any]:
    """Read the text asked for: one behind the template, else the template."""
    asked = request.GET.get("text", "")
    row = next((one for one in texts if one.digest.hex() == asked), None)
    text = text_of(row) if row else prompt.template
    cwds = cwds_of(project, [one.run_id for one in texts])
    behind = [(text_of(one), cwds.get(one.run_id, "")) for one in texts]
    return {
        "text": text,
        "html": markdown_html(text) if request.GET.get("as") != "raw" else "",
        "chosen": row,
        "chosen_digest": asked if row else "",
        "texts": [(one, one.digest.hex()) for one in texts],
        "texts_words": texts_words(len(texts), PROMPT_TEXTS),
        "slots": slots_of(behind) if behind and _is_masked(prompt, behind) else [],
        "raw_url": query_string(request.GET.dict(), **{"as": "raw"}),
        "rendered_url": query_string(request.GET.dict(), **{"as": ""}),
    }


def _is_masked(prompt: PromptVersion, behind: list[tuple[str, str]]) -> bool:
    """Say whether the template was made here; that of a client has places of its own."""
    text, cwd = behind[0]
    return template_of(text, cwd=cwd) == prompt.template


def _against(
    request: HttpRequest, project: Project, prompt: PromptVersion, rows: list[VersionRow]
) -> dict[str, Any]:
    """Compare with the version asked for, else with the one before."""
    older = [row.id for row in rows if row.number < prompt.number]
    asked = _number(request.GET.get("against", ""))
    choices = choices_against(rows, prompt.pk)
    other = asked if asked in dict(choices) else older[0] if older else None
    if other is None:
        return {"choices": choices}
    before = version_of(project, other)
    return {
        "choices": choices,
        "against": before,
        "is_older": before.number < prompt.number,
        "hunks": compared(before.template, prompt.template),
    }


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
