"""Who waits for whom: what judges a run lets ingest write it, and keeps it from being deleted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from runs.judging import judge_run
from runs.kinds import Kind
from runs.models import Run, Step
from runs.records import Batch, RunRecord, StepRecord
from runs.retention import delete_runs
from runs.store import save
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db(transaction=True)


def write(project, key):
    step = StepRecord(run="r", key=key, kind=Kind.TOOL, source="t", tool="Read", started_at=at(1))
    save(project, Batch(runs=[RunRecord(external_id="r", source="t")], steps=[step]), now=NOW)


def elsewhere(action, *given):
    """Do something in a connection of its own that waits for no lock longer than a second."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            action(*given)
    finally:
        connection.close()


def test_a_run_is_written_while_it_is_judged(project):
    write(project, "a")
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        judge_run(Run.objects.get().id, now=NOW)
        other.submit(elsewhere, write, project, "b").result()
    assert list(Step.objects.order_by("seq").values_list("key", flat=True)) == ["a", "b"]
    assert Run.objects.get().due is True


def test_a_run_is_not_deleted_while_it_is_judged(project):
    write(project, "a")
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        run_id = Run.objects.get().id
        judge_run(run_id, now=NOW)
        with pytest.raises(OperationalError, match="lock timeout"):
            other.submit(elsewhere, delete_runs, [run_id]).result()
    assert Run.objects.count() == 1
