"""Whether an action worked, from what SWE-agent's tools and shell say: exit codes are not recorded."""

import re

from msgspec import Struct

from ingest.formats.claude_code.blocks import first_line
from runs.kinds import StepStatus

EDITORS = frozenset({"edit", "insert", "append", "create", "str_replace_editor"})


class Failure(Struct, frozen=True):
    """Why an action failed."""

    kind: str
    sentence: str
    status: StepStatus = StepStatus.FAILED


#: Beginning of an observation → (kind, status).
OPENINGS: tuple[tuple[re.Pattern[str], str, StepStatus], ...] = (
    (re.compile(r"EXECUTION TIMED OUT|COMMAND TIMED OUT|The command .{0,2000}? was cancelled because it took"
                r" more than|Command timed out", re.DOTALL), "timeout", StepStatus.FAILED),
    (re.compile(r"Interactive operation '|Your action is blocked|Operation '.{0,200}' is not supported by"
                r" this environment"), "policy", StepStatus.DENIED),
    (re.compile(r"Your bash command contained syntax errors|Your output could not be parsed|"
                r"Your command failed validation"), "validation", StepStatus.FAILED),
    (re.compile(r"(?:/?[\w/.-]+: )?(?:line \d+: )?[^\s:]{1,80}: (?:command not found|Permission denied)|"
                r"(?:\w+: )?.{0,300}: No such file or directory\s*\Z"), "command", StepStatus.FAILED),
    (re.compile(r"Traceback \(most recent call last\):"), "command", StepStatus.FAILED),
)  # fmt: skip
#: What the editing commands say when they changed nothing.
REFUSED = re.compile(
    r"Your proposed edit has introduced new syntax error|(?:have|were) not (?:been )?applied|"
    r"NOT been applied|"
    r"No replacement was performed|^Usage: |^No file open|^Error:|^ERROR|^Invalid |^Text not found|"
    r"must be an integer|was not found|already exists|^The path .{0,300} does not exist|Found no occurrence",
    re.MULTILINE,
)
CHANGED = re.compile(
    r"File updated\.|has been edited successfully|File created successfully|Text replaced|Text inserted|"
    r"^\[File: |Last edit to|New file"
)


def failure_of(tool: str, observation: str) -> Failure | None:
    """Say why an action failed; None when nothing says that it did."""
    text = observation.strip()
    worked = text.startswith(("File updated", "[File: ", "Text replaced"))
    if tool in EDITORS and tool != "create" and not worked and REFUSED.search(text[:4_000]):
        return Failure("validation", first_line(text))
    if tool == "create" and re.match(r"(?:Error|Usage|Warning):", text):
        return Failure("validation", first_line(text))
    for pattern, kind, status in OPENINGS:
        if pattern.match(text[:4_000]):
            lines = text.splitlines()
            is_trace = text.startswith("Traceback")
            return Failure(kind, (lines[-1] if is_trace else first_line(text)).strip()[:300], status)
    return None


def has_changed(observation: str) -> bool:
    """Say whether an editing command's own words tell of a change."""
    return CHANGED.search(observation[:8_000]) is not None or CHANGED.search(observation[-2_000:]) is not None
