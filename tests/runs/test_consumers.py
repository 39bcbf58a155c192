"""Live sockets: what a page at some revision plus frames shows is what a page rendered fresh shows."""

import asyncio
import json
import random
import re
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from runs.fragments import step_frames
from runs.kinds import Kind, StepStatus
from runs.live import project_group, run_group
from runs.models import Run
from runs.queries.runs import RunFilter, marks_of_page, stamp_of
from runs.queries.steps import rows_after_revision
from runs.records import Batch, RunRecord, StepRecord
from runs.rooms import rooms_here
from runs.routing import websocket_urlpatterns
from runs.store import save
from teams.actions import create_project
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def socket(user, path):
    """Open a socket as a user; give a function that reads the next frame, or None when none comes."""
    communicator = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
    communicator.scope["user"] = user
    connected, _ = await communicator.connect(timeout=5)
    assert connected

    async def read(timeout=10.0):  # seconds; the machine may be busy
        try:
            message = await asyncio.wait_for(communicator.output_queue.get(), timeout)
        except TimeoutError:
            return None
        return json.loads(message["text"]) if message["type"] == "websocket.send" else message

    try:
        yield read
    finally:
        await communicator.disconnect()


def write(project, numbers, status=StepStatus.OK, run="live"):
    steps = [
        StepRecord(run=run, key=f"k{n}", kind=Kind.TOOL, tool="Bash", source="t", status=status,
                   started_at=at(n), input=f'{{"command":"echo {n}"}}')
        for n in numbers
    ]  # fmt: skip
    told = RunRecord(external_id=run, source="t", name=f"Run {run}", started_at=NOW)
    [saved] = save(project, Batch(runs=[told], steps=steps), now=NOW)
    return saved


async def nudge(saved, revision=None):
    message = {"type": "nudge", "run": str(saved.id), "revision": revision or saved.revision}
    await get_channel_layer().group_send(run_group(saved.id), message)


def fresh(project, run_id):
    """What a page rendered now shows: rows by number."""
    run = Run.objects.get(id=run_id)
    return {
        frame.seq: frame.html for frame in step_frames(project, run, rows_after_revision(run, 0, limit=9999))
    }


def take(shown, frame):
    for row in frame["rows"]:
        shown[row["seq"]] = row["html"]


async def test_frames_bring_what_was_written_after_the_revision(project, member):
    saved = await sync_to_async(write)(project, range(3))
    async with socket(member, f"/ws/runs/{saved.id}/?after={saved.revision - 1}") as read:
        missed = await read()
        assert [row["seq"] for row in missed["rows"]] == [2]
        assert missed["revision"] == saved.revision
        assert "Run live" in missed["header"]
        assert (missed["title"], missed["counts"]["steps"]) == ("Run live", "3")
        assert "Nothing failed so far" in missed["overview"]
        again = await sync_to_async(write)(project, [1, 3], StepStatus.FAILED)
        await nudge(again)
        frame = await read()
        assert [row["seq"] for row in frame["rows"]] == [1, 3]
        assert "is-fail" in frame["rows"][0]["html"]
        assert "What failed so far" in frame["overview"]
        assert frame["counts"]["steps"] == "4"


@pytest.mark.parametrize("seed", range(3))
async def test_dropped_and_doubled_nudges_leave_no_gap_and_no_double(project, member, seed):
    chance = random.Random(seed)
    saved = await sync_to_async(write)(project, range(5))
    shown, revision = {}, 0
    for _ in range(3):  # three connections, each resuming where the last one ended
        async with socket(member, f"/ws/runs/{saved.id}/?after={revision}") as read:
            for _ in range(4):
                numbers = [chance.randrange(30) for _ in range(3)]
                status = chance.choice([StepStatus.OK, StepStatus.FAILED])
                saved = await sync_to_async(write)(project, numbers, status)
                for _ in range(chance.choice([0, 1, 2])):
                    await nudge(saved)
            await nudge(saved)
            while revision < saved.revision and (frame := await read()):
                assert frame["revision"] > revision
                take(shown, frame)
                revision = frame["revision"]
        saved = await sync_to_async(write)(project, [chance.randrange(40)])  # while nobody listens
    async with socket(member, f"/ws/runs/{saved.id}/?after={revision}") as read:
        while revision < saved.revision and (frame := await read()):
            take(shown, frame)
            revision = frame["revision"]
    assert shown == await sync_to_async(fresh)(project, saved.id)


def delegation(n):
    """A call, the span of the agent it starts, and a step in that agent's lane."""
    given = {"run": "live", "source": "t", "started_at": at(n)}
    return [
        StepRecord(key=f"t{n}", kind=Kind.TOOL, tool="Task", **given),
        StepRecord(key=f"agent:r{n}", kind=Kind.AGENT, name=f"r{n}", parent=f"t{n}", **given),
        StepRecord(key=f"s{n}", kind=Kind.TOOL, tool="Read", agent=f"r{n}", parent=f"agent:r{n}", **given),
    ]


