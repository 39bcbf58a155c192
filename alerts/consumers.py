"""The WebSocket of the inbox: the run list's, but all it says is that the list should be fetched again."""

import json

from alerts.queries.inbox import stamp_of_inbox
from runs.consumers import ProjectConsumer
from runs.frames import in_thread

read_stamp = in_thread(stamp_of_inbox)


class InboxConsumer(ProjectConsumer):
    """Wakes with every nudge of the project and tells the page when its inbox differs from what it has."""

    stamp: str | None = None

    async def send_news(self) -> None:
        """Compare the inbox with what the client was told; the page brings the stamp of what it shows."""
        self.changed.clear()
        stamp = await read_stamp(self.project)
        known = self.query.get("stamp", "") if self.stamp is None else self.stamp
        self.stamp = stamp
        if stamp != known:
            await self.send(json.dumps({"again": True}))
