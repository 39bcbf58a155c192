"""Clues out of steps: everything that needs a step's own texts is settled here, once. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from runs.findings.absences import Absence, absence_of
from runs.findings.checks import checks_of, family_of_check, is_red, outcome_of
from runs.findings.clues import Clue, Outcome
from runs.findings.commands import verb_of
from runs.findings.dangers import danger_of
from runs.findings.deeds import Deed, deed_of
from runs.findings.errors import rough_of, sign_of
from runs.findings.fragments import fragment_of
from runs.findings.limits import COMMAND_CHARS
from runs.findings.looks import is_no_match, look_of
from runs.findings.mentions import mentions_in
from runs.kinds import FAILED_STATES, Kind, StepStatus
from runs.patches import paths_of_patch
from runs.records import digest_of
from runs.sentences import answer_texts
from runs.tools import COMMAND_NAMES, EDITING, PATH_NAMES, Family, arguments_of, family_of_call, text_in

SHORT = 8  # bytes of a digest that tell the contents of one run apart
COMMAND_KEPT = 300
CHECKS_KEPT = 6
ANSWER_CHARS = 4_000  # of a result that are compared
QUERY_KEPT = 120
NAME_KEPT = 60

_SEARCHES = frozenset({Family.GREP, Family.GLOB, Family.SEARCH, Family.FETCH})
_QUERIES = ("pattern", "query", "regex", "search_term", "glob_pattern", "url")
_PART_NAMES = ("offset", "limit", "start_line", "end_line", "view_range", "line_range", "pages")

#: An error that only says that a command failed; its output says why.
_BARE = re.compile(r"^(?:exit(?: code)? \d+)\b:?", re.IGNORECASE)


class Source(Struct, kw_only=True):
    """A step as stored, with as much of its texts as rules look at."""

    seq: int
    key: str
    kind: str
    status: str
    tool: str = ""
    model: str = ""
    agent: str = ""
    turn: int = 0
    error: str = ""
    error_kind: str = ""
    exit_code: int | None = None
    attempt: int | None = None
    at: int | None = None
    until: int | None = None
    ms: int | None = None
    input: str = ""
    output: str = ""
    input_digest: bytes | None = None
    in_size: int = 0
    out_size: int = 0
    stop: str = ""
    fresh: int | None = None  #: input tokens that are not cached
    cached: int = 0
    written: int = 0
    out: int = 0
    cost: float | None = None
    copied: bool = False
    detail: Mapping[str, object] = field(default_factory=dict)
    name: str = ""


def clue_of(step: Source, *, cwd: str = "") -> Clue:
    """Make the clue of a step."""
    step = _without_head(step)
    shared: dict[str, Any] = {
        "seq": step.seq,
        "key": step.key,
        "kind": step.kind,
        "status": step.status,
        "at": step.at,
        "until": step.until if step.until is not None else _end_of(step),
        "ms": step.ms,
        "lane": step.agent,
        "turn": step.turn,
        "is_meta": step.detail.get("meta") is True,
        "tool": step.tool,
        "error": _error_of(step),
        "error_kind": step.error_kind,
        "exit_code": step.exit_code,
        "in_size": step.in_size,
        "out_size": step.out_size,
        "model": step.model,
        "stop": step.stop,
        "attempt": step.attempt,
        "name": "" if step.kind in (Kind.TOOL, Kind.LLM, Kind.EVENT) else step.name[:NAME_KEPT],
    }
    if step.kind == Kind.TOOL or step.tool:
        return Clue(**shared, **_of_call(step, cwd))
    if step.kind in (Kind.LLM, Kind.FINAL):
        return Clue(**(shared | _of_answer(step)))
    return Clue(**shared, **_of_retry(step)) if step.kind == Kind.RETRY else Clue(**shared)


#: What Codex writes above the output of a command: it differs from call to call, and tells the exit code.
_HEAD = re.compile(
    r"\A(?:Chunk ID: .*\n)?(?:Exit code: (-?\d+)\n)?Wall time: .*\n(?:Process exited with code (-?\d+)\n)?"
    r"(?:Original token count: .*\n)?(?:Total output lines: .*\n)?Output:\n"
)


def _without_head(step: Source) -> Source:
    match = _HEAD.match(step.output) if step.tool else None
    if not match:
        return step
    told = match[1] or match[2]
    code = int(told[:9]) if told and step.exit_code is None else step.exit_code
    return replace(step, output=step.output[match.end() :], exit_code=code)


def _end_of(step: Source) -> int | None:
    return step.at + step.ms if step.at is not None and step.ms is not None else None


def _error_of(step: Source) -> str:
    failed = step.status in FAILED_STATES or step.kind in (Kind.ERROR, Kind.RETRY)
    if failed and _BARE.match(step.error) and (told := _BARE.sub("", step.output).strip()):
        return sign_of(told)  # "exit 1: > shop@1.0 build": the output's telling line says more
    return sign_of(step.error or step.output) if failed else ""


def _of_call(step: Source, cwd: str) -> dict[str, Any]:
    arguments = arguments_of(step.input)
    family = family_of_call(step.tool, arguments)
    command = _command_of(step, arguments) if family in (Family.SHELL, Family.PATCH) else ""
    is_shell = family is Family.SHELL
    checks = checks_of(command) if is_shell else []
    outcome = _outcome_of(step, command) if checks else Outcome.UNKNOWN
    path = path_of(step, arguments, family, cwd)
    dropped, added = fragment_of(arguments) if family in EDITING else (b"", b"")
    absence, absent = _absence_of(step, family, path, command)
    look, seen = look_of(command) if is_shell else ("", "")
    return {
        "family": family,
        "args": (step.input_digest or digest_of(step.input.encode()))[:SHORT],
        "rough": digest_of(rough_of(step.input))[:SHORT],
        "path": path,
        "part": ":".join(str(arguments[name]) for name in _PART_NAMES if arguments.get(name) is not None)[
            :40
        ],
        "query": text_in(arguments, *_QUERIES)[:QUERY_KEPT] if family in _SEARCHES else "",
        "command": command[:COMMAND_KEPT],
        "check": next(iter(checks), ""),
        "outcome": outcome,
        "danger": danger_of(command) if is_shell else "",
        "answer": _answer_of(step.output),
        "named": mentions_in(step.output) if outcome == Outcome.RED else b"",
        "checks": "\n".join("\t".join((*family_of_check(name), name)) for name in checks[:CHECKS_KEPT]),
        "deed": deed_of(command) if is_shell else Deed.NOTHING,
        "verb": verb_of(command)[:NAME_KEPT] if is_shell else "",
        "result": digest_of(step.output.encode())[:SHORT] if step.output else b"",
        "absence": absence,
        "absent": absent,
        "dropped": dropped,
        "added": added,
        "look": look,
        "seen": seen,
        "is_no_match": is_shell and is_no_match(command, step.exit_code),
    }


def _answer_of(output: str) -> bytes:
    """Digest a result, the beginning and the end of a long one."""
    kept = (
        output if len(output) <= ANSWER_CHARS else output[: ANSWER_CHARS // 2] + output[-ANSWER_CHARS // 2 :]
    )
    return digest_of(rough_of(kept))[:SHORT]


def _absence_of(step: Source, family: Family, path: str, command: str) -> tuple[Absence, str]:
    if step.status != StepStatus.FAILED:
        return Absence.NOTHING, ""
    told = f"{step.error}\n{step.output}"
    return absence_of(
        family, tool=step.tool, path=path, command=command, exit_code=step.exit_code, error=told
    )


def _command_of(step: Source, arguments: Mapping[str, object]) -> str:
    told = step.detail.get("command")
    command = told if isinstance(told, str) and told else text_in(dict(arguments), *COMMAND_NAMES)
    return command[:COMMAND_CHARS]


def path_of(step: Source, arguments: Mapping[str, object], family: Family, cwd: str) -> str:
    """Find the file that a call asked for, relative to the working directory where it lies in it."""
    told = step.detail.get("path")
    path = told if isinstance(told, str) and told else text_in(dict(arguments), *PATH_NAMES)
    if not path and family is Family.PATCH:
        path = next(iter(paths_of_patch(dict(arguments))), "")
    path = path.replace("\\", "/")
    home = cwd.replace("\\", "/").rstrip("/") + "/"
    return path.removeprefix(home).removeprefix("./") if len(home) > 1 else path.removeprefix("./")


def _outcome_of(step: Source, command: str) -> Outcome:
    if step.status in (StepStatus.RUNNING, StepStatus.CANCELLED, StepStatus.UNANSWERED, StepStatus.DENIED):
        return Outcome.UNKNOWN
    if step.error_kind == "timeout" and not is_red(step.output):
        return Outcome.UNKNOWN
    failed = step.status == StepStatus.FAILED
    return outcome_of(command, exit_code=step.exit_code, failed=failed, output=step.output)


#: What some frameworks give for an answer when they end a run (LangChain).
_GAVE_UP = re.compile(r"\AAgent stopped due to [\w ]{1,60}limit[\w ]{0,40}\.?\s*\Z")


def _of_answer(step: Source) -> dict[str, Any]:
    told = step.fresh is not None
    return {
        "sent": (step.fresh or 0) + step.cached + step.written if told else None,
        "cached": step.cached,
        "written": step.written,
        "out": step.out,
        "cost": None if step.copied else step.cost,
        "is_empty": step.status == StepStatus.OK and _is_empty(step),
        "error": _error_of(step) or (step.output if _GAVE_UP.match(step.output[:120]) else ""),
    }


def _is_empty(step: Source) -> bool:
    if not step.output.strip():
        return step.out_size == 0
    text, _, calls = answer_texts(step.output)
    called = calls or "tool_use" in step.output or "tool_call" in step.output
    return not text.strip() and not called


def _of_retry(step: Source) -> dict[str, Any]:
    numbers = {name: step.detail.get(name) for name in ("max_attempts", "wait_ms")}
    whole = {name: int(value) for name, value in numbers.items() if isinstance(value, int | float)}
    of = step.detail.get("of")
    return {
        "most": whole.get("max_attempts"),
        "wait_ms": whole.get("wait_ms"),
        "of": of if isinstance(of, str) else "",
        "sent": None if step.fresh is None else step.fresh + step.cached + step.written,
        "out": step.out,
    }
