"""The watch judges runs that changed, and keeps on when one of them cannot be judged."""

import threading

import pytest

from alerts.watching import Watch, watch_run
from runs.models import Finding, Run
from runs.store import save
from tests.recordings import NOW
from tests.runs.test_judging import looping

pytestmark = pytest.mark.django_db


def found(run_id):
    return sorted(Finding.objects.filter(run_id=run_id).values_list("signature", flat=True))


def test_a_round_judges_what_is_due(project):
    [one], [two] = save(project, looping("one"), now=NOW), save(project, looping("two"), now=NOW)
    assert Watch(threading.Event()).round() is True
    assert {"hidden-change", "tool-loop"} <= set(found(one.id))
    assert found(one.id) == found(two.id)
    assert list(Run.objects.filter(due=True)) == []


def test_a_round_without_due_runs_says_so(project):
    save(project, looping(), now=NOW)
    watch = Watch(threading.Event())
    watch.round()
    assert watch.round() is False


def test_a_run_that_is_gone_is_nothing(project):
    assert watch_run("019b0000-0000-7000-8000-000000000000") is None
