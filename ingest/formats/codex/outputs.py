"""What a tool answered: its text, and whether that is a success (FORMATS 3.2)."""

import re
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from runs.kinds import StepStatus
from runs.outputs import read_output

SHELLS = frozenset(
    {"shell", "shell_command", "exec_command", "local_shell", "container.exec", "unified_exec"}
)
CONSOLES = frozenset({"write_stdin"})
PICTURES = frozenset({"input_image", "image"})
ABORTED = re.compile(
    r"aborted(?: by (?:the )?user)?(?: after [\d.]+ ?s)?\.?$|aborted by (?:the )?user", re.IGNORECASE
)
REJECTED = re.compile(
    r"(?:rejected|denied|declined) by (?:the )?user|user (?:rejected|denied|declined)", re.IGNORECASE
)
FORBIDDEN = re.compile(
    r"failed in sandbox|sandbox denied|rejected by (?:policy|guardian|the reviewer)|approval policy is"
    r"|^rejected: |blocked by policy|is not permitted",
    re.IGNORECASE,
)
TIMED_OUT = re.compile(r"(?:command|process|tool call) timed out(?: after [\d.]+ ?m?s\w*)?", re.IGNORECASE)
MISUSED = re.compile(
    r"^(?:apply_patch verification failed|failed to parse|invalid (?:patch|arguments|hunk)|unsupported call"
    r"|unknown tool|unsupported custom tool|missing (?:field|call_id)|patch (?:failed|rejected))",
    re.IGNORECASE,
)
FAILED = re.compile(
    r"^(?:tool call (?:error|failed)|error: |err: |execution error|script (?:failed|error)"
    r"|exec_command failed|write_stdin failed|unable to |failed to |could not |view_image |collab )",
    re.IGNORECASE,
)


class Outcome(Struct, frozen=True):
    """How a call ended."""

    status: StepStatus = StepStatus.OK
    kind: str | None = None
    error: str | None = None
    exit_code: int | None = None
    wall_ms: int | None = None
    session: str = ""  #: the number under which a command goes on


class Answer(Struct, frozen=True):
    """What came back: in words, and as blocks where pictures are among them."""

    text: str
    blocks: str | None = None
    success: bool | None = None


def answer_of(output: object) -> Answer:
    """Read the `output` of a call in any of its shapes."""
    if isinstance(output, str):
        return Answer(text=wild.clean(output))
    if isinstance(output, dict):
        inner = answer_of(output.get("content", output.get("output")))
        success = output.get("success")
        return Answer(inner.text, inner.blocks, success if isinstance(success, bool) else None)
    if isinstance(output, list):
        blocks = wild.objects(output)
        text = "\n".join(found for block in blocks if (found := wild.text(block.get("text"))))
        has_picture = any(block.get("type") in PICTURES for block in blocks)
        return Answer(text=text, blocks=as_json(blocks) if has_picture else None)
    return Answer(text="" if output is None else as_json(output))


def outcome_of(tool: str, answer: Answer) -> Outcome:
    """Judge an answer by its words: Codex writes no other sign of failure beside them."""
    read = read_output(answer.text)
    code, wall = read.exit_code, read.wall_ms
    text = read.out if code is not None or wall is not None else answer.text
    line = first_line(text, 300)
    found = refusal_of(line) or (
        failure_of(tool, text, line, code) if is_failure(answer, line, code) else None
    )
    if found is None:
        return Outcome(exit_code=code, wall_ms=wall, session=read.session)
    status, kind, error = found
    return Outcome(status, kind, error, exit_code=code, wall_ms=wall, session=read.session)


Found = tuple[StepStatus, str, str]


def refusal_of(line: str) -> Found | None:
    """Read that a human or a policy kept a call from its end."""
    if ABORTED.match(line):
        return StepStatus.CANCELLED, "human", "Interrupted by the user"
    if REJECTED.search(line[:200]):
        return StepStatus.DENIED, "human", "Rejected by the user"
    if FORBIDDEN.search(line[:200]):
        return StepStatus.DENIED, "policy", line
    return None


def is_failure(answer: Answer, line: str, code: int | None) -> bool:
    if code is not None:
        return code != 0
    return answer.success is False or bool(MISUSED.match(line) or FAILED.match(line) or TIMED_OUT.match(line))


def failure_of(tool: str, text: str, line: str, code: int | None) -> Found:
    late = TIMED_OUT.search(text[:2_000])
    if late and (code is None or code in (124, 137, 143)):
        return StepStatus.FAILED, "timeout", late[0]
    if MISUSED.match(line):
        return StepStatus.FAILED, "validation", line
    if code is not None:
        return StepStatus.FAILED, "command", f"exit {code}: {line}" if line else f"exit {code}"
    if tool in SHELLS | CONSOLES:
        return StepStatus.FAILED, "command", line
    kind = "mcp" if tool.startswith("mcp__") else "tool"
    return StepStatus.FAILED, kind, line or "The tool reported an error and no text."


def result_of_mcp(result: object) -> Outcome | None:
    """Read the `result` of `mcp_tool_call_end`: `{"Ok": {…, "isError"}}` or `{"Err": "…"}`."""
    told = wild.mapping(result)
    if "Err" in told:
        error = wild.text(told["Err"]) or as_json(told["Err"])
        return Outcome(StepStatus.FAILED, "mcp", first_line(error, 300))
    inner: dict[str, Any] = wild.mapping(told.get("Ok")) or told
    if inner.get("isError") is True or inner.get("is_error") is True:
        return Outcome(StepStatus.FAILED, "mcp", first_line(answer_of(inner.get("content")).text, 300))
    return None
