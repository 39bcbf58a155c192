"""Frames for sockets: rendered in worker threads, once for all sockets that need the same one."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from channels.db import DatabaseSyncToAsync
from django.http import Http404
from django.template.loader import render_to_string
from msgspec import Struct

from runs.deltas import RELOAD, delta_after
from runs.fragments import render_run, show_runs
from runs.limits import FRAME_THREADS, FRAMES_KEPT
from runs.models import Run
from runs.queries.runs import RunFilter, marks_of_page, run_seen_by, runs_among
from runs.queries.sums import totals_of
from runs.shown.lists import summary_of
from teams.access import Visitor, project_for, still_sees
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


class SharedFrames:
    """Rendered or being rendered frames by key: sockets that ask at the same time wait for one rendering."""

    def __init__(self) -> None:
        self.tasks: OrderedDict[tuple, asyncio.Future] = OrderedDict()

    async def get(self, key: tuple, make: Callable[[], Awaitable[Any]]) -> Any:
        """Give the frame of `key`, made once. A failed one is not kept."""
        key = (id(asyncio.get_running_loop()), *key)
        task = self.tasks.get(key)
        if task is None or task.cancelled() or (task.done() and task.exception()):
            task = self.tasks[key] = asyncio.ensure_future(make())
            while len(self.tasks) > FRAMES_KEPT:
                self.tasks.popitem(last=False)
        return await asyncio.shield(task)


_shared = SharedFrames()


def _open_run(user: Visitor, run_id: UUID) -> tuple[Run, Project]:
    run = run_seen_by(user, run_id)
    if run is None:
        raise Http404("Not here, or not yours.")
    return run, run.project


open_run = in_thread(_open_run)
open_project = in_thread(project_for)
still_seen_by = in_thread(still_sees)


def _read_revision(run_id: UUID) -> int:
    return Run.objects.values_list("revision", flat=True).filter(id=run_id).first() or 0


async def latest_revision(run_id: UUID) -> int:
    """Read a run's revision, at most once a second for all its sockets."""
    second = int(asyncio.get_running_loop().time())
    return await _shared.get((run_id, "revision", second), lambda: in_thread(_read_revision)(run_id))


async def run_frame(project: Project, run_id: UUID, *, after: int, known: int) -> Frame:
    """Give the rows written after a revision. `known`, the newest revision told of, keys the frame."""
    if known < 0:
        return await in_thread(make_run_frame)(project, run_id, after)
    return await _shared.get(
        (run_id, after, known), lambda: in_thread(make_run_frame)(project, run_id, after)
    )


def make_run_frame(project: Project, run_id: UUID, after: int) -> Frame:
    """Read and render."""
    run = Run.objects.filter(project=project, id=run_id).first()
    delta = RELOAD if run is None else delta_after(project, run, after)
    if delta is RELOAD:
        return Frame(text=json.dumps(RELOAD), revision=after, is_last=True)
    if not delta["rows"] and delta["revision"] <= after:
        return Frame(revision=after)
    return Frame(text=json.dumps(delta), revision=delta["revision"], more=delta["more"])


def _make_list_frame(project: Project, chosen: RunFilter, ids: list[UUID]) -> str:
    """Render the changed runs that a filter shows, name those it does not, and sum anew."""
    rows = show_runs(project, runs_among(project, chosen, ids))
    shown = {row.id for row in rows}
    summary = render_to_string("runs/_summary.html", {"summary": summary_of(totals_of(project, chosen))})
    told = {
        "rows": [{"run": row.id, "html": render_run(row)} for row in rows],
        "gone": [str(run_id) for run_id in ids if str(run_id) not in shown],
        "summary": summary,
    }
    return json.dumps(told)


list_frame = in_thread(_make_list_frame)
list_marks = in_thread(marks_of_page)
