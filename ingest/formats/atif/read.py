"""ATIF trajectories to records: one document is one run (FORMATS 4.9)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.documents import read_each
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.sources import SourceFile
from ingest.spans.edits import changes_of_call
from ingest.spans.messages import text_of
from ingest.trajectories.answers import inclusive_tokens
from ingest.trajectories.recording import Answer, Call, Recording
from ingest.trajectories.tasks import statement_of
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch, Quarantined, digest_of
from runs.tools import arguments_of

FORMAT = "atif"
SOURCE = "atif"
NO_STEPS = "No steps are in this trajectory."


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a trajectory (FORMATS 7)."""
    return str(record.get("schema_version", "")).startswith("ATIF")


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read trajectories. Never raises; what cannot be read is in `quarantined`."""
    return read_each(files, FORMAT, lambda whole, document, _: read_trajectory(whole, document.where))


def read_trajectory(whole: dict[str, Any], where: str) -> Batch:
    """Read one trajectory."""
    steps = wild.objects(whole.get("steps"))
    if not steps:
        return Batch(quarantined=[Quarantined(where=where, why=NO_STEPS)])
    walk = Walk(run_id(whole, steps), wild.mapping(whole.get("agent")))
    for number, step in enumerate(steps, 1):
        walk.take(wild.identity(step.get("step_id")) or str(number), step)
    return written(walk, whole)


def run_id(whole: dict[str, Any], steps: list[dict[str, Any]]) -> str:
    """Name the run by its trajectory, else its session, else by how it began."""
    named = wild.identity(whole.get("trajectory_id")) or wild.identity(whole.get("session_id"))
    return named or f"atif-{digest_of(as_json(steps[0]).encode()).hex()}"


class Walk:
    """One run while its steps go by."""

    def __init__(self, run: str, agent: dict[str, Any]) -> None:
        self.recording = Recording(run, SOURCE)
        self.model = wild.text(agent.get("model_name"))
        self.task: str | None = None
        self.asked_at: datetime | None = None

    def take(self, number: str, step: dict[str, Any]) -> None:
        """Read one step; a source that is no word of the format is told by what the step holds."""
        source, at = wild.text(step.get("source")), wild.when(step.get("timestamp"))
        text = text_of(step.get("message")) if step.get("message") is not None else ""
        if source == "system":
            self.recording.hear({"role": "system", "content": text})
        elif source == "user":
            shown = statement_of(text) if self.task is None else None
            self.task = self.task or shown
            self.recording.prompt(f"step:{number}", text, at, shown=shown)
            self.recording.hear({"role": "user", "content": text})
        elif source == "agent" or "metrics" in step or step.get("tool_calls"):
            self.answer(number, step, text, at)
        else:
            self.recording.note(f"step:{number}", Kind.EVENT, at, name="Step", input=text or None)
        self.asked_at = at or self.asked_at

    def answer(self, number: str, step: dict[str, Any], text: str, at: datetime | None) -> None:
        thought, metrics = wild.text(step.get("reasoning_content")), wild.mapping(step.get("metrics"))
        calls = wild.objects(step.get("tool_calls"))
        blocks: list[dict[str, Any]] = [{"type": "thinking", "thinking": thought}] if thought else []
        blocks += [{"type": "text", "text": text}] if text else []
        blocks += [
            {"type": "tool_use", "id": wild.identity(call.get("tool_call_id")) or "", "name": name_of(call),
             "input": given_by(call)}
            for call in calls
        ]  # fmt: skip
        model = wild.text(step.get("model_name")) or self.model
        # Steps copied from an earlier trajectory were paid for there.
        copied = step.get("is_copied_context") is True
        began = self.asked_at
        self.recording.answer(
            Answer(
                key=f"step:{number}",
                blocks=blocks,
                message={"role": "assistant", "content": blocks},
                model=model,
                tokens=None if copied else inclusive_tokens(metrics),
                usage=None if copied else metrics or None,
                cost=None if copied else wild.number(metrics.get("cost_usd")),
                started_at=began if began and at and began <= at else at,
                ended_at=at,
                record={name: value for name, value in step.items() if name != "observation"},
            )
        )
        asked = [
            self.recording.ask(
                Call(
                    key=self.recording.key_of(id, f"tool:{number}:{n}"),
                    id=id,
                    tool=name_of(call),
                    given=given_by(call),
                    started_at=at,
                )
            )
            for n, call in enumerate(calls)
            for id in [wild.identity(call.get("tool_call_id")) or ""]
        ]
        for result in wild.objects(wild.mapping(step.get("observation")).get("results")):
            self.result(result, asked)

    def result(self, result: dict[str, Any], asked: list[Call]) -> None:
        """Give a call its result: by id, else the next one that has none."""
        id, text = wild.identity(result.get("source_call_id")), text_of(result.get("content"))
        waiting = [call for call in asked if not call.answered]
        call = next((call for call in waiting if id and call.id == id), waiting[0] if waiting else None)
        self.recording.hear({"role": "tool", "tool_call_id": id or "", "content": text})
        if call is None:
            return
        self.recording.answered(call, text)
        for ref in wild.objects(result.get("subagent_trajectory_ref")):
            call.detail["trajectory"] = wild.text(ref.get("trajectory_id")) or wild.text(
                ref.get("session_id")
            )
        if text.startswith(("Error:", "ERROR:")):
            call.fail("tool", first_line(text))
            return
        self.recording.changes += changes_of_call(
            self.recording.run, call.key, tool=call.tool, input=as_json(call.given), source=SOURCE
        )


def name_of(call: dict[str, Any]) -> str:
    return wild.text(call.get("function_name")) or wild.text(call.get("name")) or "unknown"


def given_by(call: dict[str, Any]) -> dict[str, Any]:
    arguments = call.get("arguments")
    return arguments_of(arguments) if isinstance(arguments, str) else wild.mapping(arguments)


def written(walk: Walk, whole: dict[str, Any]) -> Batch:
    """Write the run with all that is known of it. A trajectory is written when its run is over."""
    recording, agent = walk.recording, wild.mapping(whole.get("agent"))
    parent = wild.identity(whole.get("parent_trajectory_id"))
    run = recording.run_record(
        status=RunStatus.DONE,
        error=None,
        task=walk.task,
        session=wild.identity(whole.get("session_id")),
        parent=parent,
        agent=wild.text(agent.get("name")) or "atif",
        agent_version=wild.text(agent.get("version")),
        model=walk.model,
        meta=dict(meta_of(whole)),
    )
    return Batch(runs=[run], steps=recording.steps(StepStatus.UNANSWERED), changes=recording.changes)


def meta_of(whole: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the sums that the file itself gives, to be held against those of its steps."""
    metrics = wild.mapping(whole.get("final_metrics"))
    yield "schema_version", wild.text(whole.get("schema_version"))
    for name in ("total_prompt_tokens", "total_completion_tokens", "total_cached_tokens", "total_steps"):
        if (number := wild.integer(metrics.get(name))) is not None:
            yield name, number
    if (cost := wild.number(metrics.get("total_cost_usd"))) is not None:
        yield "total_cost_usd", cost
