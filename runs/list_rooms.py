"""The sockets of this process on a run list under the same filters: they get the same rows and sums."""

import json
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from runs.frames import list_frame, list_marks
from runs.limits import LIST_PAUSE_SECONDS, PAGE_SIZE, RUNS_WAITING
from runs.live import project_group
from runs.queries.runs import stamp_of
from runs.rooms import Room, Watcher, room_of
from runs.views.filters import kept, read_filter
from teams.models import Project

_AGAIN = json.dumps({"again": True})


class ListWatcher(Watcher, Protocol):
    """A socket of the run list."""

    stamp: str | None  #: what its page shows; empty when it does not say; None once it is up to date


class ListRoom(Room):
    """The sockets on one list, the runs told of, and what its first page showed last."""

    pause = LIST_PAUSE_SECONDS

    def __init__(self, name: tuple[Any, ...], project: Project, query: Mapping[str, str]) -> None:
        super().__init__(name, project, group=project_group(project.pk))
        self.query = query
        self.watchers: set[ListWatcher] = set()
        self.changed: set[UUID] = set()
        self.marks: dict[UUID, int] = {}

    def take(self, nudge: dict[str, Any]) -> None:
        """Take the news that a run has changed."""
        if len(self.changed) < RUNS_WAITING:
            self.changed.add(UUID(nudge["run"]))
        self.awake.set()

    async def look(self) -> None:
        """Let the sender compare marks."""
        self.awake.set()

    async def send_news(self) -> None:
        """Send the rows of changed runs, and which of them the filter does not show any more.

        What changed without a nudge (before the socket had joined, or while Redis was away) shows in the
        marks of the first page: the client is told to fetch it again.
        """
        chosen = read_filter(self.query, now=timezone.now())
        ids, self.changed = sorted(self.changed), set()
        marks = await list_marks(self.project, chosen)
        await self.send_to(self.outdated(marks, set(ids)), _AGAIN)
        self.marks = marks
        if ids:
            await self.send_to(self.watchers, await list_frame(self.project, chosen, ids))

    def outdated(self, marks: dict[UUID, int], told: set[UUID]) -> list[ListWatcher]:
        """Find who must fetch the first page again; from now on all are as new as these marks."""
        stamp, has_missed = stamp_of(marks), self.has_missed(marks, told)
        found = []
        for watcher in self.watchers:
            if has_missed if watcher.stamp is None else watcher.stamp not in ("", stamp):
                found.append(watcher)
            watcher.stamp = None
        return found

    def has_missed(self, marks: dict[UUID, int], told: set[UUID]) -> bool:
        """Say whether the first page differs from the marks before by more than the runs told of."""
        changed = {run_id for run_id, _ in marks.items() ^ self.marks.items()}
        is_full = len(marks) >= PAGE_SIZE  # then a new run pushes an old one off the page
        pushed_out = {run_id for run_id in self.marks if run_id not in marks} if is_full else set()
        return bool(changed - pushed_out - told)


def join_list(watcher: ListWatcher, project: Project, query: Mapping[str, str]) -> ListRoom:
    """Let a socket watch the runs of a project that its filters show."""
    filters = kept(query)
    name = ("list", project.pk, *sorted(filters.items()))
    room = room_of(watcher, name, lambda: ListRoom(name, project, filters))
    room.awake.set()
    return room
