"""What Codex gives its `notify` program after each turn, as one JSON object."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.lines import read_lines
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.claude_code.paths import repository_of
from ingest.formats.claude_code.slim import slim
from ingest.limits import HOOKS_PER_REQUEST
from ingest.ranks import BEGUN
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch, Quarantined, RunRecord, StepRecord, digest_of

SOURCE = "codex:notify"
#: The field that our recorder adds: `ts` is when the notice came.
OURS = "agentscope"
NO_TURN = "Not a notice of Codex: its `type` is not `agent-turn-complete`, or it names no `thread-id`."


def read(data: bytes, *, now: datetime) -> Batch:
    """Read notices, one a line. Never raises."""
    pages = read_lines("notify", data)
    batch = Batch(format="codex-notify", quarantined=pages.quarantined)
    for line in pages.lines[:HOOKS_PER_REQUEST]:
        thread = wild.identity(line.record.get("thread-id"))
        if thread is None or line.record.get("type") != "agent-turn-complete":
            batch += Batch(quarantined=[Quarantined(where=f"notify:{line.number}", why=NO_TURN)])
        else:
            came = wild.when(wild.mapping(line.record.get(OURS)).get("ts"))
            given = {name: value for name, value in line.record.items() if name != OURS}
            batch += read_turn(thread, given, min(came, now) if came is not None else now)
    return batch


def read_turn(thread: str, given: dict[str, Any], now: datetime) -> Batch:
    """Read one turn: what was asked, and the last words."""
    raw = slim(given)
    turn = wild.identity(given.get("turn-id")) or digest_of(raw).hex()
    cwd, said = wild.text(given.get("cwd")) or "", wild.text(given.get("last-assistant-message"))
    steps = [
        step_of(thread, Kind.PROMPT, f"prompt:{turn}:{number}", text, now, kind="said", input=text, raw=raw)
        for number, text in enumerate(map(wild.text, wild.items(given.get("input-messages"))))
        if text
    ]
    if said:
        steps.append(
            step_of(thread, Kind.FINAL, f"final:{turn}", said, now, kind="final", output=said, raw=raw)
        )
    repository = repository_of(cwd).rstrip("/").rpartition("/")[2] if cwd else ""
    run = RunRecord(
        external_id=thread,
        source=SOURCE,
        at=now,
        session=thread,
        agent="codex",
        repo=repository or None,
        cwd=cwd or None,
        status=RunStatus.DONE,
        ended_at=now,
    )
    return Batch(runs=[run], steps=steps)


def step_of(
    thread: str, what: Kind, key: str, text: str, now: datetime, *, kind: str, **fields: Any
) -> StepRecord:
    return StepRecord(
        run=thread,
        key=key,
        kind=what,
        source=SOURCE,
        rank=BEGUN,
        names=(f"turn-{key}", name_of_text(kind, text)),
        status=StepStatus.OK,
        started_at=now,
        **fields,
    )
