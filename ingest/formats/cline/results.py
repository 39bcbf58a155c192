"""What a tool answered, in words: whether it worked, was refused, or was never tried."""

import re
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.documents import read_value
from ingest.formats.claude_code.blocks import first_line, inside_tag
from ingest.spans.messages import text_of
from ingest.trajectories.recording import Call
from runs.kinds import StepStatus

#: `[read_file for 'a.py'] Result:` begins the result of a call that was written as tags.
RESULT = re.compile(r"\A\s*\[([A-Za-z_][\w-]{0,60})(?: [^\n]{0,2000}?)?\] Result:\s*", re.DOTALL)
EXIT = re.compile(r"\b[Ee]xit(?:ed)?(?: with)? code:? (-?\d{1,10})\b")
DENIED = ("The user denied this operation", "The user rejected", "User denied")
SKIPPED = re.compile(r"was not executed because a tool has already been used|was skipped|was interrupted")
BLOCKED = re.compile(
    r"is blocked by the \.(?:cline|roo|kilocode)ignore|cannot be used in PLAN MODE|Auto-denied"
)
MISUSED = re.compile(
    r"^(?:Missing value for required parameter|Invalid JSON argument|Unknown tool|\[ERROR\]"
    r"|This is likely because the SEARCH block|No sufficiently similar match|The tool execution failed)",
    re.IGNORECASE,
)
FAILED = re.compile(r"^(?:<error>|Error[: ]|Command failed|Tool execution failed|Failed to )", re.IGNORECASE)


class Answer(Struct, frozen=True):
    """The result of one call."""

    text: str
    failed: bool = False
    name: str = ""  #: of the tool, where only that names the call
    id: str = ""


def answer_of(text: str, *, failed: bool = False, id: str = "", name: str = "") -> Answer:
    """Read a result; the command line program writes an object, or a list of them."""
    value = read_value(text) if text[:1] in ("{", "[") else None
    told = wild.objects(value) if isinstance(value, list) else [wild.mapping(value)]
    parts = [one for one in told if "result" in one or "error" in one or "status" in one]
    if not parts:
        return Answer(text, failed, name, id)
    words = [wild.text(one.get("result")) or wild.text(one.get("error")) or "" for one in parts]
    bad = any(one.get("success") is False or one.get("status") == "error" for one in parts)
    bad = bad or any(wild.text(one.get("error")) for one in parts)
    shown = "\n\n".join(word for word in words if word) or text
    return Answer(shown, failed or bad, name, id)


def answers_in(content: object) -> list[Answer]:
    """Find the results in a message to the model."""
    found: list[Answer] = []
    waiting = ""  #: the tool whose result stands in the next block
    for block in wild.objects(content):
        if block.get("type") == "tool_result":
            id = wild.identity(block.get("tool_use_id")) or ""
            text = text_of(block.get("content"))
            found.append(answer_of(text, failed=block.get("is_error") is True, id=id))
            continue
        text = wild.text(block.get("text")) or ""
        head = RESULT.match(text)
        if head is not None:
            rest = text[head.end() :]
            waiting = head[1] if not rest.strip() else ""
            if not waiting:
                found.append(answer_of(rest, name=head[1]))
        elif waiting:
            found.append(answer_of("" if text.startswith("<environment_details>") else text, name=waiting))
            waiting = ""
    return found


def judge(call: Call, answer: Answer) -> None:
    """Say whether a call worked."""
    text = answer.text
    error = inside_tag(text[:20_000], "error")
    line = first_line(error or text, 300)
    code = EXIT.search(text[:400]) if call.tool in ("execute_command", "run_commands") else None
    call.exit_code = int(code[1]) if code else None
    if text.startswith(DENIED):
        call.fail("human", "Rejected by the user", StepStatus.DENIED)
    elif SKIPPED.search(text[:300]):
        call.fail("cascade", "Not run: another call came first", StepStatus.CANCELLED)
    elif BLOCKED.search(text[:600]):
        call.fail("policy", line, StepStatus.DENIED)
    elif call.exit_code:
        said = first_line(text.partition("Output:")[2])
        call.fail("command", f"exit {call.exit_code}: {said}" if said else f"exit {call.exit_code}")
    elif MISUSED.match(text):
        call.fail("validation", line)
    elif answer.failed or FAILED.match(text):
        kind = "mcp" if call.tool.startswith("mcp__") else "tool"
        call.fail(kind, line or "The tool reported an error and no text.")


def given_again(name: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name a call of an MCP server as other agents do: (`mcp__server__tool`, its arguments)."""
    server, tool = wild.text(given.get("server_name")), wild.text(given.get("tool_name"))
    if name != "use_mcp_tool" or not server or not tool:
        return name, given
    told = given.get("arguments")
    value = read_value(told) if isinstance(told, str) else told
    return f"mcp__{server}__{tool}", wild.tree(wild.mapping(value))
