"""A comparison read and made ready: what its page, its files and the API have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from runs.comparing.limits import SIDE_RUNS
from runs.comparing.results import Report
from runs.findings.signatures import SIGNATURES
from runs.queries.comparing import Side, sides_of
from runs.shown.distributions import distributions_of
from runs.shown.reports import (
    RunLinks,
    groups_shown,
    headline_of,
    is_same,
    line_shown,
    mix_shown,
    tasks_shown,
)
from runs.views.report_prompts import prompts_shown
from runs.views.sides import Asked, Names, names_in, title_of, words_of
from teams.models import Project


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A comparison: what was asked, and what it comes to."""

    asked: Asked
    report: Report
    a: Side
    b: Side


def read_comparison(project: Project, asked: Asked, *, now: datetime) -> Compared:
    """Read both sides and compare them."""
    # scipy takes half a second and 50 MB: it is there for who compares, not for every web process.
    from runs.comparing.reports import compare

    a, b = sides_of(project, asked.filter_of("a", now=now), asked.filter_of("b", now=now))
    names = {slug: signature.name for slug, signature in SIGNATURES.items()}
    return Compared(asked=asked, report=compare(a.runs, b.runs, signatures=names), a=a, b=b)


def context_of(project: Project, compared: Compared) -> dict[str, Any]:
    """Gather what a report shows."""
    asked, report = compared.asked, compared.report
    names = names_in(project, asked.a, asked.b, asked.both)
    links = RunLinks(
        base=reverse("runs:list", args=[project.team.slug, project.slug]),
        a=asked.side("a"),
        b=asked.side("b"),
    )
    return {
        "project": project,
        "team": project.team,
        "asked": asked,
        "names": names,
        "suggested_name": title_of(asked, names),
        "sides": [_side(name, compared, links, names) for name in "ab"],
        "both": words_of(asked.both, names) if asked.both else "",
        "report": report,
        "headline": headline_of(report),
        "heads": [line_shown(line, links) for line in report.headline],
        "groups": groups_shown(report, links),
        "pictures": distributions_of(report),
        "mix": mix_shown(report),
        "tasks": tasks_shown(report, links) if report.design.paired else [],
        "is_same": is_same(report),
        "shared": len({run.id for run in report.a} & {run.id for run in report.b}),
        "most": SIDE_RUNS,
        "prompts": prompts_shown(project, report),
    }


def _side(name: str, compared: Compared, links: RunLinks, names: Names) -> Mapping[str, Any]:
    side: Side = getattr(compared, name)
    return {
        "name": name.upper(),
        "words": words_of(getattr(compared.asked, name), names),
        "runs": len(side.runs),
        "more": side.more,
        "url": links.side(name),
    }
