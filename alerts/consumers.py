"""The WebSocket of the inbox: all it says is that the list should be fetched again."""

import json
from typing import Any

from alerts.queries.inbox import stamp_of_inbox
from runs.consumers import Consumer
from runs.frames import in_thread, open_project
from runs.limits import LIST_PAUSE_SECONDS
from runs.live import project_group
from runs.rooms import Room, room_of
from teams.models import Project

_AGAIN = json.dumps({"again": True})

read_stamp = in_thread(stamp_of_inbox)


class InboxRoom(Room):
    """The sockets on one inbox. Every nudge of the project wakes it; the stamp says whether it is news."""

    pause = LIST_PAUSE_SECONDS

    def take(self, nudge: dict[str, Any]) -> None:
        """Take the news that something in the project has changed."""
        self.awake.set()

    async def look(self) -> None:
        """Let the sender compare stamps."""
        self.awake.set()

    async def send_news(self) -> None:
        """Tell each page whose inbox differs from what it shows."""
        stamp = await read_stamp(self.project)
        outdated = [watcher for watcher in self.watchers if watcher.stamp != stamp]
        for watcher in outdated:
            watcher.stamp = stamp
        await self.send_to(outdated, _AGAIN)


class InboxConsumer(Consumer):
    """The inbox of one project; the query's stamp says what the page shows."""

    stamp = ""

    async def enter(self) -> InboxRoom:
        """Open the project."""
        project: Project = await open_project(self.scope["user"], self.names["team"], self.names["project"])
        self.stamp = self.query.get("stamp", "")
        name = ("inbox", project.pk)
        room = room_of(self, name, lambda: InboxRoom(name, project, group=project_group(project.pk)))
        room.awake.set()
        return room
