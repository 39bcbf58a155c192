"""Errors: input that tools do not accept, guardrails, and simply many of them. Pure."""

import re

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.kinds import Kind, StepStatus
from runs.tools import Family
from runs.words import one_line, plural

_MALFORMED = re.compile(
    r"inputvalidationerror|invalid (?:tool )?(?:input|arguments?|parameters?)"
    r"|(?:missing|required) (?:required )?(?:parameter|argument|field|property)"
    r"|(?:parameter|argument|field|property) [^\n]{0,60}(?:is required|is missing)"
    r"|unexpected (?:parameter|keyword argument|property)|(?:invalid|malformed|unterminated) json"
    r"|failed to parse|could not parse|json parse|jsondecodeerror|not valid json|validation error"
    r"|schema validation|does not match (?:the )?schema|expected (?:string|number|array|object|boolean)"
)
#: Told by tools as wrong use, but not a matter of form.
_NOT_FORM = re.compile(
    r"has not been read|does not exist|not running|no changes to make|matches of the string"
)


def find_format_errors(case: Case) -> list[Found]:
    """Find calls refused because their input was malformed; one finding a tool."""
    groups: dict[str, list[Clue]] = {}
    for call in case.failed_calls:
        if call.status == StepStatus.FAILED and _is_malformed(call):
            groups.setdefault(call.tool, []).append(call)
    return [_format_error(tool, calls) for tool, calls in groups.items()]


def _is_malformed(call: Clue) -> bool:
    if call.absence or (call.family == Family.SHELL and call.command and call.error_kind != "validation"):
        return False
    if call.exit_code is not None or _NOT_FORM.search(call.error):
        return False
    return bool(_MALFORMED.search(call.error))


def _format_error(tool: str, calls: list[Clue]) -> Found:
    times = "" if len(calls) == 1 else f" {len(calls)} times"
    return Found(
        key=tool,
        sentence=f"{tool} refused its input{times}: {one_line(calls[0].error, limit=80).rstrip(':')}",
        steps=[call.seq for call in calls],
        at=calls[0].seq,
        numbers={"calls": len(calls), "tool": tool},
    )


def find_guardrails(case: Case) -> list[Found]:
    """Find guardrails that tripped; one finding for each."""
    groups: dict[str, list[Clue]] = {}
    for clue in case.failures:
        if clue.kind == Kind.GUARDRAIL:
            groups.setdefault(clue.name, []).append(clue)
    return [_guardrail(name, clues) for name, clues in groups.items()]


def _guardrail(name: str, clues: list[Clue]) -> Found:
    times = "" if len(clues) == 1 else f" {len(clues)} times"
    who = f"The guardrail {name}" if name else "A guardrail"
    return Found(
        key=name or "unnamed",
        sentence=f"{who} tripped{times}.",
        steps=[clue.seq for clue in clues],
        at=clues[0].seq,
        numbers={"times": len(clues)},
    )


def find_many_errors(case: Case) -> list[Found]:
    """Find runs with more errors than `errors`; red checks, denials and searches without a match are none."""
    most = int(case.limits["errors"])
    errors = [clue for clue in case.failures if _is_error(clue)]
    if len(errors) <= most:
        return []
    calls = len(case.calls)
    tools = len({clue.tool for clue in errors if clue.tool})
    return [
        Found(
            key="run",
            sentence=f"{plural(len(errors), 'error')} in {plural(calls, 'tool call')}; they come from "
            f"{plural(tools, 'tool')}.",
            steps=[clue.seq for clue in errors],
            at=errors[most].seq,
            numbers={"errors": len(errors), "calls": calls},
            used={"errors": most},
        )
    ]


def _is_error(clue: Clue) -> bool:
    if clue.kind == Kind.ERROR:
        return True
    expected = clue.check or clue.is_no_match or clue.kind == Kind.GUARDRAIL
    return clue.status == StepStatus.FAILED and not expected


SIGNATURES = (
    Signature(
        slug="format-error",
        name="Malformed input",
        severity=Severity.WARNING,
        about="A tool refused its input: broken JSON, a missing or unknown argument, a wrong type.",
        helps="Describe the tool's input more plainly, with an example; very long inputs get cut short.",
        rule=find_format_errors,
        version=2,
    ),
    Signature(
        slug="guardrail",
        name="Guardrail tripped",
        severity=Severity.WARNING,
        about="A check of what goes in or out said no.",
        helps="Read what it stopped: either the agent was led astray, or the guardrail is too strict.",
        rule=find_guardrails,
    ),
    Signature(
        slug="many-errors",
        name="Many errors",
        severity=Severity.HINT,
        about="More than `errors` calls failed in one run. Red checks have signatures of their own; searches "
        "without a match and what a human or a policy denied do not count.",
        helps="See which tool they come from: a missing program, a wrong path, a tool that is hard to use.",
        rule=find_many_errors,
        version=2,
        thresholds=("errors",),
    ),
)
