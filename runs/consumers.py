"""WebSockets of the run page and the run list.

A nudge says that something changed; what changed is read after the client's own revision and rendered by the
fragments of the page. Nudges may be lost, doubled or late: only the revision counts.
"""

import asyncio
import contextlib
import json
import time
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404
from django.utils import timezone

from runs.frames import (
    latest_revision,
    list_frame,
    list_marks,
    open_project,
    open_run,
    run_frame,
    still_seen_by,
)
from runs.limits import (
    HEARTBEAT_SECONDS,
    LIST_PAUSE_SECONDS,
    PAGE_SIZE,
    PAUSE_SECONDS,
    RUNS_WAITING,
)
from runs.live import project_group, run_group
from runs.queries.runs import stamp_of
from runs.views.filters import read_filter
from teams.limits import SOCKET_ACCESS_SECONDS
from teams.models import Project

NOT_HERE = 4404


class LiveConsumer(AsyncWebsocketConsumer):
    """A socket that sleeps until it is nudged, then sends frames until it has said everything."""

    pause: ClassVar[float] = PAUSE_SECONDS
    group = ""
    project: Project
    seen_at = 0.0

    async def connect(self) -> None:
        """Let in whom the gate lets in; everyone else finds nothing here."""
        self.awake = asyncio.Event()
        self.pump: asyncio.Task | None = None
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.query = {name: values[-1] for name, values in query.items()}
        await self.accept()
        try:
            self.group = await self.open()
        except Http404:
            await self.close(code=NOT_HERE)
            return
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

    async def send_forever(self) -> None:
        """Send what was missed, then what comes; a heartbeat in between."""
        self.awake.set()
        while True:
            try:
                await asyncio.wait_for(self.awake.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await self.send(json.dumps({"ping": True}))
                await self.beat()
            self.awake.clear()
            try:
                if not await self.may_stay():
                    await self.close(code=NOT_HERE)
                    return
                await self.send_news()
            except Exception:
                await self.close(code=1011)  # the client comes again, and resumes
                raise
            await asyncio.sleep(self.pause)

    async def may_stay(self) -> bool:
        """Look now and then whether the user is still a member: a socket may be open for days."""
        now = time.monotonic()
        if now - self.seen_at < SOCKET_ACCESS_SECONDS:
            return True
        self.seen_at = now
        return await still_seen_by(self.scope["user"], self.project)

    async def open(self) -> str:
        """Read what the socket is about; give its group. Raises Http404."""
        raise NotImplementedError

    async def beat(self) -> None:
        """Look for what no nudge told of."""

    async def send_news(self) -> None:
        """Send frames until nothing is left to say."""
        raise NotImplementedError


class RunConsumer(LiveConsumer):
    """The timeline of one run, from the client's revision on."""

    async def open(self) -> str:
        """Read the run that the user may see."""
        self.run, self.project = await open_run(
            self.scope["user"], self.scope["url_route"]["kwargs"]["run_id"]
        )
        after = self.query.get("after", "")
        self.revision = (
            int(after) if after.isascii() and after.isdigit() and len(after) < 18 else self.run.revision
        )
        self.known = -1
        return run_group(self.run.id)

    async def nudge(self, event: dict[str, Any]) -> None:
        """Take a nudge."""
        self.known = max(self.known, event["revision"])
        if event["revision"] > self.revision:
            self.awake.set()

    async def beat(self) -> None:
        """Ask for the run's revision, once for all sockets of the run."""
        self.known = max(self.known, await latest_revision(self.run.id))

    async def send_news(self) -> None:
        """Send rows in the order in which they were written, in bounded frames."""
        more = self.known < 0 or self.known > self.revision
        while more:
            frame = await run_frame(self.project, self.run.id, after=self.revision, known=self.known)
            more = frame.more
            if frame.text:
                await self.send(frame.text)
            self.known = max(self.known, frame.revision)
            self.revision = max(self.revision, frame.revision)
            if frame.is_last:
                return
            await asyncio.sleep(self.pause if more else 0)


class ProjectConsumer(LiveConsumer):
    """The run list under the client's filters."""

    pause = LIST_PAUSE_SECONDS

    async def open(self) -> str:
        """Read the project that the user may see."""
        names = self.scope["url_route"]["kwargs"]
        self.project = await open_project(self.scope["user"], names["team"], names["project"])
        self.changed: set[UUID] = set()
        self.marks: dict[UUID, int] | None = None
        return project_group(self.project.pk)

    async def nudge(self, event: dict[str, Any]) -> None:
        """Take a nudge."""
        if len(self.changed) < RUNS_WAITING:
            self.changed.add(UUID(event["run"]))
        self.awake.set()

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
