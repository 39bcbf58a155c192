"""Every recorded SDK sent into one project: each is one run, with sessions of their own and all with one."""

import random

import pytest
from msgspec import structs

from runs.models import Run
from tests import captures
from tests.ingest import test_captures, test_sdk_captures
from tests.ingest.test_captures import OTLP, TRUTH, otlp_of, told
from tests.runs.recount import drift

pytestmark = pytest.mark.django_db

OURS = sorted({*OTLP, *test_sdk_captures.NAMES})
EXPECTED = {
    name: {
        **TRUTH,
        **test_captures.EXCEPTIONS.get(name, {}),
        **test_sdk_captures.EXCEPTIONS.get(name, {}),
        "runs": len(OURS),
    }
    for name in OURS
}


def requests_of(name, session):
    """Give the requests of one recording, in a session; an OTLP recording has no others."""
    found = captures.requests_of(name) if name in test_sdk_captures.NAMES else otlp_of(name)
    return [structs.replace(sent, body=sent.body.replace(b"sess-42", session)) for sent in found]


def compared(found):
    return sorted(found, key=str)


@pytest.mark.parametrize("session", [b"sess-%02d", b"sess-42"], ids=["own", "one"])
def test_each_recording_is_one_run(session, ingest_key):
    if not OURS:
        pytest.skip("there are no recordings beside the checkout")
    requests = [
        sent
        for n, name in enumerate(OURS)
        for sent in requests_of(name, session % n if b"%" in session else session)
    ]
    random.Random(4).shuffle(requests)
    for sent in requests:
        assert captures.send(sent, ingest_key).status_code < 300
    assert compared(told(run) for run in Run.objects.all()) == compared(EXPECTED.values())
    assert drift() == []
