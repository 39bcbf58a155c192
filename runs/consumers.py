"""WebSockets of the run page and the run list: each lets its visitor in, then watches in a room.

A nudge says that something changed; what changed is read after the client's own revision and rendered by the
fragments of the page. Nudges may be lost, doubled or late: only the revision counts.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from runs.frames import in_thread, open_project, open_run
from runs.list_rooms import join_list
from runs.queries.cards import stamp_of_findings
from runs.rooms import NOT_HERE, Room
from runs.run_rooms import join_run
from runs.stamp_rooms import join_stamped
from teams.models import Project


class Consumer(AsyncWebsocketConsumer):
    """A socket that sits in a room."""

    channel_layer_alias = "none"  # the room listens, for all of its watchers
    room: Room | None = None

    @property
    def user_id(self) -> int:
        """Say who watches."""
        return int(self.scope["user"].pk)

    @property
    def names(self) -> dict[str, Any]:
        """Give what the URL names."""
        return dict(self.scope["url_route"]["kwargs"])

    @property
    def query(self) -> dict[str, str]:
        """Read the query string; of a name told twice the last counts."""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        return {name: values[-1] for name, values in query.items()}

    async def connect(self) -> None:
        """Let in whom the gate lets in; everyone else finds nothing here."""
        await self.accept()
        try:
            self.room = await self.enter()
        except Http404:
            await self.close(code=NOT_HERE)

    async def enter(self) -> Room:
        """Go into the room. Raises Http404."""
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:
        """Leave."""
        if self.room is not None:
            self.room.leave(self)


def number_of(query: dict[str, str], name: str, *, otherwise: int) -> int:
    """Read a whole number that a client sends."""
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else otherwise


class RunConsumer(Consumer):
    """The timeline of one run, from the client's revision on."""

    async def enter(self) -> Room:
        """Open the run; who says no revision has the newest."""
        run, project = await open_run(self.scope["user"], self.names["run_id"])
        self.revision = number_of(self.query, "after", otherwise=run.revision)
        self.judged = number_of(self.query, "judged", otherwise=0)
        return join_run(self, project, run.id, known=run.revision)


class ProjectConsumer(Consumer):
    """The run list under the client's filters."""

    async def enter(self) -> Room:
        """Open the project; the stamp says what the page shows."""
        project = await open_project(self.scope["user"], self.names["team"], self.names["project"])
        self.stamp: str | None = self.query.get("stamp", "")
        return join_list(self, project, self.query)


class StampConsumer(Consumer):
    """A page of a project that is fetched again when its stamp differs; the query says what it shows."""

    about = ""  #: names its rooms
    heartbeat = 0.0  #: seconds until its rooms look for what no nudge tells; 0 is the usual time
    stamp = ""
    read_stamp: Callable[[Project], Awaitable[str]]

    async def enter(self) -> Room:
        """Open the project."""
        project: Project = await open_project(self.scope["user"], self.names["team"], self.names["project"])
        self.stamp = self.query.get("stamp", "")
        return join_stamped(self, self.about, project, self.read_stamp, heartbeat=self.heartbeat)


class CardsConsumer(StampConsumer):
    """The findings of a project by signature."""

    about = "cards"
    read_stamp = staticmethod(in_thread(stamp_of_findings))
