"""Files that are one JSON value, whole or cut at any place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import closed, read_documents
from ingest.sources import SourceFile

WHOLE = {"a": [1, {"b": 'x,}] \\" y'}, []], "c": {"d": None}, "e": "end"}


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ('{"a": 1, "b": [1, 2', '{"a": 1, "b": [1]}'),
        ('{"a": 1, "b": "x, y', '{"a": 1}'),
        ('[{"a": 1}, {"b": ', '[{"a": 1}]'),
        ('{"a": {"b": {', ""),
        ("", ""),
    ],
)
def test_a_cut_text_ends_after_its_last_whole_member(text, ended):
    assert closed(text) == ended


@given(st.integers(1, 60))
def test_what_stands_before_a_cut_is_read(cut):
    data = json.dumps(WHOLE).encode()
    documents = read_documents(SourceFile("f", data[:-cut]))
    assert [bad.where for bad in documents.quarantined] == ["f"]
    told = [document.value for document in documents.found]
    assert all(value[name] == WHOLE[name] for value in told for name in list(value)[:-1])


def test_lines_are_documents_and_bad_ones_are_kept():
    documents = read_documents(SourceFile("f", b'{"a": 1}\n{"b": \n[2]\n'))
    assert [(one.where, one.value) for one in documents.found] == [("f:1", {"a": 1}), ("f:3", [2])]
    assert [(bad.where, bad.why) for bad in documents.quarantined] == [
        ("f:2", "The line is cut off, or no JSON object.")
    ]


def test_many_open_strings_take_no_time():
    text = '{"a": "' + '\\\\"' * 200_000
    assert closed(text) == ""
