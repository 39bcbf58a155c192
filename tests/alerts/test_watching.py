"""The watch judges runs that changed, and keeps on when one of them cannot be judged."""

import threading

import pytest

from alerts.limits import TURN_EVERY
from alerts.watching import Watch, watch_run
from runs.models import Finding, Run
from runs.store import save
from tests.recordings import NOW, at
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


def came(project, name, second, **fields):
    """A run that came at a second: a later one has a greater id."""
    [saved] = save(project, looping(name, **fields), now=at(second))
    return saved.id


def backlog(project, runs):
    """Many due runs, the oldest first."""
    return [came(project, f"old-{number}", number) for number in range(runs)]


def test_each_due_run_has_its_turn_while_new_ones_come_as_fast_as_they_are_judged(project):
    waiting, watch, looked_at = backlog(project, 8), Watch(threading.Event()), []
    for number in range(9 * TURN_EVERY):
        came(project, f"new-{number}", 100 + number)
        looked_at.append(watch.next_run())
        watch.look_at(looked_at[-1])
    assert [run_id for run_id in looked_at if run_id in waiting] == waiting[::-1]
    assert set(waiting) <= set(Run.objects.filter(due=False).values_list("id", flat=True))


def test_newest_run_goes_before_a_backlog(project):
    backlog(project, 8)
    watch = Watch(threading.Event())
    for number in range(TURN_EVERY - 1):
        new = came(project, f"new-{number}", 100 + number)
        assert watch.next_run() == new
        watch.look_at(new)


def test_run_that_changes_all_the_time_lets_others_go_first(project):
    old, busy = came(project, "old", 1), came(project, "busy", 2)
    watch = Watch(threading.Event())
    watch.look_at(watch.next_run())
    came(project, "busy", 3, times=7)
    assert (watch.next_run(), Run.objects.get(id=busy).due) == (old, True)


def test_run_that_cannot_be_judged_keeps_no_place(project):
    old, broken = came(project, "old", 1), came(project, "broken", 2)
    Run.objects.filter(id=broken).update(status="unheard of")  # no story has words for it
    Watch(threading.Event()).round()
    assert list(Run.objects.filter(due=True).values_list("id", flat=True)) == [broken]
    assert "tool-loop" in found(old)
