"""Real transcripts against the counts of a reference reader; every difference is named here.

The names of the differences are explained in docs/reference/claude-code.md, "Counts".
"""

import json
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from ingest.formats.claude_code import SourceFile, looks_like, read
from ingest.formats.claude_code.classify import Said, said_by
from ingest.formats.claude_code.lines import read_lines
from runs.kinds import FAILED_STATES, Basis, Kind, StepStatus
from runs.records import Batch, Tokens

SHARED = Path(__file__).parents[5] / "shared" / "data"
FOLDER = SHARED / "claude_code"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
FILES = sorted(FOLDER.rglob("*.jsonl")) if FOLDER.is_dir() else []
MISSING = "the real traces (../shared/data) are not here"
pytestmark = pytest.mark.skipif(not FILES, reason=MISSING)
each_file = pytest.mark.parametrize("path", FILES or [Path("none")], ids=lambda path: path.stem[:48])

#: file (beginning of its name) → measure → what the reference counts and we do not, by name.
DIFFERENCES: dict[str, dict[str, dict[str, int]]] = {
    "cc_v1.0.108": {"turns": {"task of a sub-agent": 2}, "file_edits": {"failed edit": 1}},
    "cc_v1.0.24": {"turns": {"local command": 1, "output": 1}},
    "cc_v1.0.98": {"file_edits": {"failed edit": 1}, "files": {"only failed edits": 1}},
    "cc_v2.0.42": {"turns": {"interrupt": 1}, "file_edits": {"failed edit": 2}},
    "cc_v2.0.76": {"file_edits": {"failed edit": 1}},
    "cc_v2.1.12": {
        "turns": {"interrupt": 1},
        "file_edits": {"failed edit": 1},
        "files": {"only failed edits": 1},
        "unparsable_lines": {"two objects on a line, both read": 1},
    },
    "cc_v2.1.217_56": {"file_edits": {"failed edit": 1}},
    "cc_v2.1.217_model_refusal": {"turns": {"interrupt": 1}, "api_calls": {"earlier iteration": -1}},
    "cc_v2.1.33": {
        "turns": {"local command": 1, "output": 1},
        "tool_calls": {"in agent_progress": -22},
        "api_calls": {"in agent_progress": -9},
        "file_edits": {"failed edit": 1},
        "files": {"only failed edits": 1},
        "errors": {"cancelled by a sibling": 6},
    },
    "cc_v2.1.49": {"turns": {"shell command": 3, "output": 3}, "errors": {"cancelled by a sibling": 3}},
    "cc_v2.1.5_29": {"turns": {"interrupt": 1}},
    "ef958aa1": {"turns": {"local command": 1, "output": 1}},
    "agent-": {"turns": {"task of a sub-agent": 1}},
}


@cache
def truth() -> dict:
    return json.loads((SHARED / "truth.json").read_text())["files"]


@cache
def batch_of(path: Path) -> Batch:
    return read([SourceFile(path.name, path.read_bytes())], now=NOW)


def differences_of(path: Path) -> dict[str, dict[str, int]]:
    return next((named for start, named in DIFFERENCES.items() if path.name.startswith(start)), {})


def our_counts(batch: Batch) -> dict[str, int]:
    steps = batch.steps
    return {
        "turns": sum(s.kind == Kind.PROMPT and not s.agent for s in steps),
        "tool_calls": sum(s.kind == Kind.TOOL or (s.kind == Kind.AGENT and bool(s.tool)) for s in steps),
        "file_edits": len(batch.changes),
        "errors": sum(s.status in FAILED_STATES and s.kind != Kind.RETRY for s in steps),
        "unparsable_lines": len(batch.quarantined),
        "api_calls": sum(s.kind == Kind.LLM for s in steps),
        "files": len({c.path for c in batch.changes}),
        "retries": sum(s.kind == Kind.RETRY for s in steps),
        "compactions": sum(s.kind == Kind.COMPACTION for s in steps),
        "subagent_calls": sum(s.kind == Kind.AGENT for s in steps),
    }


@each_file
def test_counts_equal_the_reference_but_for_named_differences(path):
    expected = truth()[path.relative_to(SHARED).as_posix()]
    expected = {**expected, **expected["extra"]}
    ours, named = our_counts(batch_of(path)), differences_of(path)
    assert {name: count + sum(named.get(name, {}).values()) for name, count in ours.items()} == {
        name: expected[name] for name in ours
    }


@each_file
def test_named_differences_are_in_the_file(path):
    """What the table names is counted in the file itself, so that no name is an excuse."""
    lines, batch, named = read_lines("f", path.read_bytes()).lines, batch_of(path), differences_of(path)
    said = [said_by(line.record) for line in lines if line.record.get("type") == "user"]
    of_step = [s for s in batch.steps if s.tool in ("Edit", "Write", "MultiEdit", "NotebookEdit")]
    counted = {
        "interrupt": said.count(Said.INTERRUPT),
        "shell command": said.count(Said.SHELL),
        "output": said.count(Said.SHELL_OUTPUT) + said.count(Said.LOCAL_OUTPUT),
        "local command": sum(s.name == "Human ran" and bool(s.detail.get("local")) for s in batch.steps),
        "task of a sub-agent": sum(s.name == "Task" and s.kind == Kind.EVENT for s in batch.steps),
        "failed edit": sum(s.status != StepStatus.OK for s in of_step),
        "cancelled by a sibling": sum(s.error_kind == "cascade" for s in batch.steps),
        "earlier iteration": -sum("replaced_by" in s.detail for s in batch.steps),
    }
    for reasons in named.values():
        for reason, number in reasons.items():
            assert counted.get(reason, number) == number, reason


