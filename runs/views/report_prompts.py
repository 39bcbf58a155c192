"""The prompts of two sides against each other, where each side was given one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from runs.comparing.limits import MAIN_PROMPT_SHARE, PROMPT_DIFF_CHARS
from runs.comparing.measures import ComparedRun
from runs.comparing.prompts import label_of
from runs.comparing.results import Report
from runs.queries.prompt_pages import version_of
from runs.shown.diffrows import DiffTable
from runs.shown.system_prompts import compared
from teams.models import Project


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptsShown:
    """Two versions; no hunks: they are the same, or too long to stand here."""

    a: int
    b: int
    label_a: str
    label_b: str
    is_same: bool
    hunks: DiffTable | None


def prompts_shown(project: Project, report: Report) -> PromptsShown | None:
    """Compare the prompts of both sides; None where a side has not one, or none was recorded."""
    one, two = main_prompt(report.a), main_prompt(report.b)
    if one is None or two is None:
        return None
    try:
        a, b = version_of(project, one), version_of(project, two)
    except Http404:  # gone with its last run meanwhile
        return None
    is_short = len(a.template) + len(b.template) <= PROMPT_DIFF_CHARS
    return PromptsShown(
        a=one,
        b=two,
        label_a=label_of(a.family.name, a.number),
        label_b=label_of(b.family.name, b.number),
        is_same=one == two,
        hunks=compared(a.template, b.template) if is_short and one != two else None,
    )


def main_prompt(runs: Sequence[ComparedRun]) -> int | None:
    """Find the prompt that most runs of a side were given."""
    [(prompt, times)] = Counter(run.prompt for run in runs).most_common(1) or [(None, 0)]
    return prompt if times and times >= MAIN_PROMPT_SHARE * len(runs) else None
