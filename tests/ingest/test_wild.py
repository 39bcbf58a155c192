"""Untrusted values are tamed, and nothing ever raises."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import wild

MOMENT = datetime(2026, 2, 21, 0, 9, 12, 375000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-21T00:09:12.375Z",
        "2026-02-21T01:09:12.375+01:00",
        "2026-02-21T00:09:12.375",
        1771632552.375,
        1771632552375,
        "1771632552.375",
    ],
)
def test_when_any_form_is_the_same_moment(value):
    assert wild.when(value) == MOMENT


@pytest.mark.parametrize(
    "value", [None, True, "", "soon", "9" * 39, -1, 1e300, float("nan"), "0001-01-01T00:00:00+14:00", []]
)
def test_when_no_time_is_none(value):
    assert wild.when(value) is None


def test_clean_strips_nul_and_lone_surrogates():
    assert wild.clean("a\x00b\ud83dc") == "ab\ufffdc"
    assert wild.clean("\ud83d\ude00") == "😀"
    assert wild.clean("ünï") == "ünï"


def test_text_takes_strings_and_numbers_only():
    assert [wild.text(value) for value in ("a", 7, 1.5, True, None, [], 10**400)] == [
        "a",
        "7",
        "1.5",
        None,
        None,
        None,
        None,
    ]


def test_identity_fits_an_index_and_stays_distinct():
    assert wild.identity("toolu_1") == "toolu_1"
    long, other = wild.identity("x" * 10_000), wild.identity("x" * 10_001)
    assert len(long) < 250
    assert long != other
    assert wild.identity("") is None


def test_integer_takes_whole_numbers_in_range():
    assert [
        wild.integer(value, 100) for value in (7, "7", 7.0, 101, -1, True, "x", float("inf"), 10**400)
    ] == [
        7,
        7,
        7,
        None,
        None,
        None,
        None,
        None,
        None,
    ]


def test_tree_cuts_what_is_too_deep():
    deep: object = "bottom"
    for _ in range(200):
        deep = [deep]
    assert wild.too_deep(deep)
    assert not wild.too_deep(wild.tree(deep), 70)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_nothing_raises_and_all_is_storable(value):
    wild.when(value), wild.integer(value), wild.number(value), wild.mapping(value), wild.objects(value)
    (wild.text(value) or "").encode()
    assert "\x00" not in (wild.text(value) or "")
    json.dumps(wild.tree(value), allow_nan=False, ensure_ascii=False).encode()
