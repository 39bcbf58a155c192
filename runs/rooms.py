"""All sockets of this process that look at the same thing: told once, rendered once, then sent to each.

What a nudge or a frame costs hardly grows with the number who watch; only the sending does. So the more there
are, the longer the pause between two frames: watching must not slow down ingest.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from runs.frames import who_still_sees
from runs.limits import HEARTBEAT_SECONDS, PAUSE_SECONDS, SENDS_AT_ONCE, WATCHER_SECONDS
from runs.live import nudges_of
from teams.limits import SOCKET_ACCESS_SECONDS
from teams.models import Project

NOT_HERE = 4404

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """A socket in a room."""

    @property
    def user_id(self) -> int: ...
    async def send(self, text_data: str) -> None: ...
    async def close(self, code: int) -> None: ...


class Room:
    """The sockets that get the same frames, and the tasks that listen for news and send them."""

    pause = PAUSE_SECONDS  #: seconds between two frames
    heartbeat = 0.0  #: seconds until it looks for what no nudge told of; 0 is HEARTBEAT_SECONDS

    def __init__(self, name: Hashable, project: Project, *, group: str) -> None:
        self.name, self.project, self.group = name, project, group
        self.watchers: set[Any] = set()
        self.awake = asyncio.Event()
        self.looked_at = time.monotonic()
        self.tasks = [asyncio.create_task(self.listen()), asyncio.create_task(self.send_forever())]

    def take(self, nudge: dict[str, Any]) -> None:
        """Take a nudge; wake the sender when it tells someone news."""
        raise NotImplementedError

    async def look(self) -> None:
        """Look for what no nudge told of."""
        raise NotImplementedError

    async def send_news(self) -> None:
        """Send each watcher what it does not have."""
        raise NotImplementedError

    async def listen(self) -> None:
        """Hear nudges for as long as the room is open; without Redis the heartbeat alone keeps it fresh."""
        while True:
            with contextlib.suppress(Exception):
                async with contextlib.aclosing(nudges_of(self.group)) as nudges:
                    async for nudge in nudges:
                        # The first is empty: none is missed from here on, but one may have been before.
                        if nudge:
                            self.take(nudge)
                        else:
                            await self.look()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def send_forever(self) -> None:
        """Send what was missed, then what comes; a heartbeat in between."""
        while True:
            try:
                # Not wait_for: that of Python 3.11 loses a cancellation that comes together with the event.
                async with asyncio.timeout(self.heartbeat or HEARTBEAT_SECONDS):
                    await self.awake.wait()
            except TimeoutError:
                await self.beat()
            self.awake.clear()
            try:
                await self.look_who_may_stay()
                await self.send_news()
            except Exception:
                log.exception("A page could not be shown live.")
                return await self.close()
            await asyncio.sleep(max(self.pause, WATCHER_SECONDS * len(self.watchers)))

    async def beat(self) -> None:
        """Say that the sockets live, and look for what no nudge told of."""
        await self.send_to(self.watchers, json.dumps({"ping": True}))
        with contextlib.suppress(Exception):  # the database may be away; the next beat looks again
            await self.look()

    async def look_who_may_stay(self) -> None:
        """Look now and then who is still a member, one query for all: a socket may be open for days."""
        if time.monotonic() - self.looked_at < SOCKET_ACCESS_SECONDS:
            return
        self.looked_at = time.monotonic()
        members = await who_still_sees({watcher.user_id for watcher in self.watchers}, self.project)
        for watcher in [one for one in self.watchers if one.user_id not in members]:
            self.watchers.discard(watcher)
            await watcher.close(code=NOT_HERE)

    async def send_to(self, watchers: Iterable[Watcher], text: str) -> None:
        """Send to each; requests get their turn in between."""
        for number, watcher in enumerate(list(watchers), start=1):
            try:
                await watcher.send(text_data=text)
            except Exception:  # it is going: `leave` follows
                self.watchers.discard(watcher)
            if number % SENDS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def leave(self, watcher: Watcher) -> None:
        """Let a socket go; the last one closes the room."""
        self.watchers.discard(watcher)
        if not self.watchers:
            self.take_down()
            for task in self.tasks:
                task.cancel()

    async def close(self) -> None:
        """Send all away; the clients come again, and resume."""
        self.take_down()
        self.tasks[0].cancel()
        for watcher in list(self.watchers):
            with contextlib.suppress(Exception):
                await watcher.close(code=1011)

    def take_down(self) -> None:
        """Let nobody in any more."""
        if rooms_here().get(self.name) is self:
            del rooms_here()[self.name]


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Any]] = WeakKeyDictionary()
OneRoom = TypeVar("OneRoom", bound=Room)


def rooms_here() -> dict[Hashable, Any]:
    """Give the rooms of this event loop, by name."""
    return _rooms.setdefault(asyncio.get_running_loop(), {})


def room_of(watcher: Watcher, name: Hashable, make: Callable[[], OneRoom]) -> OneRoom:
    """Let a socket into a room; the first one opens it."""
    rooms = rooms_here()
    if name not in rooms:
        rooms[name] = make()
    room: OneRoom = rooms[name]
    room.watchers.add(watcher)
    return room
