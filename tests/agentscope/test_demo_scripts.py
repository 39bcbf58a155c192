"""The demo runs as events: true, repeatable, at the pace of people."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from agentscope.demo.builder import build
from agentscope.demo.plays import LONGEST, PAUSE, pieces_of, posts_of
from agentscope.demo.scenarios import ALL, PLAYABLE, sideways

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BY_ID = {script.id: script for script in ALL}


def lines_of(name):
    return [msgspec.json.decode(line) for line in build(BY_ID[name]).lines(START)]


def test_ids_of_runs_and_events_are_unique():
    assert len(BY_ID) == len(ALL)
    for script in ALL:
        told = [
            (e.kind, e.fields.get("id"), e.fields.get("phase"), e.fields.get("decision"))
            for e in build(script).events
        ]
        named = [one for one in told if one[1]]
        assert len(named) == len(set(named)), script.id


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.id)
def test_building_twice_gives_the_same_bytes(script):
    assert list(build(script).lines(START)) == list(build(script).lines(START))


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.id)
def test_times_never_run_backwards(script):
    times = [event.at for event in build(script).events]
    assert times == sorted(times)


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.id)
def test_each_call_extends_the_conversation_except_after_a_compaction(script):
    sent = {}
    for event in build(script).events:
        if event.kind == "compaction":
            sent.pop("", None)
        if event.kind == "llm_call" and event.fields["phase"] == "start":
            lane = event.fields.get("agent", "")
            messages = msgspec.json.decode(event.fields["messages"])
            assert messages[: len(sent.get(lane, []))] == sent.get(lane, [])
            sent[lane] = messages


def test_file_changes_follow_each_other():
    """What a call found is what the call before it left; a snapshot begins where its call does."""
    for script in ALL:
        left, found = {}, {}
        for event in build(script).events:
            if event.kind == "file_change":
                path, step, before = event.fields["path"], event.fields["step"], event.fields.get("before")
                found.setdefault((step, path), left.get(path, before))
                assert before == found[step, path], (script.id, path)
                left[path] = event.fields["after"]


def test_sideways_hides_a_change_behind_sed():
    changes = [line for line in lines_of("demo-sideways") if line["kind"] == "file_change"]
    assert [(c["path"], c["origin"]) for c in changes] == [
        ("auth/session.ts", "declared"),
        ("config/default.ts", "observed"),
    ]
    assert "ttl: 36OO," in changes[1]["after"]
    assert changes[1]["before"].replace("3600", "36OO") == changes[1]["after"]


def test_retried_run_waits_after_429_and_529():
    retries = [line for line in lines_of("demo-retried") if line["kind"] == "retry"]
    assert [(r["http_status"], r["wait_ms"]) for r in retries] == [(429, 4100), (529, 8600), (529, 1200)]


@pytest.mark.parametrize("script", PLAYABLE, ids=lambda script: script.id)
def test_play_has_the_pace_of_people(script):
    pieces = pieces_of(script, run="r", start=START)
    gaps = [after.due - before.due for before, after in pairwise(pieces)]
    assert max(gaps) < PAUSE + 0.001
    assert 35 < pieces[-1].due <= LONGEST


def test_play_stamps_events_with_the_moment_they_are_sent():
    pieces = pieces_of(sideways.SCRIPT, run="r", start=START)
    for piece in pieces:
        at = datetime.fromisoformat(msgspec.json.decode(piece.line)["ts"])
        assert abs(at - START - timedelta(seconds=piece.due)) < timedelta(milliseconds=1)


def test_play_is_the_same_for_the_same_run_and_start():
    assert pieces_of(sideways.SCRIPT, run="r", start=START) == pieces_of(
        sideways.SCRIPT, run="r", start=START
    )


def test_overdue_events_are_one_body():
    pieces = pieces_of(sideways.SCRIPT, run="r", start=START)
    everything = b"\n".join(piece.line for piece in pieces)
    assert posts_of(pieces, late=1000.0) == [(1000.0, everything)]
    assert b"\n".join(body for _, body in posts_of(pieces, late=-1.0)) == everything
