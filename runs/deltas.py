"""What changed in a run since a revision: what sockets push and polling clients fetch, the same for both."""

from typing import Any

from django.template.loader import render_to_string

from runs.fragments import head_of, render_head, step_frames
from runs.limits import MISSED_MOST
from runs.models import Run
from runs.overviews import render_overview
from runs.queries.steps import count_after_revision, rows_after_revision
from runs.stories import read_story
from teams.models import Project

Delta = dict[str, Any]

RELOAD: Delta = {"reload": True}  #: too much was missed: the page is loaded anew


def delta_after(project: Project, run: Run, revision: int) -> Delta:
    """Give the rows written after a revision, at most a window of them, and what stands around them.

    `more` says that a next one must be asked for at once. The overview comes with the last one only.
    """
    if run.revision < revision or count_after_revision(run, revision) > MISSED_MOST:
        return RELOAD  # the former where some of its steps turned out to be those of another run
    rows = rows_after_revision(run, revision)
    if not rows and run.revision <= revision:
        return {"revision": revision, "more": False, "rows": []}
    reached = rows[-1]["revision"] if rows else max(revision, run.revision)
    delta = {
        "revision": reached,
        "more": reached < run.revision,
        "rows": [frame.as_json() for frame in step_frames(project, run, rows)],
        **_around(run),
    }
    return (
        delta
        if delta["more"]
        else delta | {"overview": render_overview(project, run, read_story(project, run))}
    )


def story_told(project: Project, run: Run) -> Delta:
    """Render what rules say of a run: above the strip, and in the run at a glance."""
    told = read_story(project, run)
    story = render_to_string("runs/_story.html", told)
    return {"story": story, "overview": render_overview(project, run, told)}


def _around(run: Run) -> Delta:
    head = head_of(run)
    return {
        "title": head.title,
        "header": render_head(run),
        "counts": {"steps": head.steps, "changes": head.changes},
    }
