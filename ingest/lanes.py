"""Joins the sub-agents of one session whose files come in different imports. Pure functions over records.

A reader ties a lane to the call that opened it when it sees both. What is stored already may know the other
half: the call whose agent now brings its own file, or the steps of an agent whose call comes only now.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ingest.ranks import rank_of
from runs.kinds import Kind
from runs.records import Batch, StepRecord


class StoredLanes(Struct, kw_only=True):
    """What is stored of the sub-agents of one run."""

    calls: dict[str, str] = field(default_factory=dict)  #: agent → key of the call that opened it
    loose: dict[str, list[str]] = field(default_factory=dict)  #: agent → keys of its steps below no call
    known: set[str] = field(default_factory=set)  #: agents with steps


def runs_to_join(batch: Batch) -> set[str]:
    """List the runs whose sub-agents may have a stored half: steps without a call, or calls without steps."""
    return {step.run for step in batch.steps if is_loose(step) or is_alone(step)}


def is_loose(step: StepRecord) -> bool:
    """Say whether a step is of a sub-agent whose call is not known."""
    return bool(step.agent) and step.parent is None


def is_alone(step: StepRecord) -> bool:
    """Say whether a call started a sub-agent whose own records are not there."""
    return step.kind is Kind.AGENT and step.detail.get("transcript") == "missing"


def join_lanes(batch: Batch, stored: Mapping[str, StoredLanes]) -> Batch:
    """Give steps the calls that are stored, and calls the steps that are stored."""
    steps: list[StepRecord] = []
    for step in batch.steps:
        lanes = stored.get(step.run)
        steps += [step] if lanes is None else joined(step, lanes)
    steps += [record for run, lanes in stored.items() for record in told_calls(run, lanes, batch.steps)]
    return replace(batch, steps=steps)


def joined(step: StepRecord, lanes: StoredLanes) -> list[StepRecord]:
    """Join one step: put it under its call, and under it the stored steps of the agent that it started."""
    if is_loose(step):
        step = replace(step, parent=lanes.calls.get(step.agent))
    agent = str(step.detail.get("agent_id") or "")
    if not is_alone(step) or agent not in lanes.known:
        return [step]
    below = [under(step, key, agent) for key in lanes.loose.get(agent, ())]
    return [replace(step, detail={**step.detail, "transcript": "here"}), *below]


def under(call: StepRecord, key: str, agent: str) -> StepRecord:
    """Say of a stored step only where it lies."""
    return StepRecord(
        run=call.run, key=key, kind=Kind.EVENT, source=call.source, rank=-1, agent=agent, parent=call.key
    )


def told_calls(run: str, lanes: StoredLanes, steps: Iterable[StepRecord]) -> list[StepRecord]:
    """Say of stored calls that the records of their agents are here now."""
    came = {step.agent: step.source for step in steps if step.run == run and is_loose(step)}
    return [
        StepRecord(
            run=run,
            key=key,
            kind=Kind.AGENT,
            source=came[agent],
            rank=rank_of(came[agent]),
            detail={"transcript": "here"},
        )
        for agent, key in lanes.calls.items()
        if agent in came
    ]
