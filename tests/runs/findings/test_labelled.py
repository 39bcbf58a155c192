"""Rules say of labelled runs what people said of them."""

from collections import Counter

import pytest

from runs.findings.signatures import SIGNATURES
from runs.judging import judge_run
from runs.store import save
from tests.recordings import NOW
from tests.runs.findings.labelled import Labelled, labelled_runs

RUNS = labelled_runs()
LEAST = 4  # runs that show a signature, and near misses


@pytest.mark.django_db
@pytest.mark.parametrize("labelled", RUNS, ids=lambda labelled: labelled.name)
def test_labelled_run_has_its_findings(project, labelled: Labelled) -> None:
    project.settings = {"findings": dict(labelled.settings)}
    project.save()
    [saved] = save(project, labelled.make(), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    assert ruling is not None
    found = {row.signature for row in ruling.findings}
    said = [(row.signature, row.sentence) for row in ruling.findings]
    assert labelled.shows - found == set(), said
    assert labelled.lacks & found == set(), said


def test_labels_name_signatures() -> None:
    named = {slug for labelled in RUNS for slug in labelled.shows | labelled.lacks}
    assert named - SIGNATURES.keys() == set()


def test_every_signature_has_positive_and_negative_runs() -> None:
    shown = Counter(slug for labelled in RUNS for slug in labelled.shows)
    lacking = Counter(slug for labelled in RUNS for slug in labelled.lacks)
    few = {slug: (shown[slug], lacking[slug]) for slug in SIGNATURES}
    assert {slug: counts for slug, counts in few.items() if min(counts) < LEAST} == {}
