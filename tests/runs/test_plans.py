"""Reads of long runs walk the index made for them, however many steps and runs there are."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from runs.models import Run
from runs.queries import steps
from runs.store import save
from tests.recordings import NOW, one_of_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    with connection.cursor() as cursor:  # a small table is read whole otherwise
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    return Run.objects.get(id=saved.id)


def plans_of(read, monkeypatch):
    """Read, and explain every query that it made."""
    plans = []

    def fetch(queryset):
        if queryset._result_cache is None:
            plans.append(queryset.all().explain())
        return original(queryset)

    original = QuerySet._fetch_all
    monkeypatch.setattr(QuerySet, "_fetch_all", fetch)
    read()
    monkeypatch.undo()
    return "\n".join(plans)


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda run: steps.first_window(run, meta=False), "Index Scan using step_timeline"),
        (lambda run: steps.first_window(run, meta=False, lane="task"), "Index Scan using step_lane"),
        (lambda run: steps.lanes_of(run, ["task", "edit"]), "using step_lane"),
        (lambda run: steps.failures_of(run, limit=8), "Index Scan using step_failed"),
    ],
)
def test_reads_use_their_index(run, read, index, monkeypatch):
    plan = plans_of(lambda: read(run), monkeypatch)
    assert index in plan
    assert "hashed SubPlan" not in plan  # it would hold the keys of all steps of all runs
