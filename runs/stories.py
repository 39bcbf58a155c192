"""The story of a run, and its findings, as its pages and frames are given them."""

from collections.abc import Sequence
from typing import Any

from runs.findings.found import Severity
from runs.findings.limits import FINDINGS_SHOWN, HINTS_SHOWN
from runs.fragments import place_of
from runs.models import Finding, Run
from runs.queries.findings import findings_of, judgement_of
from runs.shown.checks import checks_shown, strip_marks
from runs.shown.retries import retries_shown
from runs.shown.stories import StoryShown, finding_shown, story_shown, told_story
from teams.models import Project


def read_story(project: Project, run: Run, *, every: bool = False) -> dict[str, Any]:
    """Read what rules say of a run: its story, and its worst findings, or every one."""
    judgement = judgement_of(run)
    findings = findings_of(run) if judgement and judgement.findings else []
    place, told = place_of(project, run), told_story(judgement)
    story: StoryShown | None = story_shown(judgement, findings, place)
    ordered = by_severity(findings)
    worse = [finding for finding in ordered if finding.severity > Severity.HINT]
    hints = ordered[len(worse) :]
    told_of = (worse, hints) if every else (worse[:FINDINGS_SHOWN], hints[:HINTS_SHOWN])
    left = len(ordered) - sum(map(len, told_of))
    return {
        "story": story,
        "checks": checks_shown(told.checks, place),
        "retries": retries_shown(told.retries, place),
        "check_marks": strip_marks(told.checks),
        "findings": [finding_shown(finding, place) for finding in told_of[0]],
        "hints": [finding_shown(finding, place) for finding in told_of[1]],
        "more_findings": left,
        "every_finding_url": f"{place.url('run')}?findings=all" if left else "",
    }


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Put the worst findings first, equals in the order in which they came true."""
    return sorted(findings, key=lambda finding: (-finding.severity, finding.place))
