"""Sub-agents whose conversations are files of their own: put into one run, and tied to what opened them."""

import heapq
from collections.abc import Iterable

from msgspec.structs import replace

from runs.kinds import Kind
from runs.records import StepRecord


def joined(pieces: list[list[StepRecord]], lanes: Iterable[str]) -> list[StepRecord]:
    """Merge the steps of conversations by time, and tie each lane to the call that names it (`agent_id`)."""
    here = {lane for lane in lanes if lane}
    opened = {
        str(step.detail["agent_id"]): step.key
        for steps in pieces
        for step in steps
        if step.kind is Kind.AGENT and step.detail.get("agent_id")
    }
    return in_order([[tied(step, opened, here) for step in steps] for steps in pieces])


def tied(step: StepRecord, opened: dict[str, str], here: set[str]) -> StepRecord:
    """Put a step of a lane below the call that opened it, and say of a call whether its lane is here."""
    if step.agent in opened and step.parent is None:
        step = replace(step, parent=opened[step.agent])
    agent = step.detail.get("agent_id")
    if step.kind is Kind.AGENT and agent:
        step = replace(step, detail={**step.detail, "transcript": "here" if agent in here else "missing"})
    return step


def in_order(pieces: list[list[StepRecord]]) -> list[StepRecord]:
    """Merge conversations by time; each keeps its own order."""
    rows = []
    for number, steps in enumerate(pieces):
        newest, row = 0.0, []
        for step in steps:
            newest = max(newest, step.started_at.timestamp() if step.started_at else newest)
            row.append((newest, number, step))
        rows.append(row)
    return [step for *_, step in heapq.merge(*rows, key=lambda row: row[:2])]


def key_in_lane(id: str, lane: str) -> str:
    """Name a call by its id; two conversations of one run may use the same."""
    return f"{lane}:{id}" if lane and id else id