def merge(shown, frame):
    """Take a frame as static/js/lanes.js does: the row of a span gives way to that of its call."""
    take(shown, frame)
    for row in frame["rows"]:
        for lane in map(int, re.findall(r'data-lane="(\d+)"', row["html"])):
            if lane != row["seq"]:
                shown.pop(lane, None)


@pytest.mark.parametrize("seed", range(4))
async def test_delegations_that_come_in_any_order_end_as_a_fresh_page(project, member, seed):
    chance = random.Random(seed)
    steps = [step for n in range(4) for step in delegation(n)]
    chance.shuffle(steps)
    [saved] = await sync_to_async(save)(project, Batch(steps=steps[:1]), now=NOW)
    shown, revision = {}, 0
    async with socket(member, f"/ws/runs/{saved.id}/?after=0") as read:
        for step in steps[1:]:
            [saved] = await sync_to_async(save)(project, Batch(steps=[step]), now=NOW)
            if chance.random() < 0.6:
                await nudge(saved)
        await nudge(saved)
        while revision < saved.revision and (frame := await read()):
            merge(shown, frame)
            revision = frame["revision"]
    page = await sync_to_async(fresh)(project, saved.id)
    assert shown == page
    assert len(page) == 8  # four calls and the four steps in their lanes


async def test_many_missed_rows_come_in_bounded_frames(project, member):
    saved = await sync_to_async(write)(project, range(450))
    async with socket(member, f"/ws/runs/{saved.id}/?after=0") as read:
        frames = [await read() for _ in range(3)]
    assert [len(frame["rows"]) for frame in frames] == [160, 160, 130]
    assert [row["seq"] for frame in frames for row in frame["rows"]] == list(range(450))


async def test_a_gap_too_long_to_send_asks_to_load_anew(project, member):
    saved = await sync_to_async(write)(project, range(1_100))
    async with socket(member, f"/ws/runs/{saved.id}/?after=0") as read:
        assert await read() == {"reload": True}


async def test_sub_agent_rows_say_whose_lane_they_are_in(project, member):
    steps = [
        StepRecord(
            run="live", key="a", kind=Kind.AGENT, tool="Task", name="Explore", source="t", started_at=NOW
        ),
        StepRecord(
            run="live",
            key="b",
            kind=Kind.TOOL,
            tool="Read",
            agent="x",
            parent="a",
            source="t",
            started_at=NOW,
        ),
    ]
    await sync_to_async(save)(project, Batch(steps=steps[:1]), now=NOW)
    [saved] = await sync_to_async(save)(project, Batch(steps=steps[1:]), now=NOW)
    async with socket(member, f"/ws/runs/{saved.id}/?after=1") as read:
        frame = await read()
    assert [(row["seq"], row["parent"]) for row in frame["rows"]] == [(1, 0), (0, None)]
    assert "1 step" in frame["rows"][1]["html"]


async def test_all_who_watch_a_run_share_a_room_and_the_last_one_closes_it(project, member, owner):
    saved = await sync_to_async(write)(project, range(3))
    path = f"/ws/runs/{saved.id}/?after="
    async with socket(member, f"{path}0") as behind, socket(owner, f"{path}{saved.revision}") as fresh_one:
        assert [row["seq"] for row in (await behind())["rows"]] == [0, 1, 2]
        [room] = rooms_here().values()
        while len(room.watchers) < 2:
            await asyncio.sleep(0.01)
        again = await sync_to_async(write)(project, [1], StepStatus.FAILED)
        await nudge(again)
        frames = [await behind(), await fresh_one()]
        assert frames[0] == frames[1]
        assert [row["seq"] for row in frames[0]["rows"]] == [1]
    assert rooms_here() == {}
    assert all(task.cancelling() for task in room.tasks)


async def test_run_without_nudges_is_repaired_by_the_heartbeat(project, member, monkeypatch):
    monkeypatch.setattr("runs.rooms.Room.heartbeat", 0.3)
    saved = await sync_to_async(write)(project, range(2))
    async with socket(member, f"/ws/runs/{saved.id}/?after={saved.revision}") as read:
        assert await read() == {"ping": True}
        await sync_to_async(write)(project, [2])
        frames = [await read() for _ in range(3)]
    assert [frame["rows"][0]["seq"] for frame in frames if "rows" in frame] == [2]


@pytest.mark.parametrize(
    "place", ["runs/{run}/", "projects/{team}/{project}/", "runs/01a1f8d6-cfc2-773d-80db-8941ec3107c2/"]
)
async def test_outsider_finds_a_closed_socket(project, outsider, place):
    saved = await sync_to_async(write)(project, [0])
    path = place.format(run=saved.id, team=project.team.slug, project=project.slug)
    async with socket(outsider, f"/ws/{path}") as read:
        assert await read() == {"type": "websocket.close", "code": 4404}


async def test_anonymous_finds_a_closed_socket(project):
    from django.contrib.auth.models import AnonymousUser

    saved = await sync_to_async(write)(project, [0])
    async with socket(AnonymousUser(), f"/ws/runs/{saved.id}/") as read:
        assert await read() == {"type": "websocket.close", "code": 4404}


