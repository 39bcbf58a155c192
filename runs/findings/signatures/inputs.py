"""Hallucinated input: files, tools, programs and options that are not there. Pure."""

import re

from runs.findings.absences import Absence
from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.known import Known
from runs.findings.limits import FINDINGS_KEPT
from runs.findings.mentions import name_of
from runs.findings.words import named_call
from runs.words import one_line, plural

#: Names that projects have by custom: to look whether one is there is no invention.
_CUSTOMARY = re.compile(
    r"^(?:\..*|readme.*|license.*|changelog.*|contributing.*|claude\.md|agents\.md|gemini\.md|makefile"
    r"|dockerfile.*|package(?:-lock)?\.json|(?:ts|js)config.*\.json|pyproject\.toml|setup\.(?:py|cfg)"
    r"|requirements.*\.txt|go\.(?:mod|sum)|cargo\.(?:toml|lock)|gemfile|pom\.xml|build\.gradle.*|tox\.ini"
    r"|conftest\.py|__init__\.py|index\.\w+|main\.\w+|docker-compose.*|.*\.config\.\w+|src|test|tests|docs|lib"
    r"|node_modules|dist|build)$"
)


def find_missing_paths(case: Case) -> list[Found]:
    """Find files asked for that are not there and that nothing recorded had named before."""
    return [_missing(call) for call, known in case.once(_strangers) if not known]


def find_deleted_paths(case: Case) -> list[Found]:
    """Find files asked for after the agent itself had deleted or renamed them."""
    return [_deleted(case, call, gone) for call, gone in case.once(_strangers) if gone]


def _strangers(case: Case) -> list[tuple[Clue, Clue | None]]:
    """List calls for files that are not there: with the call that removed the file, or None for an invention.

    A file that was named before and not removed is neither: somebody else moved it, or said something wrong.
    """
    missed = [call for call in case.failed_calls if call.absence == Absence.FILE]
    if not missed:
        return []
    known, found = Known(case), []
    done: set[tuple[str, str]] = set()
    for call in missed:
        name = name_of(call.absent)
        if (name, call.lane) in done or len(done) >= FINDINGS_KEPT:
            continue
        done.add((name, call.lane))
        gone = known.removal_of(call)
        if gone or not (_CUSTOMARY.match(name) or known.was_known(name, call)):
            found.append((call, gone))
    return found


def _missing(call: Clue) -> Found:
    return Found(
        key=f"{call.lane}:{call.absent}",
        sentence=f"The agent asked for {call.absent}, which does not exist and which nothing had named "
        "before.",
        steps=[call.seq],
        at=call.seq,
        numbers={"path": call.absent},
    )


def _deleted(case: Case, call: Clue, gone: Clue) -> Found:
    turns = case.turns_between(gone, call)
    when = f"{plural(turns, 'turn')} after" if turns else "right after"
    return Found(
        key=f"{call.lane}:{call.absent}",
        sentence=f"The agent asked for {call.absent} {when} {named_call(gone)} had removed it.",
        steps=[gone.seq, call.seq],
        at=call.seq,
        numbers={"path": call.absent, "turns_ago": turns},
    )


def find_unknown_tools(case: Case) -> list[Found]:
    """Find calls of tools that the agent does not have."""
    groups: dict[str, list[Clue]] = {}
    for call in case.failed_calls:
        if call.absence == Absence.TOOL:
            groups.setdefault(call.tool, []).append(call)
    return [
        Found(
            key=tool,
            sentence=f"The agent called a tool that it does not have, `{one_line(tool, limit=60)}`"
            f"{',' * (len(calls) > 1)}{_times(calls)}.",
            steps=[call.seq for call in calls],
            at=calls[0].seq,
            numbers={"calls": len(calls), "tool": tool[:60]},
        )
        for tool, calls in groups.items()
    ]


def find_unknown_commands(case: Case) -> list[Found]:
    """Find commands that the machine does not have, and options that a program does not know."""
    groups: dict[tuple[str, str], list[Clue]] = {}
    for call in case.failed_calls:
        if call.absence in (Absence.PROGRAM, Absence.OPTION):
            groups.setdefault((call.absence, call.absent), []).append(call)
    return [_unknown_command(kind, name, calls) for (kind, name), calls in groups.items()]


def _unknown_command(kind: str, name: str, calls: list[Clue]) -> Found:
    if kind == Absence.PROGRAM:
        told = f"`{name}` was run{_times(calls)}, but there is no such command on this machine."
    else:
        told = f"{named_call(calls[0])} used `{name}`{_times(calls)}, which the program does not know."
    return Found(
        key=f"{kind}:{name}",
        sentence=told,
        steps=[call.seq for call in calls],
        at=calls[0].seq,
        numbers={"calls": len(calls), "name": name},
        severity=Severity.WARNING if len(calls) > 1 else Severity.HINT,
    )


def _times(calls: list[Clue]) -> str:
    return "" if len(calls) == 1 else f" {len(calls)} times"


SIGNATURES = (
    Signature(
        slug="missing-path",
        name="Invented path",
        severity=Severity.WARNING,
        about="A file or folder was asked for that does not exist, and nothing recorded before had named it: "
        "no prompt, no result, no edit.",
        helps="Let the agent list or search before it opens. Notes that name files must be kept true.",
        rule=find_missing_paths,
    ),
    Signature(
        slug="deleted-path",
        name="Removed path",
        severity=Severity.WARNING,
        about="A file was asked for after the agent itself had deleted or renamed it.",
        helps="The agent lost track of its own change. A list of what it did so far, in its context, helps.",
        rule=find_deleted_paths,
    ),
    Signature(
        slug="unknown-tool",
        name="Unknown tool",
        severity=Severity.WARNING,
        about="A tool was called that the agent does not have.",
        helps="Check the tools that are given to it, and prompts that name tools of another agent.",
        rule=find_unknown_tools,
    ),
    Signature(
        slug="unknown-command",
        name="Unknown command",
        severity=Severity.HINT,
        about="A shell command was not found, or a program did not know an option or a sub-command. Asking "
        "for a version or a path does not count.",
        helps="Say which programs there are, or install what is missing.",
        rule=find_unknown_commands,
    ),
)
