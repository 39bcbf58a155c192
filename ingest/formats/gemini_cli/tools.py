"""Tool calls of Gemini's family of programs: what became of them, and which files they changed."""

import re
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.paths import Roots
from ingest.formats.gemini_cli.parts import error_in, result_text, short_error
from ingest.trajectories.recording import Call
from runs.kinds import Basis, Kind, Op, StepStatus
from runs.records import ChangeRecord
from runs.tools import PATH_NAMES, Family, family_of, text_in

EXIT_CODE = re.compile(r"^Exit Code: (\d{1,5})\s*$", re.MULTILINE)
#: Lines that the program puts around what a command printed.
AROUND = re.compile(
    r"^(</?untrusted_context>|Process Group PGID: \d+|Exit Code: \d+|Signal: .*|Error: \(none\)"
    r"|Background PIDs: .*|Command: .*|Directory: .*|-+|=+)$"
)
REFUSED = re.compile(r"did not allow|denied execution|User denied|User rejected|declined", re.IGNORECASE)
BY_POLICY = re.compile(r"by policy|policy (?:denied|violation)|not allowed by|blocked by", re.IGNORECASE)
UNFIT = re.compile(
    r"not found in registry|params must have|must have required property|[Ii]nvalid param", re.IGNORECASE
)
TIMED_OUT = re.compile(r"exceeded the timeout|timed out", re.IGNORECASE)
CANCELLED = re.compile(r"^Command was cancelled by user", re.MULTILINE)
#: A human changed what the model proposed before it was written.
BY_HUMAN = re.compile(r"User modified the")
NEW_FILE = re.compile(r"wrote to new file|Created new file", re.IGNORECASE)
#: Ids of calls that the program made up hold the time of the call.
STAMPED = re.compile(r"-(\d{13})-[0-9a-f]+$")
AGENTS = frozenset({"codebase_investigator", "delegate_to_agent", "invoke_agent", "task", "agent"})
WRITERS = frozenset({Family.EDIT, Family.WRITE})


def begun_of(id: str, otherwise: datetime | None) -> datetime | None:
    """Say when a call was made: ids made by the program hold it."""
    stamp = STAMPED.search(id)
    return (wild.when(int(stamp[1])) if stamp else None) or otherwise


def is_agent(told: dict[str, Any]) -> bool:
    """Say whether a call started a sub-agent."""
    return wild.identity(told.get("agentId")) is not None or wild.text(told.get("name")) in AGENTS


def facts_of(told: dict[str, Any], given: dict[str, Any]) -> dict[str, object]:
    """Take what the sentence of a call needs beside its arguments."""
    facts: dict[str, object] = {}
    display = wild.mapping(told.get("resultDisplay"))
    if isinstance(display.get("matches"), list):
        facts["matches"] = len(display["matches"])
    elif isinstance(display.get("files"), list):
        facts["matches"] = len(display["files"])
    if is_agent(told):
        facts["agent_id"] = wild.identity(told.get("agentId"))
        facts["agent_type"] = wild.text(display.get("agentName")) or text_in(
            given, "agent_name", "agentName", "subagent_type", "name"
        )
        facts["description"] = text_in(given, "description", "objective", "prompt", "query", "task")[:500]
    return facts


def kind_of(told: dict[str, Any]) -> Kind:
    return Kind.AGENT if is_agent(told) else Kind.TOOL


def judge(call: Call, status: str, result: object) -> None:
    """Take how a call ended: the program's word, and the exit code that stands in a command's result."""
    text = call.output or ""
    error = error_in(result)
    if status == "cancelled":
        why = error or text
        if REFUSED.search(why):
            call.fail("human", short_error(why, "Denied by the user"), StepStatus.DENIED)
        else:
            call.fail("cancelled", short_error(why, "Cancelled"), StepStatus.CANCELLED)
    elif status == "error" and family_of(call.tool) is Family.SHELL and EXIT_CODE.search(text[-2_000:]):
        judge_command(call, text)
    elif status == "error" or (error and status != "success"):
        kind = kind_of_error(error or text)
        denied = StepStatus.DENIED if kind in ("policy", "human") else StepStatus.FAILED
        call.fail(kind, short_error(error or text, "The tool failed"), denied)
    elif family_of(call.tool) is Family.SHELL:
        judge_command(call, text)


