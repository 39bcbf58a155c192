"""What an action of SWE-agent is: one of its own commands, by shell words or by tool call, or the shell's."""

import re
import shlex
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.spans.messages import read_message
from runs.tools import arguments_of

#: Its own commands that are no programs of a shell.
OWN = frozenset(
    {"open", "goto", "scroll_up", "scroll_down", "create", "edit", "insert", "append", "submit", "find_file"}
    | {"search_file", "search_dir", "str_replace_editor", "view_image", "exit_forfeit"}
)
_EDIT = re.compile(r"^edit\s+(\d+):(\d+)[ \t]*\n(.*?)\n?(?:end_of_edit\s*)?$", re.DOTALL)
_INSERT = re.compile(r"^insert\s+(\d+)[ \t]*\n(.*?)\n?(?:end_of_insert\s*)?$", re.DOTALL)
#: What the words of a command mean, in order.
WORDS = {
    "open": ("path", "line_number"),
    "goto": ("line_number",),
    "create": ("filename",),
    "find_file": ("file_name", "dir"),
    "search_file": ("search_term", "file"),
    "search_dir": ("search_term", "dir"),
    "view_image": ("path",),
    "str_replace_editor": ("command", "path"),
    "edit": ("search", "replace", "replace-all"),
    "insert": ("text", "line"),
}


class Action(Struct, frozen=True):
    """One tool call. `id` is empty in text mode."""

    tool: str
    given: dict[str, Any]
    id: str = ""


def actions_of(step: dict[str, Any], message: dict[str, Any]) -> list[Action]:
    """List the calls of a step: what the model called by name, else what its words come to."""
    calls = read_message({"role": "assistant", "tool_calls": message.get("tool_calls")}).calls
    if calls:
        return [Action(call.name, arguments_of(call.input), wild.identity(call.id) or "") for call in calls]
    text = (wild.text(step.get("action")) or "").strip("\n")
    return [action_of(text)] if text.strip() else []


def action_of(text: str) -> Action:
    """Read an action that is written as a command line."""
    name = text.split(None, 1)[0] if text.strip() else ""
    if name not in OWN:
        return Action("bash", {"command": text})
    if name == "edit" and (match := _EDIT.match(text)):
        given = {"start_line": int(match[1][:9]), "end_line": int(match[2][:9]), "replacement_text": match[3]}
        return Action(name, given)
    if name == "insert" and (match := _INSERT.match(text)):
        return Action(name, {"line": int(match[1][:9]), "text": match[2]})
    return Action(name, given_by_words(name, words_of(text)[1:]))


def words_of(text: str) -> list[str]:
    """Split a command line as a shell does; one that no shell would take, at its spaces."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def given_by_words(name: str, words: list[str]) -> dict[str, Any]:
    """Name the words of a command; `--name value` says its name itself."""
    given: dict[str, Any] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            given[word[2:]] = next(rest, "")
        else:
            plain.append(word)
    return {**dict(zip(WORDS.get(name, ()), plain, strict=False)), **given}
