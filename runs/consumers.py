"""WebSockets of the run page and the run list.

A nudge says that something changed; what changed is read after the client's own revision and rendered by the
fragments of the page. Nudges may be lost, doubled or late: only the revision counts.
"""

import asyncio
import contextlib
import json
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404
from django.utils import timezone

from runs.frames import list_frame, list_marks, open_project, open_run, still_seen_by
from runs.limits import HEARTBEAT_SECONDS, LIST_PAUSE_SECONDS, PAGE_SIZE, RUNS_WAITING
from runs.live import project_group
from runs.queries.runs import stamp_of
from runs.rooms import NOT_HERE, join_room, leave_room
from runs.views.filters import read_filter
from teams.limits import SOCKET_ACCESS_SECONDS


class RunConsumer(AsyncWebsocketConsumer):
    """The timeline of one run, from the client's revision on: a watcher in the run's room."""

    channel_layer_alias = "none"  # the room listens, for all of its watchers
    run_id: UUID | None = None

    @property
    def user_id(self) -> int:
        """Say who watches."""
        return int(self.scope["user"].pk)

    async def connect(self) -> None:
        """Let in whom the gate lets in; everyone else finds nothing here."""
        await self.accept()
        try:
            run, project = await open_run(self.scope["user"], self.scope["url_route"]["kwargs"]["run_id"])
        except Http404:
            await self.close(code=NOT_HERE)
            return
        after = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", [""])[-1]
        self.revision = (
            int(after) if after.isascii() and after.isdigit() and len(after) < 18 else run.revision
        )
        self.run_id = run.id
        join_room(self, project, run.id, known=run.revision)

    async def disconnect(self, code: int) -> None:
        """Leave."""
        if self.run_id is not None:
            leave_room(self, self.run_id)


class ProjectConsumer(AsyncWebsocketConsumer):
    """The run list under the client's filters: sleeps until it is nudged, then says everything."""

    group = ""
    pump: asyncio.Task | None = None
    marks: dict[UUID, int] | None = None
    seen_at = 0.0

    async def connect(self) -> None:
        """Let in whom the gate lets in; everyone else finds nothing here."""
        self.awake, self.changed = asyncio.Event(), set[UUID]()
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.query = {name: values[-1] for name, values in query.items()}
        names = self.scope["url_route"]["kwargs"]
        await self.accept()
        try:
            self.project = await open_project(self.scope["user"], names["team"], names["project"])
        except Http404:
            await self.close(code=NOT_HERE)
            return
        self.group = project_group(self.project.pk)
        self.seen_at = time.monotonic()
        await self.join()
        self.pump = asyncio.create_task(self.send_forever())

    async def join(self) -> None:
        """Ask for nudges. Without Redis the heartbeat alone keeps the page fresh."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.channel_layer.group_add(self.group, self.channel_name), 2)

    async def disconnect(self, code: int) -> None:
        """Leave."""
        if self.pump is not None:
            self.pump.cancel()
        if self.group:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.channel_layer.group_discard(self.group, self.channel_name), 2)

    async def nudge(self, event: dict[str, Any]) -> None:
        """Take a nudge."""
        if len(self.changed) < RUNS_WAITING:
            self.changed.add(UUID(event["run"]))
        self.awake.set()

    async def send_forever(self) -> None:
        """Send what was missed, then what comes; a heartbeat in between."""
        self.awake.set()
        while True:
            try:
                await asyncio.wait_for(self.awake.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await self.send(json.dumps({"ping": True}))
            self.awake.clear()
            try:
                if not await self.may_stay():
                    await self.close(code=NOT_HERE)
                    return
                await self.send_news()
            except Exception:
                await self.close(code=1011)  # the client comes again, and resumes
                raise
            await asyncio.sleep(LIST_PAUSE_SECONDS)

    async def may_stay(self) -> bool:
        """Look now and then whether the user is still a member: a socket may be open for days."""
        now = time.monotonic()
        if now - self.seen_at < SOCKET_ACCESS_SECONDS:
            return True
        self.seen_at = now
        return await still_seen_by(self.scope["user"], self.project)

    async def send_news(self) -> None:
        """Send the rows of changed runs, and which of them the filter does not show any more.

        What changed without a nudge (before the socket had joined, or while Redis was away) shows in the
        marks of the first page: the client is told to fetch it again.
        """
        chosen = read_filter(self.query, now=timezone.now())
        ids, self.changed = sorted(self.changed), set()
        marks = await list_marks(self.project, chosen)
        if self.has_missed(marks, set(ids)):
            await self.send(json.dumps({"again": True}))
        self.marks = marks
        if ids:
            await self.send(await list_frame(self.project, chosen, ids))

    def has_missed(self, marks: dict[UUID, int], told: set[UUID]) -> bool:
        """Say whether the first page differs from what the client has by more than the runs told of."""
        if self.marks is None:
            stamp = self.query.get("stamp", "")
            return bool(stamp) and stamp != stamp_of(marks)
        changed = {run_id for run_id, _ in marks.items() ^ self.marks.items()}
        is_full = len(marks) >= PAGE_SIZE  # then a new run pushes an old one off the page
        pushed_out = {run_id for run_id in self.marks if run_id not in marks} if is_full else set()
        return bool(changed - pushed_out - told)
