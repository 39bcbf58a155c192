"""Workers that keep clues say the same as one that reads all anew: nothing stale can show."""

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.findings.clue_cache import ClueCache
from runs.judging import judge_run
from runs.kinds import Kind, StepStatus
from runs.models import CluePage, Judgement, Run
from runs.queries.judging import clue_pages_of
from runs.records import Batch, RunRecord, StepRecord
from runs.retention import delete_runs
from runs.store import save
from tests.recordings import NOW, at
from tests.runs.test_judging import said

pytestmark = pytest.mark.django_db

RUN = RunRecord(external_id="long", source="test", cwd="/w", started_at=at(0))
STEPS = 520  # three pages of clues


def step(number, *, fails=False, command="make test"):
    return StepRecord(
        run="long", key=f"s{number}", kind=Kind.TOOL, source="test", tool="Bash",
        status=StepStatus.FAILED if fails else StepStatus.OK, exit_code=int(fails),
        input=f'{{"command":"{command}"}}', output="red" if fails else "green",
        error="Exit code 1" if fails else None, started_at=at(number), ended_at=at(number + 0.5),
    )  # fmt: skip


def recorded(project):
    steps = [step(number, command=f"cat f{number % 7}.py") for number in range(STEPS)]
    [saved] = save(project, Batch(runs=[RUN], steps=steps), now=NOW)
    return saved.id


def judged_anew(run_id):
    """What is found when nothing is known of a run."""
    CluePage.objects.filter(run_id=run_id).delete()
    Judgement.objects.filter(run_id=run_id).delete()
    judge_run(run_id, now=NOW)
    return said(run_id)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("one", "other", "none", "rolled back", "older")),
        st.lists(st.tuples(st.integers(0, STEPS + 20), st.booleans()), max_size=4),
    ),
    min_size=2,
    max_size=8,
)


class _Stopped(Exception):
    """The worker is killed before it commits."""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_workers_that_take_turns_say_what_one_without_a_cache_says(project, changes):
    run_id = recorded(project)
    caches = {"one": ClueCache(), "other": ClueCache()}
    for worker, steps in changes:
        batch = Batch(runs=[RUN], steps=[step(number, fails=fails) for number, fails in steps])
        save(project, batch, now=NOW)
        if worker in caches:
            judge_run(run_id, now=NOW, cache=caches[worker])
        elif worker == "rolled back":
            with suppress(_Stopped), transaction.atomic():
                judge_run(run_id, now=NOW, cache=caches["one"])
                raise _Stopped
        elif worker == "older":
            Judgement.objects.filter(run_id=run_id).update(clue_version=0)
    for cache in caches.values():
        judge_run(run_id, now=NOW, cache=cache)
        kept = said(run_id)
        assert kept == judged_anew(run_id)
    delete_runs([run_id])


def test_only_pages_that_changed_are_read_again(project):
    run_id, cache = recorded(project), ClueCache()
    judge_run(run_id, now=NOW, cache=cache)
    before = dict(cache.pages_of(run_id))
    save(project, Batch(runs=[RUN], steps=[step(300, fails=True)]), now=NOW)
    judge_run(run_id, now=NOW, cache=cache)
    after = cache.pages_of(run_id)
    assert [after[page] is before[page] for page in (0, 1, 2)] == [True, False, True]


def test_another_workers_pages_are_read(project):
    run_id, mine, other = recorded(project), ClueCache(), ClueCache()
    judge_run(run_id, now=NOW, cache=mine)
    save(project, Batch(runs=[RUN], steps=[step(300, fails=True)]), now=NOW)
    judge_run(run_id, now=NOW, cache=other)
    pages = clue_pages_of(run_id, mine)
    assert [clue.status for clue in pages[1].clues if clue.seq == 300] == ["failed"]


def test_pages_without_a_stamp_are_read_each_time(project):
    run_id, cache = recorded(project), ClueCache()
    judge_run(run_id, now=NOW, cache=cache)
    CluePage.objects.filter(run_id=run_id).update(stamp=0)
    pages = clue_pages_of(run_id, cache)
    assert [page.stamp for page in pages.values()] == [0, 0, 0]
    cache.keep(run_id, pages)
    again = clue_pages_of(run_id, cache)
    assert [again[page] is pages[page] for page in pages] == [False, False, False]


def test_deleted_run_is_gone_whatever_is_kept(project):
    run_id, cache = recorded(project), ClueCache()
    judge_run(run_id, now=NOW, cache=cache)
    delete_runs([run_id])
    assert judge_run(run_id, now=NOW, cache=cache) is None
    assert (Run.objects.count(), clue_pages_of(run_id, cache)) == (0, {})
