"""The socket of the cards: says that the page should be fetched again, to whom may see it."""

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from runs.judging import judge_run
from runs.live import announce_judged
from runs.models import Run
from runs.queries.cards import stamp_of_findings
from runs.rule_settings import resolve_signature
from runs.store import save
from tests.recordings import NOW
from tests.runs.test_consumers import socket
from tests.runs.test_judging import looping

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/ws/findings/acme/checkout/"


@sync_to_async
def record(project, name="looping"):
    [saved] = save(project, looping(name), now=NOW)
    with transaction.atomic():
        judge_run(saved.id, now=NOW)


@sync_to_async
def announce(project):
    run = Run.objects.latest("created_at")
    announce_judged(project, run.id, run.revision, 1)


read_stamp = sync_to_async(stamp_of_findings)


async def test_a_judgement_between_the_page_and_its_socket_is_told_at_once(project, member):
    stamp = await read_stamp(project)
    await record(project)
    async with socket(member, f"{PATH}?stamp={stamp}") as read:
        assert await read() == {"again": True}


async def test_a_judgement_while_the_page_is_open_is_told(project, member):
    await record(project)
    async with socket(member, f"{PATH}?stamp={await read_stamp(project)}") as read:
        assert await read(timeout=1) is None
        await record(project, "second")
        await announce(project)
        assert await read() == {"again": True}


async def test_a_card_that_somebody_resolves_is_told(project, member):
    await record(project)
    async with socket(member, f"{PATH}?stamp={await read_stamp(project)}") as read:
        await sync_to_async(resolve_signature)(project, "tool-loop", by=member, now=timezone.now())
        await announce(project)
        assert await read() == {"again": True}


async def test_a_nudge_without_news_says_nothing(project, member):
    await record(project)
    async with socket(member, f"{PATH}?stamp={await read_stamp(project)}") as read:
        await announce(project)
        assert await read(timeout=1.5) is None


async def test_an_outsider_finds_nothing(project, outsider):
    async with socket(outsider, PATH) as read:
        assert await read() == {"type": "websocket.close", "code": 4404}
