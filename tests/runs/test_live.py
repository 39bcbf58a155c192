"""Nudges: sent soon, coalesced, and never in the way of ingest."""

import asyncio
import time
from types import SimpleNamespace
from uuid import uuid4

from channels.layers import get_channel_layer

from runs import live


def saved(run_id, revision):
    return SimpleNamespace(id=run_id, revision=revision)


async def test_nudges_reach_run_and_project_groups():
    layer, run_id, project = get_channel_layer(), uuid4(), SimpleNamespace(pk=12345)
    channels = [await layer.new_channel(), await layer.new_channel()]
    await layer.group_add(live.run_group(run_id), channels[0])
    await layer.group_add(live.project_group(project.pk), channels[1])
    live.announce(project, [saved(run_id, 7)])
    told = [await asyncio.wait_for(layer.receive(channel), 5) for channel in channels]
    assert told == [{"type": "nudge", "run": str(run_id), "revision": 7, "judged": 0}] * 2


def test_notes_of_one_run_become_one():
    announcer = live.Announcer.__new__(live.Announcer)
    announcer.notes, announcer.lock = {}, live.threading.Lock()
    announcer.ready = live.threading.Event()
    run_id = uuid4()
    for revision in (3, 9, 4):
        announcer.note(1, run_id, revision)
    assert announcer.notes == {run_id: (1, 9, 0)}


def test_announce_returns_at_once_and_never_raises(settings):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "runs.layers.Layer",
            "CONFIG": {"hosts": ["redis://192.0.2.1:1"]},  # nobody is there, and nobody says so
        }
    }
    start = time.monotonic()
    for _ in range(100):
        live.announce(SimpleNamespace(pk=1), [saved(uuid4(), 1)])
    live.announce(SimpleNamespace(pk=1), [object()])
    assert time.monotonic() - start < 2, "it waited for a connection"


async def test_more_runs_than_go_at_once_are_all_told():
    layer, project = get_channel_layer(), SimpleNamespace(pk=54321)
    channel = await layer.new_channel()
    await layer.group_add(live.project_group(project.pk), channel)
    ids = [uuid4() for _ in range(250)]
    live.announce(project, [saved(run_id, 1) for run_id in ids])
    told = [await asyncio.wait_for(layer.receive(channel), 5) for _ in ids]
    assert [message["run"] for message in told] == [str(run_id) for run_id in ids]
