"""The inbox's socket: says that the list should be fetched again, to whom may see it."""

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter

from alerts.actions import inbox
from alerts.live import announce_inbox
from alerts.models import Alert
from alerts.queries.inbox import stamp_of_inbox
from alerts.routing import websocket_urlpatterns
from alerts.watching import watch_run
from tests.recordings import NOW
from tests.runs import test_consumers as sockets

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/ws/alerts/acme/checkout/"


@pytest.fixture(autouse=True)
def routes(monkeypatch):
    monkeypatch.setattr(sockets, "websocket_urlpatterns", websocket_urlpatterns)
    assert URLRouter(websocket_urlpatterns)


async def test_a_new_alert_and_what_people_do_reach_the_page(project, member, alive):
    stamp = await sync_to_async(stamp_of_inbox)(project)
    async with sockets.socket(member, f"{PATH}?stamp={stamp}") as read:
        run_id = await sync_to_async(alive)(range(4))
        await sync_to_async(watch_run)(run_id)
        assert await read() == {"again": True}
        alert = await Alert.objects.aget()
        await sync_to_async(inbox.acknowledge)(alert, by=member, now=NOW)
        await sync_to_async(announce_inbox)(project)
        assert await read() == {"again": True}


async def test_a_page_that_missed_something_is_told_at_once(project, member, alive):
    stamp = await sync_to_async(stamp_of_inbox)(project)
    await sync_to_async(watch_run)(await sync_to_async(alive)(range(4)))
    async with sockets.socket(member, f"{PATH}?stamp={stamp}") as read:
        assert await read() == {"again": True}


async def test_a_nudge_without_news_says_nothing(project, member, alive):
    stamp = await sync_to_async(stamp_of_inbox)(project)
    async with sockets.socket(member, f"{PATH}?stamp={stamp}") as read:
        await sync_to_async(announce_inbox)(project)
        assert await read(timeout=1.5) is None


async def test_an_outsider_finds_nothing(project, outsider):
    async with sockets.socket(outsider, PATH) as read:
        assert await read() == {"type": "websocket.close", "code": 4404}