def kind_of_error(text: str) -> str:
    """Name the kind of an error by its words."""
    for pattern, kind in (
        (REFUSED, "human"),
        (BY_POLICY, "policy"),
        (UNFIT, "validation"),
        (TIMED_OUT, "timeout"),
    ):
        if pattern.search(text):
            return kind
    return "tool"


def judge_command(call: Call, text: str) -> None:
    """A command that failed is a success to the program: only its text has the code."""
    codes = EXIT_CODE.findall(text[-2_000:])
    call.exit_code = int(codes[-1]) if codes else None
    if TIMED_OUT.search(text[:300]):
        call.fail("timeout", "The command timed out")
    elif CANCELLED.search(text[:300]):
        call.fail("cancelled", "Cancelled by the user", StepStatus.CANCELLED)
    elif call.exit_code:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        said = next((line for line in reversed(lines) if not AROUND.match(line)), "")[:200]
        call.fail("command", f"exit {call.exit_code}: {said.removeprefix('Output: ')}".rstrip(": "))


def changes_of(
    call: Call, told: dict[str, Any], *, run: str, source: str, roots: Roots
) -> list[ChangeRecord]:
    """Read what a call that worked changed: both contents, a diff, else what its arguments say."""
    if call.status is not StepStatus.OK or family_of(call.tool) not in WRITERS:
        return []
    display = wild.mapping(told.get("resultDisplay"))
    named = wild.text(display.get("filePath")) or text_in(call.given, *PATH_NAMES)
    texts = texts_of(display) or texts_of_arguments(call)
    if (
        not named
        or texts is None
        or (texts.get("before") is not None and texts["before"] == texts.get("after"))
    ):
        return []
    place = roots.place(named)
    stats = wild.mapping(display.get("diffStat"))
    touched = any(wild.integer(stats.get(f"user_{word}_lines")) for word in ("added", "removed"))
    raw = text_in(call.given, *PATH_NAMES) or named
    return [
        ChangeRecord(
            run=run,
            step=call.key,
            key=f"{call.key}:0",
            path=place.path,
            raw_path=raw if raw != place.path else None,
            outside=place.outside,
            source=source,
            user_modified=touched or bool(BY_HUMAN.search((call.output or "")[:2_000])),
            **texts,
        )
    ]


def texts_of(display: dict[str, Any]) -> dict[str, Any] | None:
    """Take both contents of a change as they were shown, or the diff where they were cut or left out."""
    before, after = display.get("originalContent"), display.get("newContent")
    is_new = display.get("isNewFile") is True or (before is None and "originalContent" in display)
    cut = display.get("originalContentTruncated") is True or display.get("newContentTruncated") is True
    if isinstance(after, str) and (is_new or isinstance(before, str)) and not cut:
        return {
            "op": Op.CREATE if is_new else Op.EDIT,
            "basis": Basis.CONTENT,
            "before": None if is_new else before,
            "after": after,
        }
    diff = wild.text(display.get("fileDiff"))
    if diff and "\n@@ " in f"\n{diff}" and display.get("fileDiffTruncated") is not True:
        return {"op": Op.CREATE if is_new else Op.EDIT, "basis": Basis.PATCH, "patch": headed(diff)}
    return None


def headed(diff: str) -> str:
    """Leave out what stands before the head of a diff (`Index: …` and a line)."""
    return diff[diff.find("--- ") :] if "--- " in diff else diff


def texts_of_arguments(call: Call) -> dict[str, Any] | None:
    """Take what the arguments say of a change: the whole text, or the fragment that was replaced."""
    content = call.given.get("content")
    if isinstance(content, str):
        is_new = bool(NEW_FILE.search((call.output or "")[:500]))
        return {"op": Op.CREATE if is_new else Op.EDIT, "basis": Basis.CONTENT, "after": content}
    old, new = call.given.get("old_string"), call.given.get("new_string")
    if not isinstance(old, str) or not isinstance(new, str) or old == new:
        return None
    if not old:
        return {"op": Op.CREATE, "basis": Basis.CONTENT, "after": new}
    return {"op": Op.EDIT, "basis": Basis.FRAGMENT, "before": old, "after": new}


def result_of(told: dict[str, Any]) -> str:
    """Say what came back: of the response, else what the human was shown."""
    text = result_text(told.get("result"))
    shown = told.get("resultDisplay")
    return text or (wild.clean(shown) if isinstance(shown, str) else "")
