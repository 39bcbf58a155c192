"""What an error says is not there: a file, a program, an option, a tool. Pure."""

import re
from collections.abc import Sequence
from enum import StrEnum

from runs.findings.commands import simple_commands
from runs.tools import EDITING, Family

NAME_CHARS = 200
#: Of an error, what is looked at: its beginning and its end.
TOLD_CHARS = 2_000
#: That there is no such tool is said at once.
NO_TOOL_CHARS = 120


class Absence(StrEnum):
    """What was not there."""

    FILE = "file"
    PROGRAM = "program"
    OPTION = "option"
    TOOL = "tool"
    TEXT = "text"  #: the text that an edit was to replace
    STALE = "stale"  #: the same, and the tool itself says that the file changed since it was read
    NOTHING = ""


_FILE_TOOLS = EDITING | {Family.READ, Family.GREP, Family.GLOB}
_NO_FILE = re.compile(
    r"no such file|does not exist|doesn't exist|file not found|not found: |ENOENT|path not found"
    r"|cannot find the (?:file|path)|is not a file",
    re.IGNORECASE,
)
#: Programs that were told a file to look at: their complaint names it.
_COMPLAINT = re.compile(
    r"^(?:\S*/)?(?:cat|head|tail|sed|less|more|nl|wc|cp|mv|source|\.|bash|sh|zsh|bat|awk|grep|node|tsx|"
    r"python[\d.]*|pytest|diff|open)\b[^\n]*?:\s*(?:cannot (?:stat|open|access)\s+)?"
    r"(?:can't (?:open file|read)\s+|file or directory not found:\s+)?"
    r"['\"‘]?([^\s'\"’:]+)['\"’]?(?::| for reading:)?.{0,40}?"
    r"(?:\[Errno 2\] )?(?:No such file or directory|$)",
    re.MULTILINE,
)
_PYTEST = re.compile(r"^ERROR: (?:file or directory not found|not found): (\S+)", re.MULTILINE)

_NO_PROGRAM = (
    re.compile(r"command not found: ([\w.+@/-]+)"),
    re.compile(r"(?:^|[\s:])([\w.+@/-]+): command not found\b"),
    re.compile(r"'([\w.+@/-]+)' is not recognized as"),
    re.compile(r"The term '([\w.+@/-]+)' is not recognized"),
)
#: Many things are "not found"; with exit code 127 it is a program.
_NOT_FOUND = re.compile(r"(?:^|[\s:])([\w.+@/-]+): not found\b")
_NO_OPTION = (
    re.compile(
        r"(?:unknown|unrecognized|unrecognised|invalid|illegal|unexpected|no such) "
        r"(?:shorthand flag|option|flag|(?<!invalid )(?<!illegal )argument|switch|command line option)s?\b"
        r"[^\n]{0,8}?[\s:'\"`‘-]+([\w-]+)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:bad option|unknown command|no such (?:sub)?command|unrecognized (?:sub)?command)"
               r"[\s:'\"`‘]+([\w:.-]+)", re.IGNORECASE),
    re.compile(r"'([\w.-]+)' is not an? [\w-]+ command"),
    re.compile(r"Missing script: [\"']?([\w:.-]+)"),
)  # fmt: skip
_NO_TOOL = re.compile(
    r"no such tool(?: available)?|unknown tool|tool [^\n]{0,60}(?:not found|does not exist|is not available)"
    r"|unknown function|function [^\n]{0,60}not found|not a valid tool|invalid tool name|tool not found",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(
    r"\b(?:string|text|old_str(?:ing)?|lines?|block|pattern|match|snippet)s?\b(?!/)[^\n/]{0,80}?"
    r"(?:not found|did not appear|does not (?:match|appear)|not match|no match)|no match(?:es)? found"
    r"|(?:failed to|could not) find (?:expected lines|context|the (?:text|string|lines))|no replacement was",
    re.IGNORECASE,
)
_IN_FILE = re.compile(r"expected lines in (\S+?):?(?:\s|$)")
_STALE = re.compile(
    r"(?:modified|changed) (?:on disk )?since|file has been (?:unexpectedly )?modified", re.IGNORECASE
)
#: To ask whether a program is there is no mistake.
_PROBES = frozenset({"which", "type", "whereis", "where", "hash", "command"})
_VERSION = frozenset({"--version", "-V", "-v", "version", "--help", "-h"})


def absence_of(
    family: str, *, tool: str, path: str, command: str, exit_code: int | None, error: str
) -> tuple[Absence, str]:
    """Say what a failed call was to find and did not: (what it is, its name)."""
    told = error if len(error) <= TOLD_CHARS else error[: TOLD_CHARS // 2] + error[-TOLD_CHARS // 2 :]
    if exit_code is None and _NO_TOOL.search(told[:NO_TOOL_CHARS]) and tool.lower() in told.lower():
        return Absence.TOOL, ""
    if family in EDITING and _STALE.search(told):
        return Absence.STALE, path[:NAME_CHARS]
    if family in EDITING and _NO_TEXT.search(told):
        named = _IN_FILE.search(told)  # a patch is of many files
        return Absence.TEXT, (named[1] if named else path)[:NAME_CHARS]
    if name := missing_path(family, path, told):
        return Absence.FILE, name[-NAME_CHARS:]  # the end of a path is what tells it
    if family != Family.SHELL:
        return Absence.NOTHING, ""
    if name := unknown_program(command, exit_code=exit_code, error=told):
        return Absence.PROGRAM, name[:NAME_CHARS]
    name = unknown_option(command, told)
    return (Absence.OPTION, name[:NAME_CHARS]) if name else (Absence.NOTHING, "")


def missing_path(family: str, path: str, error: str) -> str:
    """Name the file that a failed call was to find and did not. Empty where the error says something else."""
    if family in _FILE_TOOLS:
        return path if path and "*" not in path and _NO_FILE.search(error) else ""
    if family != Family.SHELL:
        return ""
    match = _PYTEST.search(error) or (_COMPLAINT.search(error) if "No such file" in error else None)
    found = match[1] if match else ""
    return "" if "*" in found or "$" in found else found


def unknown_program(command: str, *, exit_code: int | None, error: str) -> str:
    """Name the program that a shell did not find; asking whether one is there is left out."""
    if exit_code not in (None, 127):
        return ""
    commands = simple_commands(command)
    for pattern in (*_NO_PROGRAM, _NOT_FOUND) if exit_code == 127 else _NO_PROGRAM:
        for match in pattern.finditer(error):
            name = match[1].rsplit("/", 1)[-1]
            if not name.isdigit() and not _is_probe(commands, name):
                return name
    lone = commands[0][0] if exit_code == 127 and len(commands) == 1 else ""
    return "" if lone.startswith("-") or _is_probe(commands, lone) else lone


def _is_probe(commands: Sequence[Sequence[str]], name: str) -> bool:
    return any(
        words[0] in _PROBES or (words[0] == name and not _VERSION.isdisjoint(words[1:])) for words in commands
    )


def unknown_option(command: str, error: str) -> str:
    """Name the option or sub-command that a program does not know. Only words of the command count."""
    for pattern in _NO_OPTION:
        match = pattern.search(error)
        word = match[1].lstrip("-") if match else ""
        if word and word in command:
            return word
    return ""
