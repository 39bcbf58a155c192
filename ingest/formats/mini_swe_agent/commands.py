"""The commands of an answer and what came of them: by tool call (2.x), or in a code block (0.x, 1.x)."""

import re
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.spans.messages import read_message
from runs.tools import arguments_of

BLOCK = re.compile(r"```(?:mswea_bash_command|bash)[ \t]*\n(.*?)\n?```", re.DOTALL)
_RETURNED = re.compile(
    r"^\s*(?:<exception>(?P<why>.*?)</exception>\s*)?<returncode>(?P<code>-?\d{1,5})</returncode>", re.DOTALL
)
_OUTPUT = re.compile(r"<output>\n?(.*?)\n?</output>", re.DOTALL)
_TIMED_OUT = re.compile(r"timed? ?out", re.IGNORECASE)


class Command(Struct, frozen=True):
    """One command that a model asked for. `id` is empty in text mode."""

    id: str
    tool: str
    given: dict[str, Any]


class Returned(Struct, frozen=True):
    """What came of a command."""

    output: str
    code: int | None
    why: str  #: the harness's own words where the command did not end by itself


def commands_of(message: dict[str, Any]) -> list[Command]:
    """List the commands of an answer."""
    calls = read_message(message).calls
    if calls:
        return [Command(wild.identity(call.id) or "", call.name, arguments_of(call.input)) for call in calls]
    actions = wild.objects(wild.mapping(message.get("extra")).get("actions"))
    told = [
        Command(wild.identity(action.get("tool_call_id")) or "", "bash", {"command": command})
        for action in actions
        if (command := wild.text(action.get("command"))) is not None
    ]
    if told:
        return told
    found = BLOCK.findall(wild.text(message.get("content")) or "")
    return [Command("", "bash", {"command": found[0]})] if len(found) == 1 else []


def returned_by(message: dict[str, Any]) -> Returned:
    """Read the result of a command from the message that told the model."""
    extra = wild.mapping(message.get("extra"))
    text = wild.text(message.get("content"))
    text = text if text is not None else read_message(message).text
    match = _RETURNED.match(text)
    code = extra.get("returncode", match["code"] if match else None)
    output = wild.text(extra.get("raw_output"))
    if output is None:
        inside = _OUTPUT.search(text)
        output = inside[1] if inside else text
    why = wild.text(extra.get("exception_info")) or (match["why"] if match and match["why"] else "")
    return Returned(output=output, code=whole(code), why=why.strip())


def whole(code: object) -> int | None:
    """Read an exit code; a process ended by a signal has a negative one."""
    if isinstance(code, str) and code.startswith("-"):
        found = wild.integer(code[1:], 65_535)
        return -found if found is not None else None
    if isinstance(code, int) and not isinstance(code, bool) and -65_535 <= code < 0:
        return code
    return wild.integer(code, 65_535)


def is_observation(message: dict[str, Any]) -> bool:
    """Say whether a user message is the result of a command (text mode)."""
    return _RETURNED.match(wild.text(message.get("content")) or "") is not None


def timed_out(returned: Returned) -> bool:
    """Say whether the harness gave up on a command."""
    return bool(_TIMED_OUT.search(returned.why[:2_000]))
