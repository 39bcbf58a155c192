"""Relatives of a run: the tree they make, what is read of it, and how a page shows it."""

import itertools
import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from runs.kinds import RunStatus
from runs.models import Run
from runs.queries.relatives import relatives_of
from runs.records import Batch, RunRecord
from runs.relatives import Bond, Relative, tree_of
from runs.store import save
from tests.recordings import NOW, at


def kin(number, **fields):
    return Relative(
        id=UUID(int=number), external_id=f"r{number}", sort_at=NOW + timedelta(seconds=number), **fields
    )


def told(runs):
    return [(branch.run.external_id, branch.depth, branch.bond) for branch in tree_of(runs)]


def test_tree_goes_down_from_the_oldest():
    runs = [
        kin(5, replay_of=str(UUID(int=2)), replay_at="7"),
        kin(2, parent="r1"),
        kin(1, session="s"),
        kin(3, session="s"),
        kin(4, parent="r1", copies=True),
        kin(6, parent="r1", session="s"),
        kin(7, parent="not here"),
    ]
    assert told(runs) == [
        ("r1", 0, Bond.ROOT),
        ("r2", 1, Bond.STARTED),
        ("r5", 2, Bond.REPLAYED),
        ("r3", 1, Bond.RESUMED),
        ("r4", 1, Bond.FORKED),
        ("r6", 1, Bond.RESUMED),
        ("r7", 0, Bond.ROOT),
    ]


def test_circle_is_broken_at_its_smallest():
    assert told([kin(1, parent="r3"), kin(2, parent="r1"), kin(3, parent="r2"), kin(4, parent="r4")]) == [
        ("r1", 0, Bond.ROOT),
        ("r2", 1, Bond.STARTED),
        ("r3", 2, Bond.STARTED),
        ("r4", 0, Bond.ROOT),
    ]


names = st.sampled_from(["", "r1", "r2", "r3", "r4", "r5", "elsewhere"])


@given(
    bonds=st.lists(st.tuples(names, names, st.sampled_from(["", "a", "b"])), min_size=1, max_size=5),
)
def test_every_run_is_in_the_tree_once(bonds):
    runs = [
        kin(number, parent=parent, replay_of=replay, session=session)
        for number, (parent, replay, session) in enumerate(bonds, 1)
    ]
    found = tree_of(runs)
    assert sorted(branch.run.external_id for branch in found) == sorted(run.external_id for run in runs)
    assert found[0].depth == 0
    assert all(after.depth <= before.depth + 1 for before, after in itertools.pairwise(found))


def record(project, *runs):
    given = {"source": "test", "agent": "loop", "status": RunStatus.DONE}
    batch = Batch(runs=[RunRecord(**given | {"started_at": at(n)} | run) for n, run in enumerate(runs)])
    save(project, batch, now=NOW)
    return {run.external_id: run for run in Run.objects.all()}


@pytest.fixture
def family(project):
    return record(
        project,
        {"external_id": "first", "session": "s"},
        {"external_id": "again", "session": "s"},
        {"external_id": "child", "parent": "first"},
        {"external_id": "grandchild", "parent": "child"},
        {"external_id": "replay", "meta": {"replay_of": "grandchild", "replay_at": "3"}},
        {"external_id": "stranger", "session": "t"},
    )


@pytest.mark.django_db
def test_relatives_are_found_from_everywhere(project, family):
    for name in ("first", "again", "child", "grandchild", "replay"):
        found = {row.external_id for row in relatives_of(project, family[name])}
        assert found == {"first", "again", "child", "grandchild", "replay"}, name
    with CaptureQueriesContext(connection) as queries:
        assert [row.external_id for row in relatives_of(project, family["stranger"])] == ["stranger"]
    assert len(queries) == 1


@pytest.mark.django_db
def test_relatives_of_another_project_are_none(project, family, team, owner):
    from teams.actions import create_project

    other = create_project(team, "Other")
    save(other, Batch(runs=[RunRecord(external_id="x", source="t", parent="first", session="s")]), now=NOW)
    assert "x" not in {row.external_id for row in relatives_of(project, family["first"])}
    [alone] = Run.objects.filter(project=other)
    assert [row.external_id for row in relatives_of(other, alone)] == ["x"]


@pytest.mark.django_db
def test_only_the_nearest_are_shown(project, client, member):
    children = ({"external_id": f"c{n}", "parent": "first"} for n in range(70))
    runs = record(project, {"external_id": "first"}, *children)
    client.force_login(member)
    url = reverse("runs:run", args=[project.team.slug, project.slug, runs["first"].id])
    text = client.get(url).content.decode()
    assert "Only the nearest 60 are shown." in text
    assert text.count("started by it") == 59


@pytest.mark.django_db
def test_page_shows_the_tree_with_links(client, member, project, family):
    client.force_login(member)
    base = [project.team.slug, project.slug]
    text = client.get(reverse("runs:run", args=[*base, family["child"].id])).content.decode()
    assert "Related runs" in text
    assert "stranger" not in text
    source = reverse("runs:run", args=[*base, family["grandchild"].id])
    assert f'<a class="link" href="{source}?step=3">replayed from step 3</a>' in text
    assert "<b>child</b>" in text
    assert "same session" in text
    alone = client.get(reverse("runs:run", args=[*base, family["stranger"].id])).content.decode()
    assert "Related runs" not in alone


@pytest.mark.django_db
def test_each_way_has_an_index(project, family):
    """Among many runs PostgreSQL must find an index for each way."""
    many = ({"external_id": f"many-{n}", "session": f"s{n}", "parent": f"p{n}"} for n in range(2_000))
    record(project, *many)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE runs_run")
        with CaptureQueriesContext(connection) as queries:
            relatives_of(project, family["stranger"])
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for name in ("run_children", "run_session", "run_replays"):
        assert name in plan, plan


@pytest.mark.django_db
def test_native_run_start_tells_what_it_replays(client, project, ingest_key):
    start = {
        "v": 1,
        "run": "b",
        "kind": "run_start",
        "replay_of": "a",
        "replay_at": 12,
        "meta": {"user": "m"},
    }
    answer = client.post(
        "/api/v1/events", json.dumps(start), content_type="application/json",
        headers={"authorization": f"Bearer {ingest_key}"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert Run.objects.get().meta == {"user": "m", "replay_of": "a", "replay_at": "12"}


@pytest.mark.django_db
def test_odd_replay_and_long_names_are_stored(project):
    """`meta` is the client's own: what stands in it must not break the index."""
    record(
        project,
        {"external_id": "a", "meta": {"replay_of": "é" * 3_000}},
        {"external_id": "b", "meta": {"replay_of": {"x": 1}, "replay_at": [1]}, "session": "s" * 5_000},
        {"external_id": "c", "meta": {"replay_of": None}, "parent": "p" * 5_000},
    )
    for run in Run.objects.all():
        assert [row.external_id for row in relatives_of(project, run)] == [run.external_id]
