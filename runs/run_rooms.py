"""The sockets of this process on one run: each resumes after the revision it has."""

from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from runs.frames import latest_news, run_frame, story_frame
from runs.live import run_group
from runs.rooms import Room, Watcher, room_of
from teams.models import Project


class RunWatcher(Watcher, Protocol):
    """A socket of the run page."""

    revision: int  #: what its client has
    judged: int  #: stamp of the story that it shows


class RunRoom(Room):
    """The sockets on one run, and the newest revision and word of rules told of."""

    def __init__(self, project: Project, run_id: UUID) -> None:
        super().__init__(run_id, project, group=run_group(run_id))
        self.run_id, self.known, self.judged = run_id, 0, 0
        self.watchers: set[RunWatcher] = set()

    def take(self, nudge: dict[str, Any]) -> None:
        """Take the news that the run has a revision, or that rules said something."""
        self.hear(nudge["revision"], nudge.get("judged", 0))

    def hear(self, revision: int, judged: int = 0) -> None:
        """Know that the run has this revision, and what rules say this stamp."""
        self.known, self.judged = max(self.known, revision), max(self.judged, judged)
        if any(one.revision < self.known or one.judged < self.judged for one in self.watchers):
            self.awake.set()

    async def look(self) -> None:
        """Read which revision the run has, and when rules last said something else."""
        self.hear(*await latest_news(self.run_id))

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
        await self.send_story()

    async def send_story(self) -> None:
        """Send what rules say to those who show something older."""
        judged = self.judged
        behind = [watcher for watcher in self.watchers if watcher.judged < judged]
        text = await story_frame(self.project, self.run_id) if behind else ""
        for watcher in behind:
            watcher.judged = judged
        if text:
            await self.send_to(behind, text)


def join_run(watcher: RunWatcher, project: Project, run_id: UUID, *, known: int) -> RunRoom:
    """Let a socket watch a run of which `known` is the newest revision read."""
    room = room_of(watcher, run_id, lambda: RunRoom(project, run_id))
    room.hear(known)
    return room
