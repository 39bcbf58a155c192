"""Tool calls of opencode: what became of them, and what their sentence needs."""

import re
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.trajectories.recording import Call
from runs.kinds import Kind, StepStatus
from runs.tools import Family, family_of, text_in

REFUSED = re.compile(r"user rejected|rejected permission|user dismissed|user declined", re.IGNORECASE)
BY_RULE = re.compile(r"rule (?:which|that) prevents|permission denied by|not allowed by", re.IGNORECASE)
UNFIT = re.compile(r"invalid arguments|unavailable tool|invalid input|Invalid tool", re.IGNORECASE)
ABORTED = re.compile(r"execution (?:was )?(?:aborted|interrupted)|^aborted|user aborted", re.IGNORECASE)
TIMED_OUT = re.compile(
    r"exceeding timeout|exceeded timeout|timed out|terminated command after", re.IGNORECASE
)
ENDED = frozenset({"completed", "success", "error"})
#: Attributes of a tool's result that sentences know: theirs → ours.
FACTS = {"matches": "matches", "count": "matches", "numResults": "matches"}


def kind_of(tool: str, metadata: dict[str, Any]) -> Kind:
    is_agent = family_of(tool) is Family.AGENT or (tool == "task" and "sessionId" in metadata)
    return Kind.AGENT if is_agent else Kind.TOOL


def facts_of(tool: str, given: dict[str, Any], metadata: dict[str, Any]) -> dict[str, object]:
    """Take what the sentence of a call needs beside its arguments."""
    facts: dict[str, object] = {}
    for theirs, ours in FACTS.items():
        count = wild.integer(metadata.get(theirs))
        if count is not None:
            facts[ours] = count
    shown = wild.mapping(metadata.get("display"))
    first, last = wild.integer(shown.get("lineStart")), wild.integer(shown.get("lineEnd"))
    if first and last and last >= first:
        facts |= {
            "start_line": first,
            "lines": last - first + 1,
            "total_lines": wild.integer(shown.get("totalLines")),
        }
    if kind_of(tool, metadata) is Kind.AGENT:
        facts["agent_id"] = wild.identity(metadata.get("sessionId") or metadata.get("sessionID"))
        facts["agent_type"] = text_in(given, "subagent_type", "agent")
        facts["description"] = text_in(given, "description", "prompt")[:500]
    return facts


def judge(call: Call, state: dict[str, Any]) -> None:
    """Take how a call ended: the program's word, and the exit code of a command."""
    metadata = wild.mapping(state.get("metadata"))
    error = wild.text(state.get("error")) or ""
    if state.get("status") == "error":
        fail(call, error)
        return
    call.exit_code = wild.integer(metadata.get("exit"), 65_535)
    text = call.output or ""
    if family_of(call.tool) is not Family.SHELL:
        return
    if TIMED_OUT.search(text[-600:]) and "_metadata>" in text[-900:]:
        call.fail("timeout", "The command timed out")
    elif call.exit_code:
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("<")]
        said = lines[-1][:200] if lines else ""
        call.fail("command", f"exit {call.exit_code}: {said}" if said else f"exit {call.exit_code}")


def fail(call: Call, error: str) -> None:
    """Name the kind of a failure by its words."""
    said = first_line(error) or "The tool failed"
    if REFUSED.search(error):
        call.fail("human", said, StepStatus.DENIED)
    elif BY_RULE.search(error):
        call.fail("policy", said, StepStatus.DENIED)
    elif ABORTED.search(error):
        call.fail("cancelled", said, StepStatus.CANCELLED)
    else:
        call.fail("validation" if UNFIT.search(error) or call.tool == "invalid" else "tool", said)
