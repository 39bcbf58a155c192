"""Remembered spans come by COPY; a row that is there all the same is written, and nothing is lost."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ingest.spans.known import Known, Memories
from ingest.store import StoredTraces

pytestmark = pytest.mark.django_db


def test_span_that_was_not_recalled_is_written_over(project):
    for key in ("first", "second"):
        with transaction.atomic():
            traces = StoredTraces(project, {"t": []}, now=timezone.now())
            traces.save(Memories([Known(trace="t", span="s", key=key, mark=b"\1" * 16, keys=["a", "b"])]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT span, key, mark, keys::text FROM ingest_tracespan")
        assert [(a, b, bytes(c), d) for a, b, c, d in cursor.fetchall()] == [
            ("s", "second", b"\1" * 16, '["a", "b"]')
        ]


def test_trigrams_are_each_three_letters_once():
    with connection.cursor() as cursor:
        cursor.execute("SELECT runs_trigrams(said) FROM unnest(ARRAY['ababé', 'ab', '']) AS said")
        found = [sorted(grams) for (grams,) in cursor.fetchall()]
    assert found == [["aba", "abé", "bab"], [], []]
