"""Rooms of pages whose state a few characters name, the stamp: all they are told is to be fetched again."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from runs.limits import LIST_PAUSE_SECONDS
from runs.live import project_group
from runs.rooms import Room, Watcher, room_of
from teams.models import Project

ReadStamp = Callable[[Project], Awaitable[str]]
_AGAIN = json.dumps({"again": True})


class StampWatcher(Watcher, Protocol):
    """A socket of such a page."""

    stamp: str  #: of what the page shows


class StampRoom(Room):
    """The sockets on one such page. Every nudge of the project wakes it; stamps say whether it is news."""

    pause = LIST_PAUSE_SECONDS

    def __init__(self, about: str, project: Project, *, read_stamp: ReadStamp, heartbeat: float) -> None:
        super().__init__((about, project.pk), project, group=project_group(project.pk))
        self.read_stamp, self.heartbeat = read_stamp, heartbeat
        self.watchers: set[StampWatcher] = set()

    def take(self, nudge: dict[str, Any]) -> None:
        """Take the news that something in the project has changed."""
        self.awake.set()

    async def look(self) -> None:
        """Let the sender compare stamps."""
        self.awake.set()

    async def send_news(self) -> None:
        """Tell each page that shows something else; also what came before its socket had joined."""
        stamp = await self.read_stamp(self.project)
        outdated = [watcher for watcher in self.watchers if watcher.stamp != stamp]
        for watcher in outdated:
            watcher.stamp = stamp
        await self.send_to(outdated, _AGAIN)


def join_stamped(
    watcher: StampWatcher,
    about: str,
    project: Project,
    read_stamp: ReadStamp,
    *,
    heartbeat: float = 0.0,
) -> StampRoom:
    """Let a socket watch a page of a project."""

    def make() -> StampRoom:
        return StampRoom(about, project, read_stamp=read_stamp, heartbeat=heartbeat)

    room = room_of(watcher, (about, project.pk), make)
    room.awake.set()
    return room
