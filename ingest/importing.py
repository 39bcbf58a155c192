"""From files to one batch: each file to the reader of its format, files of one format together."""

from collections.abc import Callable
from datetime import datetime

from ingest.detect import (
    AIDER,
    ATIF,
    CLAUDE_CODE,
    CLINE,
    CODEX,
    COPILOT,
    EVENTS,
    GEMINI_CLI,
    HOMEMADE,
    MESSAGES,
    MINI_SWE_AGENT,
    OPENCODE,
    OPENHANDS,
    QWEN_CODE,
    RESULTS,
    SWE_AGENT,
    detect,
)
from ingest.formats import (
    aider,
    atif,
    claude_code,
    cline,
    codex,
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
from ingest.formats.benchmark_results import with_results
from ingest.formats.otlp import Received, Unreadable, read_traces
from ingest.formats.sdks import langfuse, langsmith
from ingest.formats.sdks.told import Told
from ingest.limits import PROBLEM_BYTES
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined

Reader = Callable[..., Batch]

SDK_READERS: dict[str, Callable[[str, bytes], Told]] = {
    "langsmith": langsmith.read_file,
    "langfuse": langfuse.read_file,
}

READERS: dict[str, Reader] = {
    EVENTS: events.read,
    CLAUDE_CODE: claude_code.read,
    CODEX: codex.read,
    COPILOT: copilot.read,
    CLINE: cline.read,
    AIDER: aider.read,
    SWE_AGENT: swe_agent.read,
    MINI_SWE_AGENT: mini_swe_agent.read,
    GEMINI_CLI: gemini_cli.read,
    HOMEMADE: homemade.read,
    OPENCODE: opencode.read,
    OPENHANDS: openhands.read,
    QWEN_CODE: qwen_code.read,
    ATIF: atif.read,
    MESSAGES: messages.read,
}

#: What lies beside the transcript of a sub-agent and is read with it.
COMPANION = ".meta.json"


def read_files(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read all files; what no reader knows is quarantined with what it looks like."""
    groups: dict[str, list[SourceFile]] = {}
    unknown: list[tuple[SourceFile, str]] = []
    for file in files:
        name, title = detect(file) if file.data.strip() else ("", "")
        if name in READERS or name == RESULTS:
            groups.setdefault(name, []).append(file)
        else:
            unknown.append((file, title))
    batch = Batch(quarantined=[], format=", ".join(sorted(groups)))
    results = groups.pop(RESULTS, [])
    for name, group in groups.items():
        beside = [file for file, _ in unknown if name == CLAUDE_CODE and file.name.endswith(COMPANION)]
        unknown = [(file, title) for file, title in unknown if file not in beside]
        batch = batch + READERS[name](group + beside, now=now)
    batch = with_results(batch, results) if results else batch
    return batch + Batch(quarantined=[unread(file, title) for file, title in unknown])


def read_sdk_files(files: list[SourceFile]) -> Told:
    """Read files of SDKs with a JSON format of their own, all together."""
    found = [SDK_READERS[detect(file)[0]](file.path, file.data) for file in files]
    return Told(
        spans=[span for one in found for span in one.spans],
        quarantined=[bad for one in found for bad in one.quarantined],
    )


def read_span_file(file: SourceFile) -> Received:
    """Read a file of OTLP/JSON: one request, or one a line as the Collector writes them."""
    try:
        return read_traces(file.data, json=True, redacts=False)[0]
    except Unreadable as unreadable:
        bad = Quarantined(where=file.path, why=str(unreadable), data=file.data[:PROBLEM_BYTES])
        return Received(quarantined=[bad])


def without_agent(file: SourceFile, *, waiting: bool) -> Quarantined:
    """Say that a file of OTLP was read, and came to no run: its numbers may wait for one."""
    if waiting:
        why = (
            "OpenTelemetry metrics: what they count of their sessions is kept, and will stand beside their "
            "runs once a transcript, traces or logs of these sessions come."
        )
    else:
        why = "OpenTelemetry data, but no span, log record or metric in it tells what an agent did."
    return Quarantined(where=file.path, why=why, data=file.data[:PROBLEM_BYTES])


def unread(file: SourceFile, title: str) -> Quarantined:
    """Say why a file was not read."""
    if not file.data.strip():
        why = "The file is empty."
    elif title:
        why = f"This looks like {title}, which cannot be imported yet."
    else:
        why = "The format is not known: no line looks like an event or a transcript we can read."
    return Quarantined(where=file.path, why=why, data=file.data[:PROBLEM_BYTES])