async def test_list_frames_bring_rows_of_the_filter_and_name_the_others(project, member):
    saved = await sync_to_async(write)(project, [0])
    group = project_group(project.pk)
    message = {"type": "nudge", "run": str(saved.id), "revision": 1}
    base = f"/ws/projects/{project.team.slug}/{project.slug}/"
    async with (
        socket(member, base + "?status=running") as read,
        socket(member, base + "?status=done") as other,
    ):
        await asyncio.sleep(0.4)
        await get_channel_layer().group_send(group, message)
        frame, without = await read(), await other()
    assert ([row["run"] for row in frame["rows"]], frame["gone"]) == ([str(saved.id)], [])
    assert (without["rows"], without["gone"]) == ([], [str(saved.id)])
    assert "1 run" in frame["summary"]


async def test_lists_under_the_same_filters_share_a_room_and_others_do_not(project, member, owner):
    saved = await sync_to_async(write)(project, [0])
    other = await sync_to_async(create_project)(project.team, "Other")
    base, elsewhere = (f"/ws/projects/{one.team.slug}/{one.slug}/" for one in (project, other))
    async with (
        socket(member, f"{base}?agent=&status=running&failures=1&stamp=old") as outdated,
        socket(owner, f"{base}?failures=1&status=running") as same,
        socket(member, f"{base}?failures=1") as wider,
        socket(member, f"{elsewhere}?failures=1&status=running") as there,
    ):
        assert await outdated() == {"again": True}
        while sorted(len(room.watchers) for room in rooms_here().values()) != [1, 1, 2]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.4)
        again = await sync_to_async(write)(project, [0], StepStatus.FAILED)
        message = {"type": "nudge", "run": str(again.id), "revision": again.revision}
        await get_channel_layer().group_send(project_group(project.pk), message)
        frames = [await outdated(), await same(), await wider()]
        assert frames[0] == frames[1] == frames[2]
        assert [row["run"] for row in frames[0]["rows"]] == [str(saved.id)]
        assert await there(0.5) is None
        rooms = list(rooms_here().values())
    assert rooms_here() == {}
    assert all(task.cancelling() for room in rooms for task in room.tasks)


async def test_list_tells_only_those_to_fetch_again_whose_page_is_old(project, member, owner):
    await sync_to_async(write)(project, [0])
    base = f"/ws/projects/{project.team.slug}/{project.slug}/"
    seen = await sync_to_async(stamp)(project)
    async with socket(member, f"{base}?stamp={seen}") as first:
        assert await first(0.5) is None
        async with socket(owner, f"{base}?stamp=older") as late:
            assert await late() == {"again": True}
            assert await first(0.5) is None


@pytest.mark.parametrize("leave", ["removed", "deactivated"])
@pytest.mark.parametrize("page", ["run", "list"])
async def test_who_is_no_member_any_more_gets_no_frame(project, member, monkeypatch, leave, page):
    monkeypatch.setattr("runs.rooms.SOCKET_ACCESS_SECONDS", 0)
    saved = await sync_to_async(write)(project, range(2))
    run, listed = f"/ws/runs/{saved.id}/", f"/ws/projects/{project.team.slug}/{project.slug}/"
    async with socket(member, run if page == "run" else listed) as read:
        await asyncio.sleep(0.3)
        if leave == "removed":
            await sync_to_async(member.memberships.all().delete)()
        else:
            await type(member).objects.filter(pk=member.pk).aupdate(is_active=False)
        again = await sync_to_async(write)(project, range(2, 4))
        message = {"type": "nudge", "run": str(again.id), "revision": again.revision}
        group = run_group(again.id) if page == "run" else project_group(project.pk)
        await get_channel_layer().group_send(group, message)
        assert (await read())["type"] == "websocket.close"


def stamp(project):
    return stamp_of(marks_of_page(project, RunFilter()))


async def test_list_that_changed_before_the_socket_joined_is_fetched_again(project, member):
    await sync_to_async(write)(project, range(2))
    seen = await sync_to_async(stamp)(project)
    path = f"/ws/projects/{project.team.slug}/{project.slug}/?stamp={seen}"
    async with socket(member, path) as read:
        assert await read(0.5) is None  # the page is as it was
    await sync_to_async(write)(project, range(2), run="another")
    async with socket(member, path) as read:
        assert await read() == {"again": True}
        assert await read(0.5) is None


async def test_list_without_nudges_is_repaired_by_the_heartbeat(project, member, monkeypatch):
    monkeypatch.setattr("runs.rooms.Room.heartbeat", 0.3)
    await sync_to_async(write)(project, range(2))
    path = f"/ws/projects/{project.team.slug}/{project.slug}/"
    async with socket(member, path) as read:
        assert await read() == {"ping": True}
        await sync_to_async(write)(project, range(2), run="unannounced")
        frames = [await read() for _ in range(2)]
        assert {"again": True} in frames
        told = await sync_to_async(write)(project, range(5))
        message = {"type": "nudge", "run": str(told.id), "revision": told.revision}
        await get_channel_layer().group_send(project_group(project.pk), message)
        later = [frame for frame in [await read() for _ in range(4)] if frame != {"ping": True}]
        assert [len(frame["rows"]) for frame in later] == [1]  # what was told is not missed
