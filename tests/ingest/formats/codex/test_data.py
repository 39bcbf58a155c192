"""Real rollouts against the counts of a reference reader, and against the sums that Codex itself wrote."""

import json
import time
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.detect import detect
from ingest.formats.codex import read
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Kind
from runs.records import Batch, Tokens

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[5] / "shared"
FILES = sorted((SHARED / "data" / "codex").glob("*.jsonl"))
AGENTS = sorted((SHARED / "agents" / "codex").glob("*/*.jsonl"))
pytestmark = pytest.mark.skipif(not FILES, reason="the real rollouts (../shared/data) are not here")


def named(path: Path) -> str:
    return path.stem[:40]


each_file = pytest.mark.parametrize("path", FILES + AGENTS or [Path("none")], ids=named)

#: file (beginning of its name) → measure → what the reference counts and we do not, by name.
DIFFERENCES: dict[str, dict[str, dict[str, int]]] = {
    "rollout_0.140_small": {"turns": {"said while the agent worked": -1}},
    "rollout_0.140_websearch": {"turns": {"said while the agent worked": -1}},
    "rollout_0.142.4": {"file_edits": {"in a patch that failed": 15}},
}


@cache
def records_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@cache
def batch_of(path: Path) -> Batch:
    return read([SourceFile(path.name, path.read_bytes())], now=NOW)


def counts_of(batch: Batch) -> dict[str, int]:
    return {
        "turns": sum(s.kind == Kind.PROMPT for s in batch.steps),
        "tool_calls": sum(s.kind == Kind.TOOL for s in batch.steps),
        "file_edits": len(batch.changes),
        "errors": sum(s.status in FAILED_STATES and s.kind != Kind.RETRY for s in batch.steps),
        "unparsable_lines": len(batch.quarantined),
        "files": len({change.path for change in batch.changes}),
    }


@pytest.mark.parametrize("path", FILES or [Path("none")], ids=named)
def test_counts_equal_the_reference_but_for_named_differences(path):
    truth = json.loads((SHARED / "data" / "truth.json").read_text())["files"][f"codex/{path.name}"]
    truth = {**truth, **truth["extra"]}
    ours = counts_of(batch_of(path))
    differences = next((d for start, d in DIFFERENCES.items() if path.name.startswith(start)), {})
    assert {name: count + sum(differences.get(name, {}).values()) for name, count in ours.items()} == {
        name: truth[name] for name in ours
    }


@pytest.mark.parametrize("path", FILES or [Path("none")], ids=named)
def test_named_differences_are_in_the_file(path):
    """What the table names is counted in the file itself, so that no name is an excuse."""
    differences = next((d for start, d in DIFFERENCES.items() if path.name.startswith(start)), {})
    payloads = [record["payload"] for record in records_of(path)]
    told = {p["call_id"] for p in payloads if p.get("type") == "patch_apply_end"}
    failed = [p["input"] for p in payloads if p.get("name") == "apply_patch" and p["call_id"] not in told]
    counted = {
        "said while the agent worked": sum(r["type"] == "turn_context" for r in records_of(path))
        - sum(p.get("type") == "user_message" for p in payloads),
        "in a patch that failed": sum(text.count(" File: ") for text in failed),
    }
    for reasons in differences.values():
        assert reasons == {reason: counted[reason] for reason in reasons}


@each_file
def test_tokens_equal_the_sum_that_codex_wrote(path):
    infos = [r["payload"].get("info") for r in records_of(path) if r["payload"].get("type") == "token_count"]
    totals = [info["total_token_usage"] for info in infos if info and "total_token_usage" in info]
    if not totals:
        assert path.name == "fixture_legacy_050.jsonl"  # `{"prompt", "completion"}` alone
        return
    ours = sum((step.tokens for step in batch_of(path).steps if step.tokens), start=Tokens())
    assert {
        "input_tokens": ours.input + ours.cache_read,
        "cached_input_tokens": ours.cache_read,
        "output_tokens": ours.output,
        "reasoning_output_tokens": ours.reasoning,
    } == {
        name: totals[-1][name]
        for name in totals[-1]
        if name not in ("total_tokens", "cache_write_input_tokens")
    }


@each_file
def test_every_response_is_counted_and_every_step_has_a_key_of_its_own(path):
    batch = batch_of(path)
    keys = [step.key for step in batch.steps]
    assert len(set(keys)) == len(keys)
    assert [step.key for step in batch.steps if step.kind == Kind.LLM and step.tokens is None] == []
    assert {change.step for change in batch.changes} <= set(keys)


@each_file
def test_a_context_extends_the_one_before_it(path):
    calls = [step for step in batch_of(path).steps if step.kind == Kind.LLM and step.context]
    for earlier, later in pairwise(calls):
        assert earlier.context in list(later.context.nodes())


@each_file
def test_it_is_recognised_by_its_lines_and_read_fast(path):
    data = path.read_bytes()
    assert detect(SourceFile("full.jsonl", data))[0] == "codex"
    began = time.process_time()
    again = read([SourceFile(path.name, data)], now=NOW)
    assert time.process_time() - began < 1.5
    assert again.changes == batch_of(path).changes
    assert [(s.key, s.output, s.detail) for s in again.steps] == [
        (s.key, s.output, s.detail) for s in batch_of(path).steps
    ]


@pytest.mark.parametrize("path", FILES or [Path("none")], ids=named)
def test_changed_files_are_those_of_the_checkpoint(path):
    beside = path.with_name(path.name.replace(".jsonl", ".entire-metadata.json"))
    if not beside.exists():
        assert path.name.startswith("fixture")
        return
    touched = set(json.loads(beside.read_text())["files_touched"])
    ours = {change.path for change in batch_of(path).changes if not change.outside}
    assert touched - ours == set()


def test_a_longer_snapshot_of_a_session_keeps_every_key():
    short, long = (
        next((path for path in FILES if path.name.startswith(start)), None)
        for start in ("rollout_0.140_small", "rollout_0.140_websearch")
    )
    assert short
    assert long
    before, after = batch_of(short).steps, batch_of(long).steps
    assert [step.key for step in after[: len(before)]] == [step.key for step in before]
    assert [step.call_id for step in after[: len(before)]] == [step.call_id for step in before]
