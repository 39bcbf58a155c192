"""How a session stands at its end, and its steps written out."""

from datetime import datetime

from ingest.formats.claude_code import calls, notes, tools
from ingest.formats.claude_code.calls import ModelCall
from ingest.formats.claude_code.header import ENDED, STILL_RUNNING
from ingest.formats.claude_code.notes import Note
from ingest.formats.claude_code.session import Session
from ingest.formats.claude_code.tools import Tool
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import StepRecord


def status_of(session: Session, lane: str, now: datetime) -> tuple[RunStatus, str | None]:
    """Say how a lane stands by its last word, and by how long it has been silent."""
    last = session.ends.get(lane)
    newest = session.header.last
    fresh = newest is not None and now - newest < STILL_RUNNING
    if isinstance(last, Note) and last.kind == Kind.ERROR:
        return RunStatus.FAILED, last.error
    if isinstance(last, Note) and last.kind == Kind.EVENT:
        return RunStatus.INTERRUPTED, None
    if isinstance(last, ModelCall):
        if last.stop_reason in ENDED:
            return RunStatus.DONE, None
        if last.stop_reason == "refusal":
            return RunStatus.FAILED, "The model refused to answer"
        spoke = any(block.get("type") == "text" for block in last.blocks)
        if last.stop_reason is None and spoke and not last.calls_tools and not fresh:
            return RunStatus.DONE, None
    return (RunStatus.RUNNING if fresh else RunStatus.UNFINISHED), None


def steps_of(session: Session, now: datetime) -> list[StepRecord]:
    """Write all steps, in the order of the records that began them."""
    status = session.outcome or status_of(session, "", now)
    running = status[0] == RunStatus.RUNNING
    open_status = StepStatus.RUNNING if running else StepStatus.UNANSWERED
    close_agents(session, now)
    written: list[StepRecord] = []
    for slot in session.slots:
        parent = session.links.get(slot.lane) if slot.lane else None
        if slot.lane in session.warmups and not isinstance(slot, Tool):
            slot.detail["meta"] = True
        if isinstance(slot, ModelCall):
            written += calls.steps_of(slot, run=session.session, source=session.source, parent=parent)
        elif isinstance(slot, Tool):
            written.append(
                tools.step_of(
                    slot, run=session.session, source=session.source, parent=parent, open_status=open_status
                )
            )
        else:
            written.append(notes.step_of(slot, run=session.session, source=session.source, parent=parent))
    return written


def close_agents(session: Session, now: datetime) -> None:
    """Tie each sub-agent's call to its lane, and end a background one with the lane's last word."""
    for lane, key in session.links.items():
        tool = session.tools.get(key)
        if tool is None:
            continue
        tool.agent = lane
        tool.facts["agent_id"] = lane
        if tool.in_background and tool.status is None and status_of(session, lane, now)[0] == RunStatus.DONE:
            tool.status, tool.ended_at = StepStatus.OK, session.last_at.get(lane)
    for tool in session.tools.values():
        if tool.is_agent and tool.status in (StepStatus.OK, None):
            tool.facts["transcript"] = "here" if tool.agent in session.lanes else "missing"
