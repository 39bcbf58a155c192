"""Damaged files: whatever stands in a field, reading goes on."""

import json
import random
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.formats.homemade.script import counts, log, metrics, read, tree

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud83d\x00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places_in(value, path=()):
    """List where something may be put into a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield (*path, name)
        yield from places_in(inner, (*path, name))


def put(document, path, value):
    for name in path[:-1]:
        document = document[name]
    document[path[-1]] = value


DOCUMENTS = [tree(), log(), counts(), metrics()]


@given(st.sampled_from(DOCUMENTS), st.randoms(use_true_random=False), ODD)
def test_any_value_in_any_place_is_read(document, chance: random.Random, odd):
    changed = deepcopy(document)
    put(changed, chance.choice(list(places_in(changed))), odd)
    batch = read(json.dumps(changed).encode("utf-8", "replace"))
    assert batch.runs or batch.quarantined


def test_a_cut_line_is_kept_and_the_rest_read():
    batch = read(json.dumps(tree()).encode() + b'\n{"span_id": "x", "ty')
    assert [run.external_id for run in batch.runs] == ["root"]
    assert [bad.where for bad in batch.quarantined] == ["0.json:2"]


@pytest.mark.parametrize("depth", [10, 100, 400])
def test_a_deep_tree_is_read(depth):
    node = {"span_id": "leaf", "type": "LLM_CALL", "start_time": 1}
    for number in range(depth):
        node = {"span_id": str(number), "type": "ITERATION", "start_time": 1, "children": [node]}
    assert "leaf" in [step.key for step in read(node).steps]
