"""What a user record is, and why a tool call failed (FORMATS 1.4, 1.7)."""

import re
from enum import StrEnum

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import (
    HARNESS_TAGS,
    blocks_of,
    first_line,
    inside_tag,
    text_of,
    without_reminders,
)
from ingest.formats.claude_code.lines import Record
from runs.kinds import StepStatus


class Said(StrEnum):
    """What a user record says, and who says it."""

    HUMAN = "human"
    COMMAND = "command"  #: a slash command whose prompt goes to the model
    RESULT = "result"  #: tool results
    SUMMARY = "summary"  #: the summary after a compaction
    INTERRUPT = "interrupt"  #: "[Request interrupted by user]"
    SHELL = "shell"  #: `!command`, run by the human
    SHELL_OUTPUT = "shell-output"
    LOCAL_OUTPUT = "local-output"  #: what a local slash command printed
    NOTICE = "notice"  #: a background task reports
    HARNESS = "harness"  #: written by the program for the model
    EMPTY = "empty"


INTERRUPTED = "[Request interrupted by user"
OUTPUT_TAGS = ("bash-input", "bash-stdout", "bash-stderr", "local-command-stdout", "local-command-stderr")
OPENINGS = (
    ("<command-name>", Said.COMMAND),
    ("<command-message>", Said.COMMAND),
    ("<command-args>", Said.COMMAND),
    ("<bash-input>", Said.SHELL),
    ("<bash-stdout>", Said.SHELL_OUTPUT),
    ("<bash-stderr>", Said.SHELL_OUTPUT),
    ("<local-command-stdout>", Said.LOCAL_OUTPUT),
    ("<local-command-stderr>", Said.LOCAL_OUTPUT),
    ("<local-command-caveat>", Said.HARNESS),
    ("<task-notification>", Said.NOTICE),
    ("<user-prompt-submit-hook>", Said.HARNESS),
    *((f"<{tag}>", Said.HARNESS) for tag in HARNESS_TAGS),  # without an end; whole ones are cut out before
    ("Caveat: The messages below", Said.HARNESS),
    ("This session is being continued from a previous conversation", Said.SUMMARY),
    (INTERRUPTED, Said.INTERRUPT),
)


def said_by(record: Record) -> Said:
    """Tell a human prompt from all that is also written as a user record."""
    content = wild.mapping(record.get("message")).get("content")
    if any(block.get("type") == "tool_result" for block in wild.objects(content)):
        return Said.RESULT
    if record.get("isCompactSummary") is True:
        return Said.SUMMARY
    text = without_reminders(text_of(content)).strip()
    kind = opening_of(text)
    if record.get("isMeta") is True:
        return kind if kind in (Said.INTERRUPT, Said.NOTICE) else Said.HARNESS
    if kind is not None:
        return kind
    if (wild.text(wild.mapping(record.get("origin")).get("kind")) or "human") != "human":
        return Said.NOTICE
    has_media = any(block.get("type") in ("image", "document") for block in blocks_of(content))
    return Said.HUMAN if text or has_media else Said.EMPTY


def opening_of(text: str) -> Said | None:
    return next((kind for start, kind in OPENINGS if text.startswith(start)), None)


def command_of(text: str) -> str:
    """Write a slash command as it was typed: "/review 12"."""
    name = inside_tag(text, "command-name") or inside_tag(text, "command-message") or first_line(text)
    args = inside_tag(text, "command-args")
    word = "/" + first_line(name).lstrip("/")
    return f"{word} {args}" if args else word


def tagged_text(text: str) -> str:
    """Take the inside of `<bash-input>`, `<bash-stdout>` and their like."""
    found = [inside for tag in OUTPUT_TAGS if (inside := inside_tag(text, tag)) is not None]
    return "\n".join(part for part in found if part) if found else text


class Failure(Struct, frozen=True):
    """Why a tool call has no good result."""

    status: StepStatus
    kind: str
    sentence: str


