"""Every recorded file beside the checkout goes in through HTTP, and has the counts of a reference reader.

What differs is named here with our number and the reason; a name without a difference fails.
"""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runs.kinds import FAILED_STATES, Kind, Origin
from runs.models import FileChange, Step
from tests.test_corpus import DATA

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent"),
]
TRUTH = json.loads((DATA / "truth.json").read_text())["files"] if DATA.is_dir() else {}

FAILED_EDIT = "an edit that failed changes nothing"
BY_PROGRAM = "words of the program, or of a command that a human ran, are no prompts"
SIBLING = "a call that was cancelled because its sibling failed is no failure"
TASK = "the task of a sub-agent is no human's prompt"
WHILE_BUSY = "what was said while the agent worked is a prompt; the reference counts turns"
FIRST_TEXT = "the reference counts no prompts of spans and messages"
PATCHED = "a patch that did not apply changes no file"

#: file (its beginning) → measure → our number, and why the reference has another one.
EXPLAINED = {
    "claude_code/cc_v1.0.108": {"turns": (1, TASK), "file_edits": (1, FAILED_EDIT)},
    "claude_code/cc_v1.0.24": {"turns": (2, BY_PROGRAM)},
    "claude_code/cc_v1.0.98": {"file_edits": (0, FAILED_EDIT)},
    "claude_code/cc_v2.0.42": {"turns": (6, BY_PROGRAM), "file_edits": (21, FAILED_EDIT)},
    "claude_code/cc_v2.0.76": {"file_edits": (13, FAILED_EDIT)},
    "claude_code/cc_v2.1.12": {"turns": (5, BY_PROGRAM), "file_edits": (14, FAILED_EDIT)},
    "claude_code/cc_v2.1.217_56": {"file_edits": (55, FAILED_EDIT)},
    "claude_code/cc_v2.1.217_model": {
        "turns": (1, BY_PROGRAM),
        "api_calls": (4, "the answer that another model replaced was a call, too"),
    },
    "claude_code/cc_v2.1.33": {
        "turns": (30, BY_PROGRAM),
        "tool_calls": (218, "calls that agent_progress tells of count"),
        "api_calls": (193, "calls that agent_progress tells of count"),
        "file_edits": (7, FAILED_EDIT),
        "errors": (13, SIBLING),
    },
    "claude_code/cc_v2.1.49": {"turns": (5, BY_PROGRAM), "errors": (2, SIBLING)},
    "claude_code/cc_v2.1.5_29": {"turns": (14, BY_PROGRAM)},
    "claude_code/project_with_nested_subagents/ef958aa1-0e93-49f0-bb71-150f63befcd1.jsonl": {
        "turns": (2, BY_PROGRAM)
    },
    "claude_code/project_with_nested_subagents/ef958aa1-0e93-49f0-bb71-150f63befcd1/": {"turns": (0, TASK)},
    "codex/rollout_0.140_small": {"turns": (3, WHILE_BUSY)},
    "codex/rollout_0.140_websearch": {"turns": (5, WHILE_BUSY)},
    "codex/rollout_0.142.4": {"file_edits": (27, PATCHED)},
    "gemini_cli/fixture_jsonl": {
        "turns": (1, "the reference counts no lines of logs"),
        "tool_calls": (1, "the reference counts no lines of logs"),
    },
    "gemini_cli/session_15KB": {"file_edits": (2, "`rm` of a file that the run made is a change")},
    "gemini_cli/session_4KB": {"turns": (1, BY_PROGRAM)},
    "langsmith/": {"turns": (1, FIRST_TEXT)},
    "mini_swe_agent/sqlfluff__sqlfluff-2419__deepseek-chat": {
        "file_edits": (5, "`cat > file <<EOF` is a change; the reference knows no edit tool here")
    },
    "openhands/v1_sdk": {
        "tool_calls": (3, "a result whose action is missing is a call"),
        "errors": (3, "an exit code other than 0 is a failure"),
    },
    "otel/langfuse_export_langgraph": {
        "turns": (2, FIRST_TEXT),
        "tool_calls": (1, "the call that the answer asks for; the reference counts spans of tools"),
    },
    "otel/otlp_reencoded_langgraph": {
        "turns": (2, FIRST_TEXT),
        "tool_calls": (1, "the call that the answer asks for; the reference counts spans of tools"),
    },
    "otel/otlp_reencoded_openai": {"turns": (1, FIRST_TEXT)},
    "swe_agent/marshmallow": {"errors": (1, "an edit that was refused is a failure")},
    "swe_agent/pydicom": {
        "file_edits": (4, FAILED_EDIT),
        "errors": (4, "edits that were refused, and commands that failed"),
    },
}
#: Files that tell of no agent: kept as a problem, and said so.
WITHOUT_RUN = {
    "claude_code/cc_no_messages_only_meta.jsonl": (200, 0),
    "otel/otlp_proto_example_events.json": (422, 1),
    "otel/otlp_proto_example_logs.json": (422, 1),
    "otel/otlp_proto_example_metrics.json": (422, 1),
    "otel/otlp_proto_example_trace.json": (422, 1),
}


def counts_of_stored():
    steps = list(Step.objects.values_list("kind", "agent", "tool", "status"))
    calls = [one for one in steps if one[0] == Kind.TOOL or (one[0] == Kind.AGENT and one[2])]
    return {
        "turns": sum(kind == Kind.PROMPT and not agent for kind, agent, _, _ in steps),
        "tool_calls": len(calls),
        "file_edits": FileChange.objects.exclude(origin=Origin.NET).count(),
        "errors": sum(status in FAILED_STATES and kind != Kind.RETRY for kind, _, _, status in steps),
        "api_calls": sum(kind == Kind.LLM for kind, _, _, _ in steps),
    }


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_counts_are_those_of_the_reference_or_explained(name, client, project, ingest_key):
    path = DATA / name
    form = {"files": [SimpleUploadedFile(path.name, path.read_bytes())], "paths": [name]}
    answer = client.post("/api/v1/import", form, headers={"authorization": f"Bearer {ingest_key}"})
    told, truth = answer.json(), {**TRUTH[name], **TRUTH[name]["extra"]}
    expected = WITHOUT_RUN.get(name, (200, 0))
    assert (answer.status_code, len(told.get("quarantined", []))) == expected, told
    assert len(told.get("runs", [])) == (name not in WITHOUT_RUN)
    explained = next((why for start, why in EXPLAINED.items() if name.startswith(start)), {})
    differing = {
        measure: count
        for measure, count in counts_of_stored().items()
        if type(truth.get(measure)) is int and truth[measure] != count
    }
    assert differing == {measure: number for measure, (number, _) in explained.items()}


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")
def test_every_file_has_its_counts():
    """A file that the reference never counted would go by unseen."""
    files = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()}
    aside = {name for name in files if name.endswith((".meta.json", ".entire-metadata.json"))}
    assert files - aside - {"README.md", "truth.json"} == set(TRUTH)
