"""Results of benchmarks give the runs beside them their outcome."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.importing import read_files
from ingest.sources import SourceFile
from tests.ingest.formats.mutations import NOW, as_bytes, assert_storable, mutated


def mini(path, instance="acme__shop-1", *, model="lab/m"):
    """A trajectory of mini-swe-agent that tried one task."""
    messages = [{"role": "user", "content": f"Fix it for {path}"}, {"role": "assistant", "content": "Done."}]
    info = {"exit_status": "Submitted", "config": {"model": {"model_name": model}}}
    whole = {
        "trajectory_format": "mini-swe-agent-1",
        "messages": messages,
        "info": info,
        "instance_id": instance,
    }
    return SourceFile(path, json.dumps(whole).encode())


def file(path, value):
    return SourceFile(path, json.dumps(value).encode())


SUMMARY = {"resolved_ids": ["acme__shop-1"], "unresolved_ids": ["acme__shop-2"], "error_ids": []}
OF_SWE_AGENT = {
    "no_generation": [],
    "generated": ["acme__shop-1", "acme__shop-2"],
    "resolved": ["acme__shop-1"],
}
REPORT = {"acme__shop-1": {"resolved": True}, "acme__shop-2": {"resolved": False}}


@pytest.mark.parametrize("results", [SUMMARY, OF_SWE_AGENT, REPORT])
def test_results_are_told_and_set_outcomes(results):
    assert detect(file("x", results))[0] == "benchmark-results"
    files = [
        mini("a.json"),
        mini("b.json", "acme__shop-2"),
        mini("c.json", "acme__shop-3"),
        file("r.json", results),
    ]
    batch = read_files(files, now=NOW)
    assert [run.outcome for run in batch.runs] == ["resolved", "not resolved", None]
    assert (batch.format, batch.quarantined) == ("benchmark-results, mini-swe-agent", [])


def test_nearest_results_count_and_equals_that_differ_do_not():
    good, bad = {"acme__shop-1": {"resolved": True}}, {"acme__shop-1": {"resolved": False}}
    files = [mini("a/one/x.json"), mini("b/two/x.json"), file("a/r.json", good), file("b/r.json", bad)]
    assert [run.outcome for run in read_files(files, now=NOW).runs] == ["resolved", "not resolved"]
    files = [mini("x.json"), file("r1.json", good), file("r2.json", bad)]
    assert [run.outcome for run in read_files(files, now=NOW).runs] == [None]


def test_predictions_name_the_variant_where_the_file_does_not():
    prediction = {"instance_id": "acme__shop-1", "model_name_or_path": "gpt4__default", "model_patch": ""}
    lines = SourceFile("all_preds.jsonl", json.dumps(prediction).encode() + b"\n")
    runs = read_files([mini("x.json", model=None), lines], now=NOW).runs
    assert [(run.variant, run.outcome) for run in runs] == [("gpt4__default", None)]
    runs = read_files([mini("x.json"), file("preds.json", {"acme__shop-1": prediction})], now=NOW).runs
    assert [run.variant for run in runs] == ["lab/m"]


def test_results_alone_are_kept_with_the_reason():
    batch = read_files([file("r.json", SUMMARY)], now=NOW)
    assert batch.runs == []
    assert [bad.why for bad in batch.quarantined] == [
        "Results say how runs ended that are imported together with them; none of these runs is here."
    ]


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from([SUMMARY, OF_SWE_AGENT, REPORT]))
def test_any_mutation_is_read_or_refused(data, results):
    batch = read_files([mini("a.json"), SourceFile("r", as_bytes(mutated(data, results)))], now=NOW)
    assert_storable(batch)
    assert len(batch.runs) >= 1
