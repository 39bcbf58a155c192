"""The Connect page's socket: says that something has come, or was refused, to whom may see it."""

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from ingest.connecting import stamp_of_connect
from ingest.routing import websocket_urlpatterns
from runs import live
from runs.records import Batch, RunRecord
from runs.store import save
from teams.store import Rejected, Times, keep_rejections
from tests.runs import test_consumers as sockets

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/ws/connect/acme/checkout/"


@pytest.fixture(autouse=True)
def routes(monkeypatch):
    monkeypatch.setattr(sockets, "websocket_urlpatterns", websocket_urlpatterns)


def record(project):
    saved = save(project, Batch(runs=[RunRecord(external_id="r", source="events")]), now=timezone.now())
    live.announce(project, saved)


def refuse(project):
    one = Rejected(team=None, status=401, reason="", method="POST", path="/", client="", address="")
    keep_rejections([(one, Times(count=1, first=timezone.now(), last=timezone.now()))])


async def test_a_run_and_a_refusal_reach_the_page(project, member):
    stamp = await sync_to_async(stamp_of_connect)(project)
    async with sockets.socket(member, f"{PATH}?stamp={stamp}") as read:
        await sync_to_async(record)(project)
        assert await read() == {"again": True}
        await sync_to_async(refuse)(project)
        heard = await read(timeout=6)
        while heard == {"ping": True}:
            heard = await read(timeout=6)
        assert heard == {"again": True}


async def test_an_outsider_finds_nothing(project, outsider):
    async with sockets.socket(outsider, PATH) as read:
        assert await read() == {"type": "websocket.close", "code": 4404}
