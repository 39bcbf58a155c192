"""Frames for sockets, read and rendered in worker threads."""

import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from channels.db import DatabaseSyncToAsync
from django.http import Http404
from django.template.loader import render_to_string
from msgspec import Struct

from runs.deltas import RELOAD, delta_after, story_told
from runs.fragments import show_runs
from runs.limits import FRAME_THREADS, RELOAD_SECONDS
from runs.models import Run
from runs.queries.findings import judged_stamp
from runs.queries.runs import RunFilter, marks_of_page, run_seen_by, runs_among
from runs.queries.sums import totals_of
from runs.shown.lists import summary_of
from teams import access
from teams.access import Visitor, project_for
from teams.models import Project

_threads = ThreadPoolExecutor(max_workers=FRAME_THREADS, thread_name_prefix="frames")


class Frame(Struct, frozen=True, kw_only=True):
    """JSON text for the wire, empty when there is nothing new; the revision it brings the client to."""

    text: str = ""
    revision: int
    more: bool = False
    is_last: bool = False  #: the client must load the page anew


def in_thread(work: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Run database work in the frames' own threads, not in the one that all async code shares."""
    return DatabaseSyncToAsync(work, thread_sensitive=False, executor=_threads)


def _open_run(user: Visitor, run_id: UUID) -> tuple[Run, Project]:
    run = run_seen_by(user, run_id)
    if run is None:
        raise Http404("Not here, or not yours.")
    return run, run.project


open_run = in_thread(_open_run)
open_project = in_thread(project_for)
who_still_sees = in_thread(access.who_still_sees)


def _read_news(run_id: UUID) -> tuple[int, int]:
    """Read the revision of a run, and the stamp of what rules say of it."""
    revision = Run.objects.values_list("revision", flat=True).filter(id=run_id).first() or 0
    return revision, judged_stamp(run_id)


def _make_story_frame(project: Project, run_id: UUID) -> str:
    """Render what rules say of a run."""
    run = Run.objects.filter(project=project, id=run_id).first()
    return json.dumps(story_told(project, run)) if run else ""


def _make_run_frame(project: Project, run_id: UUID, after: int, *, watchers: int) -> Frame:
    """Read and render the rows written after a revision."""
    run = Run.objects.filter(project=project, id=run_id).first()
    delta = RELOAD if run is None else delta_after(project, run, after)
    if delta is RELOAD:
        # Many who load at the same moment would wait for each other.
        told = RELOAD if watchers == 1 else RELOAD | {"within": round(watchers * RELOAD_SECONDS, 1)}
        return Frame(text=json.dumps(told), revision=after, is_last=True)
    if not delta["rows"] and delta["revision"] <= after:
        return Frame(revision=after)
    return Frame(text=json.dumps(delta), revision=delta["revision"], more=delta["more"])


latest_news = in_thread(_read_news)
story_frame = in_thread(_make_story_frame)
run_frame = in_thread(_make_run_frame)


def _make_list_frame(project: Project, chosen: RunFilter, ids: list[UUID]) -> str:
    """Render the changed runs that a filter shows, name those it does not, and sum anew."""
    rows = show_runs(project, runs_among(project, chosen, ids))
    shown = {row.id for row in rows}
    told = {
        "rows": [{"run": row.id, "html": row.html} for row in rows],
        "gone": [str(run_id) for run_id in ids if str(run_id) not in shown],
    }
    if not chosen.counts_late:  # adding those up takes long; the page loaded it once
        summary = summary_of(totals_of(project, chosen))
        told["summary"] = render_to_string("runs/_summary.html", {"summary": summary})
    return json.dumps(told)


list_frame = in_thread(_make_list_frame)
list_marks = in_thread(marks_of_page)
