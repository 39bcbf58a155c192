"""An exported run, imported again, is the same run: row by row, message by message."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from ingest.pipeline import take_events, take_files
from ingest.sources import SourceFile
from runs.contents import read_messages
from runs.kinds import Kind
from runs.models import FileChange, Run, Step, StepName
from runs.queries.exports import archive_of
from runs.records import Batch, StepRecord
from runs.store import save
from teams.actions import create_project
from tests.recordings import one_of_everything

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "claude_code"
#: What another place or a later time makes different.
OF_THE_PLACE = {"id", "project_id", "run_id", "revision", "created_at", "updated_at", "sort_at", "due"}

pytestmark = pytest.mark.django_db


def rows_of(model, **chosen):
    rows = model.objects.filter(**chosen).order_by("pk").values()
    return [{name: _plain(value) for name, value in row.items() if name not in OF_THE_PLACE} for row in rows]


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return bytes(value) if isinstance(value, memoryview) else value


def all_of(run):
    """Everything stored of a run, with every message list as the model saw it."""
    steps = Step.objects.filter(run_id=run.id).exclude(context_digest=None).order_by("seq")
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, size FROM runs_blob WHERE run_id = %s ORDER BY 1", [run.id])
        blobs = [(bytes(digest), size) for digest, size in cursor.fetchall()]
    return {
        "run": rows_of(Run, id=run.id),
        "steps": rows_of(Step, run_id=run.id),
        "changes": rows_of(FileChange, run_id=run.id),
        "names": rows_of(StepName, run_id=run.id),
        "messages": [read_messages(run.id, step.context_digest) for step in steps],
        "blobs": blobs,
    }


@pytest.fixture
def elsewhere(project):
    return create_project(project.team, "Elsewhere")


def copied(run, project):
    """Export a run and import the file into another project."""
    file = SourceFile("run.jsonl", b"".join(archive_of(run)))
    outcome = take_files(project, [file], now=NOW)
    assert outcome.batch.quarantined == []
    return Run.objects.get(project=project, external_id=run.external_id)


def test_run_with_one_of_everything_comes_back_whole(project, elsewhere):
    [saved] = save(project, one_of_everything(), now=NOW)
    run = Run.objects.get(id=saved.id)
    assert all_of(copied(run, elsewhere)) == all_of(run)


def test_archive_can_be_posted_as_events(project, elsewhere):
    [saved] = save(project, one_of_everything(), now=NOW)
    run = Run.objects.get(id=saved.id)
    outcome = take_events(elsewhere, b"".join(archive_of(run)), run=None, now=NOW)
    assert outcome.batch.quarantined == []
    assert all_of(Run.objects.get(project=elsewhere)) == all_of(run)


def test_archive_of_a_run_changes_nothing_where_it_came_from(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    run = Run.objects.get(id=saved.id)
    before = all_of(run)
    copied(run, project)
    assert (Run.objects.count(), all_of(run)) == (1, before)


def told(key, source, names, **fields):
    step = StepRecord(run="r", key=key, kind=Kind.TOOL, source=source, names=names, **fields)
    return Batch(steps=[step])


def test_copy_knows_steps_by_their_names(project, elsewhere):
    """Two steps turn out to be one, and a third has the weak name of another: all stay what they are."""
    at, later = NOW.replace(hour=5), NOW.replace(hour=6)
    told_first = [
        told("hook-1", "hook", ("hook:1",), tool="Bash", started_at=at),
        told("trace-1", "trace", ("trace:1",), ended_at=later, output="fine"),
        told("both", "log", ("hook:1", "trace:1")),
        told("alone", "hook", ("hook:2", "~text:a"), started_at=at),
        told("other", "trace", ("~text:a",), started_at=later),
        told("third", "hook", ("hook:3", "~text:a"), started_at=later),
    ]
    for batch in told_first:
        save(project, batch, now=NOW)
    run = Run.objects.get()
    assert list(Step.objects.order_by("seq").values_list("key", "kind", "sources")) == [
        ("hook-1", "tool", ["hook", "trace", "log"]),
        ("trace-1", "event", ["trace"]),
        ("alone", "tool", ["hook", "trace"]),
        ("third", "tool", ["hook"]),
    ]
    copy = copied(run, elsewhere)
    assert all_of(copy) == all_of(run)
    save(elsewhere, told("span-9", "span", ("trace:1",), model="m"), now=NOW)
    row = Step.objects.get(run_id=copy.id, key="hook-1")
    assert (row.sources, row.tool, row.model) == (["hook", "trace", "log", "span"], "Bash", "m")
    assert Step.objects.filter(run_id=copy.id).count() == 4


@pytest.mark.parametrize("path", sorted(DATA.glob("*.jsonl")), ids=lambda path: path.stem)
def test_real_transcript_comes_back_whole(path, project, elsewhere):
    take_files(project, [SourceFile(path.name, path.read_bytes())], now=NOW)
    for run in Run.objects.filter(project=project):
        assert all_of(copied(run, elsewhere)) == all_of(run)


def test_archive_says_each_text_once(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    lines = [json.loads(line) for line in b"".join(archive_of(Run.objects.get(id=saved.id))).splitlines()]
    digests = [line["record"]["digest"] for line in lines if line["kind"] == "archived_text"]
    assert len(digests) == len(set(digests)) > 0
    assert [line["kind"] for line in lines[:1]] == ["archived_run"]
    assert {line["v"] for line in lines} == {1}


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"key": "x", "kind": "nonsense", "sources": []}, "cannot be read"),
        ({"key": "x", "kind": "tool", "sources": [], "turn": 10**30}, "cannot be read"),
        ({"key": "x", "kind": "tool", "sources": [], "input": {"digest": "00"}}, "refers to 00"),
        ({"key": "x", "kind": "llm", "sources": [], "context": "11"}, "refers to 11"),
        ("no object", "cannot be read"),
    ],
)
def test_damaged_line_is_kept_with_its_reason_and_the_rest_stored(project, record, why):
    lines = [
        {"v": 1, "run": "r", "kind": "archived_step", "record": record},
        {
            "v": 1,
            "run": "r",
            "kind": "archived_step",
            "record": {"key": "y", "kind": "tool", "sources": ["s"]},
        },
    ]
    outcome = take_events(project, "\n".join(map(json.dumps, lines)).encode(), run=None, now=NOW)
    assert [why in problem.why for problem in outcome.batch.quarantined] == [True]
    assert list(Step.objects.values_list("key", "sources")) == [("y", ["s"])]
