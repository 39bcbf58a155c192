"""Sub-agents whose conversations are files of their own: put into one run, and tied to what opened them."""

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from runs.kinds import Kind
from runs.records import StepRecord

#: A conversation may be begun a little before its call is noted.
SLACK = timedelta(seconds=1)


def joined(pieces: list[list[StepRecord]], lanes: Iterable[str]) -> list[StepRecord]:
    """Merge the steps of conversations by time, and tie each lane to the call that opened it."""
    here = {lane for lane in lanes if lane}
    calls = [step for steps in pieces for step in steps if step.kind is Kind.AGENT]
    opened = {str(call.detail["agent_id"]): call.key for call in calls if call.detail.get("agent_id")}
    nameless = [call for call in calls if call.detail.get("agent_id") not in here]
    opened |= guessed(pieces, here - opened.keys(), nameless)
    lane_of = {key: lane for lane, key in opened.items() if lane in here}
    return in_order([[tied(step, opened, lane_of, here) for step in steps] for steps in pieces])


def guessed(pieces: list[list[StepRecord]], lanes: set[str], calls: list[StepRecord]) -> dict[str, str]:
    """Tie lanes that no call names to the calls in whose time they began, both in their order."""
    begun: dict[str, datetime] = {}
    for step in (step for steps in pieces for step in steps):
        if step.agent in lanes and step.started_at is not None:
            begun[step.agent] = min(begun.get(step.agent, step.started_at), step.started_at)
    found: dict[str, str] = {}
    free = sorted((call for call in calls if call.started_at), key=lambda call: str(call.started_at))
    for lane, at in sorted(begun.items(), key=lambda item: item[1]):
        call = next((one for one in free if is_within(at, one) and one.agent != lane), None)
        if call is not None:
            free.remove(call)
            found[lane] = call.key
    return found


def is_within(at: datetime, call: StepRecord) -> bool:
    begun = call.started_at is not None and call.started_at - SLACK <= at
    return begun and (call.ended_at is None or at <= call.ended_at)


def tied(step: StepRecord, opened: dict[str, str], lane_of: dict[str, str], here: set[str]) -> StepRecord:
    """Put a step of a lane below the call that opened it, and say of a call whether its lane is here."""
    if step.agent in opened and step.parent is None:
        step = replace(step, parent=opened[step.agent])
    agent = lane_of.get(step.key) or step.detail.get("agent_id")
    if step.kind is Kind.AGENT and agent:
        told = "here" if agent in here else "missing"
        step = replace(step, detail={**step.detail, "agent_id": agent, "transcript": told})
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
