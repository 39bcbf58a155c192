"""Says which format a file has, by what is in it and never by its name (FORMATS.md 7)."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from ingest.documents import closed
from ingest.formats import (
    aider,
    atif,
    benchmark_results,
    claude_code,
    cline,
    copilot,
    events,
    gemini_cli,
    homemade,
    messages,
    mini_swe_agent,
    opencode,
    openhands,
    qwen_code,
    swe_agent,
)
from ingest.sources import SourceFile

PEEK_LINES = 50
Record = dict[str, Any]
Test = Callable[[Record], bool]

CLAUDE_CODE = "claude-code"
CODEX = "codex"
AIDER = "aider"
CLINE = "cline"
COPILOT = "copilot"
EVENTS = "events"
GEMINI_CLI = "gemini-cli"
HOMEMADE = "homemade"
OTLP = "otlp"
SWE_AGENT = "swe-agent"
MINI_SWE_AGENT = "mini-swe-agent"
OPENCODE = "opencode"
OPENHANDS = "openhands"
QWEN_CODE = "qwen-code"
RESULTS = "benchmark-results"
ATIF = "atif"
MESSAGES = "messages"


def _has(*names: str) -> Test:
    return lambda record: all(name in record for name in names)


def _is_codex(record: Record) -> bool:
    known = {"session_meta", "response_item", "event_msg", "turn_context", "compacted"}
    return str(record.get("type")) in known and "payload" in record


def _is_langfuse(record: Record) -> bool:
    if isinstance(record.get("batch"), list):
        return any(
            "traceId" in str(event)[:2_000] or "trace-create" in str(event) for event in record["batch"][:1]
        )
    if "traceId" in record and str(record.get("type")).isupper() and "startTime" in record:
        return True
    if isinstance(record.get("trace"), dict):
        return isinstance(record.get("observations"), list)
    return "observations" in record and _has("id", "timestamp")(record)


#: (format, what people call it, test of one record), the first that fits wins.
TESTS: list[tuple[str, str, Test]] = [
    ("claude-hooks", "Claude Code hook payloads", _has("hook_event_name")),
    (CODEX, "a Codex rollout", _is_codex),
    (
        CODEX,
        "an old Codex rollout",
        lambda r: "record_type" in r or _has("id", "timestamp", "instructions")(r),
    ),
    (
        CODEX,
        "the output of `codex exec --json`",
        lambda r: str(r.get("type")) in ("thread.started", "turn.started", "item.started", "item.completed"),
    ),
    (COPILOT, "a Copilot CLI session", copilot.looks_like),
    (SWE_AGENT, "a SWE-agent trajectory", swe_agent.looks_like),
    (MINI_SWE_AGENT, "a mini-swe-agent trajectory", mini_swe_agent.looks_like),
    (OPENHANDS, "OpenHands events", openhands.looks_like),
    (RESULTS, "results of a benchmark", benchmark_results.looks_like),
    (GEMINI_CLI, "a Gemini CLI chat", gemini_cli.looks_like),
    (OPENCODE, "a session of opencode", opencode.looks_like),
    (
        OTLP,
        "OpenTelemetry data",
        lambda r: not {"resourceSpans", "resourceLogs", "resourceMetrics", "resource_spans"}.isdisjoint(r),
    ),
    ("langsmith", "LangSmith runs", lambda r: "dotted_order" in r or ("post" in r and "patch" in r)),
    ("langfuse", "Langfuse traces", _is_langfuse),
    (ATIF, "an ATIF trajectory", atif.looks_like),
    (AIDER, "the analytics of Aider", aider.looks_like),
    (CLINE, "a task of Cline or Roo", cline.looks_like),
    (MESSAGES, "a list of messages", messages.looks_like),
]


def detect(file: SourceFile) -> tuple[str, str]:
    """Name the format of a file: (its name or "", what people call it)."""
    if events.looks_like(file.data):
        return EVENTS, "native events"
    if aider.is_text(file.data):
        return AIDER, "a history of Aider"
    records = peek(file.data)
    if any(qwen_code.looks_like(record) for record in records):  # its envelope is Claude Code's
        return QWEN_CODE, "a chat of Qwen Code"
    if claude_code.looks_like(list[object](records), file.path):
        return CLAUDE_CODE, "a Claude Code transcript"
    for name, title, test in TESTS:
        if any(test(record) for record in records):
            return name, title
    if homemade.looks_like(records, file.data):
        return HOMEMADE, "the file of a home-made instrumentation"
    return "", ""


def peek(data: bytes) -> list[Record]:
    """Read the first PEEK_LINES objects of a file: the whole as JSON, or its lines."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    # Written over many lines, it may hold lines that are objects and say nothing of the whole.
    is_spread = data[:1] == b"[" or data[:64].split(b"\n", 1)[0].strip() == b"{"
    found = _peek_whole(data) if is_spread else _peek_lines(data)
    return found or (_peek_lines(data) if is_spread else _peek_whole(data))


def _peek_lines(data: bytes) -> list[Record]:
    found: list[Record] = []
    for line in data.split(b"\n", PEEK_LINES * 4)[: PEEK_LINES * 4]:
        value = _json(line.strip(b" \t\r\0\x1e"))
        if isinstance(value, dict):
            found.append(value)
        if len(found) >= PEEK_LINES:
            break
    return found


def _peek_whole(data: bytes) -> list[Record]:
    whole = _json(data)
    if whole is None and data[:1] in (b"{", b"["):  # cut off: an agent was killed while it wrote
        whole = _json(closed(data.decode("utf-8", "replace")).encode())
    items = whole if isinstance(whole, list) else [whole]
    # Old OpenHands trajectories are pairs of an action and what came of it.
    items = [one for item in items[:PEEK_LINES] for one in (item if isinstance(item, list) else [item])]
    return [item for item in items[:PEEK_LINES] if isinstance(item, dict)]


def _json(data: bytes) -> object:
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.JSONDecoder(strict=False).raw_decode(data.decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return None
