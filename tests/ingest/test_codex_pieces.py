"""Rollouts that come in pieces: growing files, the files of a run one by one, forks, both kinds of output."""

from itertools import permutations

import pytest

from ingest import pipeline
from ingest.sources import SourceFile
from runs.models import FileChange, Run, Step
from tests.ingest.formats.codex.script import LATER, THREAD
from tests.ingest.formats.codex.test_changes import ADD, EDIT, patched
from tests.ingest.formats.codex.test_rollouts import fix
from tests.ingest.formats.codex.test_threads import CHILD, Script, child, parent

pytestmark = pytest.mark.django_db


def take(project, data, name="rollout.jsonl"):
    return pipeline.take_files(project, [SourceFile(name, data)], now=LATER)


def sums(run):
    return (
        run.prompts,
        run.llm_calls,
        run.tool_calls,
        run.input_tokens,
        run.cache_read_tokens,
        run.output_tokens,
    )


def test_a_file_that_grows_line_by_line_ends_as_the_whole(project):
    lines = fix().data.splitlines(keepends=True)
    for size in range(1, len(lines) + 1):
        take(project, b"".join(lines[:size]))
    run = Run.objects.get()
    assert (run.status, run.name) == ("done", "Fix the total")
    assert sums(run) == (1, 2, 1, 800, 1400, 70)
    assert Step.objects.count() == 4


@pytest.mark.parametrize("order", list(permutations((0, 1))))
def test_a_sub_agents_file_joins_its_run_in_any_order(project, order):
    files = [parent().data, child(session_id=THREAD).data]
    for number in (*order, *order):
        take(project, files[number])
    run = Run.objects.get()
    assert (run.external_id, run.task, run.agents) == (THREAD, "Do both", 1)
    assert sums(run) == (1, 3, 2, 160, 50, 20)
    assert set(Step.objects.filter(agent=CHILD).values_list("parent_key", flat=True)) == {"s1"}
    assert Step.objects.get(key="s1").detail["transcript"] == "here"


def test_a_fork_is_billed_for_what_is_new_in_it(project):
    fork = Script(thread=CHILD, forked_from_id=THREAD)
    fork.records += parent().records
    fork.says("Another way.")
    fork.counts(7, 0, 3)
    take(project, parent().data)
    take(project, fork.data)
    old, new = Run.objects.get(external_id=THREAD), Run.objects.get(external_id=CHILD)
    assert (old.input_tokens, new.input_tokens, new.output_tokens) == (100, 7, 3)
    assert new.parent_external_id == THREAD


def test_changes_are_the_same_however_often_they_come(project):
    script = patched((ADD, "Success.\nA a.py\n", None), (EDIT, "Success.\nM a.py\n", None))
    take(project, script.data)
    take(project, script.data)
    assert sorted(FileChange.objects.values_list("key", "path", "op", "additions", "deletions")) == [
        ("p0:0", "a.py", "create", 2, 0),
        ("p1:0", "a.py", "edit", 1, 1),
    ]
