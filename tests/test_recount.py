"""Real transcripts, whole and grown in pieces: the same rows, and counters that a recount confirms."""

import random
from pathlib import Path

import pytest
from django.utils import timezone

from ingest import pipeline
from ingest.sources import SourceFile
from runs.models import BilledCall, Blob, ContextNode, FileChange, Run, RunSum, Step
from tests.runs.recount import drift

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "claude_code"
FILES = sorted(DATA.glob("*.jsonl"))
CUTS = 3
TABLES = (Step, FileChange, ContextNode, BilledCall, Run)
#: What says when and in which order something came.
ARRIVAL = {
    "seq", "revision", "n", "run_id", "id", "created_at", "updated_at", "sort_at", "sources", "raw",
}  # fmt: skip

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILES, reason="there are no recorded traces beside the checkout"),
]


def take(project, path, data):
    return pipeline.take_files(project, [SourceFile(path.name, data)], now=timezone.now())


def everything():
    tables = {}
    for table in TABLES:
        rows = table.objects.values()
        kept = [{name: plain(row[name]) for name in row if name not in ARRIVAL} for row in rows]
        tables[table.__name__] = sorted(kept, key=repr)
    return tables


def plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def forget():
    for table in (*TABLES, Blob, RunSum):
        table.objects.all().delete()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_that_grew_is_the_file(project, path):
    data = path.read_bytes()
    take(project, path, data)
    whole = everything()
    assert drift() == []
    forget()
    chance = random.Random(path.name)
    for cut in sorted(chance.randrange(1, len(data)) for _ in range(CUTS)):
        take(project, path, data[:cut])
        assert drift() == []
    take(project, path, data)
    assert drift() == []
    grown = everything()
    for name, rows in whole.items():
        assert grown[name] == rows, name
