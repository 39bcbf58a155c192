"""All sockets of this process that look at one run: told once, rendered once, then sent to each.

What a nudge or a frame costs hardly grows with the number who watch; only the sending does. So the more there
are, the longer the pause between two frames: watching must not slow down ingest.
"""

import asyncio
import contextlib
import json
import logging
import time
from itertools import groupby
from typing import Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from runs.frames import latest_revision, run_frame, who_still_sees
from runs.limits import HEARTBEAT_SECONDS, PAUSE_SECONDS, SENDS_AT_ONCE, WATCHER_SECONDS
from runs.live import nudges_of, run_group
from teams.limits import SOCKET_ACCESS_SECONDS
from teams.models import Project

NOT_HERE = 4404

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """A socket in a room."""

    revision: int  #: what its client has

    @property
    def user_id(self) -> int: ...
    async def send(self, text_data: str) -> None: ...
    async def close(self, code: int) -> None: ...


class Room:
    """The sockets on one run, the newest revision told of, and the task that sends."""

    def __init__(self, project: Project, run_id: UUID) -> None:
        self.project, self.run_id = project, run_id
        self.watchers: set[Watcher] = set()
        self.known = 0
        self.awake = asyncio.Event()
        self.looked_at = time.monotonic()
        self.tasks = [asyncio.create_task(self.listen()), asyncio.create_task(self.send_forever())]

    def hear(self, revision: int) -> None:
        """Take the news that the run has this revision."""
        self.known = max(self.known, revision)
        if any(watcher.revision < self.known for watcher in self.watchers):
            self.awake.set()

    async def listen(self) -> None:
        """Hear nudges for as long as the room is open; without Redis the heartbeat alone keeps it fresh."""
        while True:
            with contextlib.suppress(Exception):
                async with contextlib.aclosing(nudges_of(run_group(self.run_id))) as nudges:
                    async for nudge in nudges:
                        # The first is empty: none is missed from here on, but one may have been before.
                        self.hear(nudge["revision"] if nudge else await latest_revision(self.run_id))
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def send_forever(self) -> None:
        """Send what was missed, then what comes; a heartbeat in between."""
        while True:
            try:
                await asyncio.wait_for(self.awake.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await self.beat()
            self.awake.clear()
            try:
                await self.look_who_may_stay()
                await self.send_news()
            except Exception:
                log.exception("A run could not be shown live.")
                return await self.close()
            await asyncio.sleep(max(PAUSE_SECONDS, WATCHER_SECONDS * len(self.watchers)))

    async def beat(self) -> None:
        """Say that the sockets live, and look for what no nudge told of."""
        await self.send_to(list(self.watchers), json.dumps({"ping": True}))
        with contextlib.suppress(Exception):  # the database may be away; the next beat looks again
            self.hear(await latest_revision(self.run_id))

    async def look_who_may_stay(self) -> None:
        """Look now and then who is still a member, one query for all: a socket may be open for days."""
        if time.monotonic() - self.looked_at < SOCKET_ACCESS_SECONDS:
            return
        self.looked_at = time.monotonic()
        members = await who_still_sees({watcher.user_id for watcher in self.watchers}, self.project)
        for watcher in [one for one in self.watchers if one.user_id not in members]:
            self.watchers.discard(watcher)
            await watcher.close(code=NOT_HERE)

    async def send_news(self) -> None:
        """Send each watcher the next frame after what it has; who has the same gets the same."""
        known = self.known
        behind = [watcher for watcher in self.watchers if watcher.revision < self.known]
        behind.sort(key=lambda watcher: watcher.revision)
        for revision, group in groupby(behind, key=lambda watcher: watcher.revision):
            watchers = list(group)
            frame = await run_frame(self.project, self.run_id, revision, watchers=len(watchers))
            for watcher in watchers:
                watcher.revision = frame.revision if frame.more else max(frame.revision, known)
            if frame.is_last:
                self.watchers.difference_update(watchers)
            if frame.text:
                await self.send_to(watchers, frame.text)
            if frame.more:
                self.awake.set()

    async def send_to(self, watchers: list[Watcher], text: str) -> None:
        """Send to each; requests get their turn in between."""
        for number, watcher in enumerate(watchers, start=1):
            try:
                await watcher.send(text_data=text)
            except Exception:  # it is going: `leave` follows
                self.watchers.discard(watcher)
            if number % SENDS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def close(self) -> None:
        """Send all away; the clients come again, and resume."""
        rooms_here().pop(self.run_id, None)
        self.tasks[0].cancel()
        for watcher in list(self.watchers):
            with contextlib.suppress(Exception):
                await watcher.close(code=1011)


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Room]] = WeakKeyDictionary()


def rooms_here() -> dict[UUID, Room]:
    """Give the rooms of this event loop, by run."""
    return _rooms.setdefault(asyncio.get_running_loop(), {})


def join_room(watcher: Watcher, project: Project, run_id: UUID, *, known: int) -> None:
    """Let a socket watch a run of which `known` is the newest revision read."""
    rooms = rooms_here()
    room = rooms.get(run_id)
    if room is None:
        room = rooms[run_id] = Room(project, run_id)
    room.watchers.add(watcher)
    room.hear(known)


def leave_room(watcher: Watcher, run_id: UUID) -> None:
    """Let a socket go; the last one closes the room."""
    room = rooms_here().get(run_id)
    if room is None:
        return
    room.watchers.discard(watcher)
    if not room.watchers:
        del rooms_here()[run_id]
        for task in room.tasks:
            task.cancel()