EXIT_CODE = re.compile(r"^(?:Error: )?Exit code (\d{1,5})\b[ \t]*\n?")
TIMED_OUT = re.compile(r"(?:Command )?timed out after ([\d.]+ ?(?:ms|s|m|h)(?: ?[\d.]+ ?s)?)", re.IGNORECASE)
SPAN = re.compile(r"([\d.]+) ?(ms|s|m|h)")
UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
USE_ERROR = re.compile(r"^<tool_use_error>(.*?)(?:</tool_use_error>|$)", re.DOTALL)
HUMAN = (
    "The user doesn't want to proceed",
    "The user doesn't want to take this action",
    "The user rejected",
    "User rejected",
    "The agent proposed a plan that was rejected",
)
CASCADE = ("Sibling tool call errored", "Cancelled: parallel tool call")
POLICY = re.compile(
    r"requested permissions? to|requires approval|was blocked\. For security|permission to use .* denied"
    r"|denied by|has been denied|auto mode cannot|not allowed by|is not permitted",
    re.IGNORECASE,
)
HOOK = re.compile(
    r"\b(?:PreToolUse|PostToolUse)\b.{0,200}?\bhook\b|\bhook (?:error|blocked)", re.IGNORECASE | re.DOTALL
)


def failure_of(tool: str, text: str, denial: str | None) -> Failure:
    """Classify a result with `is_error`. `denial` is the record's own `toolDenialKind`."""
    found = USE_ERROR.match(text.strip())
    inside = (found[1] if found else text).strip()
    said = inside.removeprefix("Error: ")
    line = first_line(said) or "The tool reported an error and no text."
    if said.startswith(CASCADE):
        return Failure(StepStatus.CANCELLED, "cascade", "Cancelled: a parallel call failed")
    if said.startswith(INTERRUPTED):
        return Failure(StepStatus.CANCELLED, "human", "Interrupted by the user")
    if said.startswith(HUMAN) or (denial and "user" in denial):
        return Failure(StepStatus.DENIED, "human", "Rejected by the user")
    if denial:
        return Failure(StepStatus.DENIED, "policy", line)
    if HOOK.search(said[:400]):
        return Failure(StepStatus.DENIED, "hook", line)
    if not found and not EXIT_CODE.match(said) and POLICY.search(said[:400]):
        return Failure(StepStatus.DENIED, "policy", line)
    late = TIMED_OUT.search(said[:2_000]) if tool in SHELLS else None
    if late:
        return Failure(StepStatus.FAILED, "timeout", late[0])
    return failed(tool, said, line, used_wrongly=bool(found))


SHELLS = frozenset({"Bash", "PowerShell"})


def failed(tool: str, said: str, line: str, *, used_wrongly: bool) -> Failure:
    """Tell apart the failures that are the call's own."""
    code = EXIT_CODE.match(said)
    if code:
        rest = first_line(said[code.end() :])
        return Failure(StepStatus.FAILED, "command", f"exit {code[1]}: {rest}" if rest else f"exit {code[1]}")
    if used_wrongly:
        return Failure(StepStatus.FAILED, "validation", line)
    if tool in SHELLS:
        return Failure(StepStatus.FAILED, "command", line)
    if tool.startswith("mcp__"):
        return Failure(StepStatus.FAILED, "mcp", line)
    if tool in ("WebFetch", "WebSearch"):
        return Failure(StepStatus.FAILED, "network", line)
    return Failure(StepStatus.FAILED, "tool", line)


def exit_code_of(text: str) -> int | None:
    found = EXIT_CODE.match(text.strip())
    return int(found[1]) if found else None


def timeout_of(text: str) -> int | None:
    """Read "timed out after 2m 0.0s" as milliseconds."""
    found = TIMED_OUT.search(text[:4_000])
    if not found:
        return None
    total = 0.0
    for amount, unit in SPAN.findall(found[1]):
        try:
            total += float(amount) * UNIT_MS[unit]
        except ValueError:
            return None
    return round(total)
