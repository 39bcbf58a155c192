"""Recordings of OTLP, changed in ways that must not change the run: by encoding, order, ids, times, names.

Every change is tried with one recording; with CHANGED_CAPTURES=all in the environment each with all of them,
which takes ten minutes.
"""

import os

import pytest

from ingest.models import Trace, TraceSpan
from runs.models import FileChange, Run, Step
from tests.ingest.test_captures import (
    EXCEPTIONS,
    ORDERED,
    OTLP,
    TRUTH,
    otlp_of,
    pictured,
    send_all,
    told,
    without,
)
from tests.otlp_changes import (
    CHANGES,
    answers_named,
    apart,
    at_times,
    calls_named,
    texts,
    with_new_ids,
)

pytestmark = pytest.mark.django_db

KINDS = ("runs", "tools", "others", "changes")
#: Beside ORDERED: when a prompt was said, where only a record tells it.
OF_ORDER = {"otel_openai_v2": {"others": (8,)}}
#: Nothing in these says which session a call is of.
SESSIONLESS = ("oi_long", "otel_zero_code")


def sample():
    """Choose recordings for each change: another one each time."""
    if os.environ.get("CHANGED_CAPTURES") == "all":
        return [(change, name) for change in CHANGES for name in OTLP]
    return [(change, OTLP[7 * n % len(OTLP)]) for n, change in enumerate(CHANGES) if OTLP]


def recordings():
    """Choose recordings of programs that may serve two sessions: all, or every tenth."""
    named = [name for name in OTLP if not name.startswith(SESSIONLESS)]
    return named if os.environ.get("CHANGED_CAPTURES") == "all" else named[3::10]


def in_words(rows, words):
    """Put other words into what is pictured."""
    found = []
    for row in rows:
        for old, new in words.items():
            row = tuple(value.replace(old, new) if isinstance(value, str) else value for value in row)
        found.append(row)
    return found


@pytest.mark.parametrize(("change", "name"), sample())
def test_changed_recording_is_the_same_run(change, name, project, ingest_key):
    requests, changed = [sent for sent in otlp_of(name) if sent.body], CHANGES[change]
    send_all(requests, ingest_key)
    expected = pictured(project)
    for model in (Run, Step, FileChange, TraceSpan, Trace):
        model.objects.all().delete()
    send_all(changed.change(requests), ingest_key)
    for kind, found, wanted in zip(KINDS, pictured(project), expected, strict=True):
        places = {
            place
            for told in (changed.leave, ORDERED.get(name, {}), OF_ORDER.get(name, {}))
            for place in told.get(kind, ())
        }
        assert without(found, places) == without(in_words(wanted, changed.words), places), kind


def in_other_session(requests):
    """Let the same program have served another person, a moment later."""
    for change in (
        texts(lambda text: text.replace("sess-42", "sess-43")),
        with_new_ids,
        calls_named("call_b{}").change,
        answers_named("chatcmpl-b{}").change,
        at_times(lambda at: at + 7_000_000).change,
    ):
        requests = change(requests)
    return requests


@pytest.mark.parametrize("name", recordings())
def test_two_sessions_of_one_program_at_once_stay_apart(name, ingest_key):
    requests = [sent for sent in otlp_of(name) if sent.body]
    both = zip(apart(requests), apart(in_other_session(requests)), strict=True)
    send_all([sent for pair in both for sent in pair], ingest_key)
    expected = {**TRUTH, **EXCEPTIONS.get(name, {}), "runs": 2}
    assert [told(run) for run in Run.objects.all()] == [expected] * 2