@each_file
def test_usage_of_one_message_counts_once(path):
    """Sum by hand over distinct (message id, request id), last line wins, largest output."""
    by_call: dict[tuple, dict] = {}
    for line in read_lines("f", path.read_bytes()).lines:
        for record in (
            line.record,
            line.record.get("data", {}).get("message") if "data" in line.record else None,
        ):
            message = record.get("message") if isinstance(record, dict) else None
            if not record or record.get("type") != "assistant" or message["model"] == "<synthetic>":
                continue
            old = by_call.get((message["id"], record.get("requestId")), {})
            most = max(old.get("output_tokens", 0), message["usage"]["output_tokens"])
            by_call[message["id"], record.get("requestId")] = {**message["usage"], "output_tokens": most}
    ours = sum(
        (s.tokens for s in batch_of(path).steps if s.tokens and "replaced_by" not in s.detail), start=Tokens()
    )
    assert (ours.input, ours.cache_read, ours.cache_write_5m + ours.cache_write_1h, ours.output) == tuple(
        sum(usage.get(name) or 0 for usage in by_call.values())
        for name in (
            "input_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "output_tokens",
        )
    )


@each_file
def test_computed_texts_agree_with_the_next_reported_ones(path):
    """Every after-text equals what the tools next report of the same file, unless it changed in between."""
    steps = {change.step: change for change in batch_of(path).changes}
    after: dict[str, str] = {}
    for line in read_lines("f", path.read_bytes()).lines:
        reported, content = line.record.get("toolUseResult"), line.record.get("message", {}).get("content")
        if not isinstance(reported, dict) or not isinstance(content, list):
            continue
        file = reported["file"] if isinstance(reported.get("file"), dict) else {}
        name = reported.get("filePath") or file.get("filePath")
        whole = file.get("startLine") == 1 and file.get("numLines") == file.get("totalLines")
        text = (
            file.get("content")
            if whole
            else reported.get("originalFile") or reported.get("originalFileContents")
        )
        if text is not None and name in after:
            assert after[name] == text, (line.number, name)
        change = steps.get(content[0].get("tool_use_id"))
        if change is not None:
            after.pop(name, None)
            if change.after is not None and change.basis != Basis.FRAGMENT:
                after[name] = change.after


@each_file
def test_reading_is_deterministic_and_fast(path):
    data = path.read_bytes()
    began = time.process_time()
    again = read([SourceFile(path.name, data)], now=NOW)
    assert time.process_time() - began < 1.5
    assert [(s.key, s.output, s.detail) for s in again.steps] == [
        (s.key, s.output, s.detail) for s in batch_of(path).steps
    ]
    assert again.changes == batch_of(path).changes


@each_file
def test_every_step_key_is_unique_and_every_parent_exists(path):
    steps = batch_of(path).steps
    keys = [step.key for step in steps]
    assert len(set(keys)) == len(keys)
    assert {step.parent for step in steps if step.parent} <= set(keys)
    assert {change.step for change in batch_of(path).changes} <= set(keys)


@each_file
def test_it_is_recognised_by_its_first_lines(path):
    lines = [line.record for line in read_lines("f", path.read_bytes()).lines[:50]]
    assert looks_like(lines, "full.jsonl")


#: Files that the session touched without an edit tool, or that other sessions of the checkpoint touched.
NOT_EDITED = {"cc_v2.0.76": 7, "cc_v2.1.205": 1, "cc_v2.1.217_model": 1, "cc_v2.1.33": 1, "cc_v2.1.5_29": 5}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.entire-metadata.json")) or [Path("none")], ids=lambda path: path.name[:30]
)
def test_changed_files_against_the_checkpoint(path):
    touched = set(json.loads(path.read_text())["files_touched"])
    batch = batch_of(path.with_name(path.name.replace(".entire-metadata.json", ".jsonl")))
    ours = {change.path for change in batch.changes if not change.outside}
    missing = next((n for start, n in NOT_EDITED.items() if path.name.startswith(start)), 0)
    assert len(touched - ours) == missing


def test_whole_project_is_one_run_with_six_lanes():
    root = FOLDER / "project_with_nested_subagents"
    files = [
        SourceFile(path.relative_to(root).as_posix(), path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]
    batch = read(files, now=NOW)
    agents = {s.key: s for s in batch.steps if s.kind == Kind.AGENT}
    lanes = {s.agent for s in batch.steps} - {""}
    assert (len(batch.runs), len(agents), len(lanes), batch.quarantined) == (1, 6, 6, [])
    assert {s.parent for s in batch.steps if s.agent} == set(agents)
    assert {s.detail["transcript"] for s in agents.values()} == {"here"}
    assert {c.path.startswith("work/") for c in batch.changes if not c.outside} == {True}
    assert all(not c.outside for c in batch.changes)
