"""Rules say of labelled runs what people said of them."""

import random
from collections import Counter

import pytest

from runs.findings.signatures import SIGNATURES
from runs.judging import judge_run
from runs.models import Run, Step
from runs.records import Batch, ChangeRecord, StepRecord
from runs.retention import delete_runs
from runs.store import save
from teams.models import Project
from tests.recordings import NOW
from tests.runs.findings.labelled import Labelled, labelled_runs

RUNS = labelled_runs()
WITH_EARLIER = [labelled for labelled in RUNS if labelled.earlier]
LEAST = 4  # runs that show a signature, and near misses


@pytest.mark.django_db
@pytest.mark.parametrize("labelled", RUNS, ids=lambda labelled: labelled.name)
def test_labelled_run_has_its_findings(project, labelled: Labelled) -> None:
    project.settings = {"findings": dict(labelled.settings)}
    project.save()
    for batch in labelled.batches():
        [saved] = save(project, batch, now=NOW)
        ruling = judge_run(saved.id, now=NOW)
    assert ruling is not None
    found = {row.signature for row in ruling.findings}
    said = [(row.signature, row.sentence) for row in ruling.findings]
    assert labelled.shows - found == set(), said
    assert labelled.lacks & found == set(), said


def halves(batch: Batch, seed: int) -> list[Batch]:
    """Divide what a run says at random, its steps in any order."""
    chance = random.Random(seed)
    parts = [*batch.steps, *batch.changes]
    chance.shuffle(parts)
    return [
        Batch(
            runs=batch.runs,
            steps=[part for part in some if isinstance(part, StepRecord)],
            changes=[part for part in some if isinstance(part, ChangeRecord)],
        )
        for some in (parts[::2], parts[1::2])
    ]


def told(project: Project, *batches: Batch) -> list[tuple[object, ...]]:
    """Save and judge some batches after each other; what is found, with keys of steps for their numbers."""
    for batch in batches:
        [saved] = save(project, batch, now=NOW)
        ruling = judge_run(saved.id, now=NOW)
    assert ruling is not None
    keys = dict(Step.objects.filter(run_id=saved.id).values_list("seq", "key"))
    return sorted(
        (row.signature, row.severity, row.sentence, [keys[seq] for seq in row.steps], keys[row.step],
         sorted(row.numbers.items()))
        for row in ruling.findings
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("labelled", [*RUNS[::9], *WITH_EARLIER], ids=lambda labelled: labelled.name)
def test_findings_do_not_depend_on_what_came_first(project, labelled: Labelled) -> None:
    project.settings = {"findings": dict(labelled.settings)}
    project.save()
    *earlier, own = labelled.batches()
    whole = told(project, *earlier, own)
    delete_runs(list(Run.objects.values_list("id", flat=True)))
    assert told(project, *earlier, *halves(own, len(labelled.name))) == whole


def test_labels_name_signatures() -> None:
    named = {slug for labelled in RUNS for slug in labelled.shows | labelled.lacks}
    assert named - SIGNATURES.keys() == set()


def test_every_signature_has_positive_and_negative_runs() -> None:
    shown = Counter(slug for labelled in RUNS for slug in labelled.shows)
    lacking = Counter(slug for labelled in RUNS for slug in labelled.lacks)
    few = {slug: (shown[slug], lacking[slug]) for slug in SIGNATURES}
    assert {slug: counts for slug, counts in few.items() if min(counts) < LEAST} == {}
