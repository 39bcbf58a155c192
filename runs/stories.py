"""The story of a run, read and rendered: for the page, and for those who watch it live."""

from typing import Any

from django.template.loader import render_to_string

from runs.fragments import place_of
from runs.models import Run
from runs.queries.findings import findings_of, judgement_of
from runs.shown.stories import StoryShown, finding_shown, story_shown
from teams.models import Project


def read_story(project: Project, run: Run) -> dict[str, Any]:
    """Read what rules say of a run: its story, and all findings."""
    judgement = judgement_of(run)
    findings = findings_of(run) if judgement and judgement.findings else []
    place = place_of(project, run)
    story: StoryShown | None = story_shown(judgement, findings, place)
    return {"story": story, "findings": [finding_shown(finding, place) for finding in findings]}


def render_story(project: Project, run: Run) -> str:
    """Render what stands above the strip, as the page does."""
    return render_to_string("runs/_story.html", read_story(project, run))
