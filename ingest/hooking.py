"""The way of hook events and notices: redact, read, tie to what is stored, save, announce."""

from datetime import datetime

from ingest import queries
from ingest.formats import claude_hooks
from ingest.formats.codex import notified
from ingest.lanes import join_lanes, runs_to_join
from ingest.pipeline import Outcome, save
from ingest.redact import redact
from ingest.streams import Refused
from runs.records import Batch, StepRecord
from teams.models import Project


def take_claude_hooks(project: Project, body: bytes, *, now: datetime) -> Outcome:
    """Store what hooks of Claude Code tell. Raises Refused (422)."""
    body, redacted = redact(body) if project.redacts else (body, 0)
    told = claude_hooks.read(body, now=now)
    batch = told.batch + Batch(steps=those_open(project, told.answers))
    if halves := runs_to_join(batch):
        batch = join_lanes(batch, queries.lanes_of_runs(project, halves))
    saved = save(project, batch, source="hooks", now=now)
    if not told.heard:
        raise Refused(batch.quarantined[0].why if batch.quarantined else claude_hooks.NO_HOOK, status=422)
    return Outcome(accepted=told.heard, batch=batch, saved=saved, redacted=redacted)


def take_codex_notice(project: Project, body: bytes, *, now: datetime) -> Outcome:
    """Store what Codex tells after a turn. Raises Refused (422)."""
    body, redacted = redact(body) if project.redacts else (body, 0)
    batch = notified.read(body, now=now)
    saved = save(project, batch, source="hooks", now=now)
    if not batch.runs:
        raise Refused(batch.quarantined[0].why if batch.quarantined else notified.NO_TURN, status=422)
    return Outcome(accepted=len(batch.runs), batch=batch, saved=saved, redacted=redacted)


def those_open(project: Project, answers: list[StepRecord]) -> list[StepRecord]:
    """Keep the answers whose questions are stored and open."""
    asked = queries.open_steps(project, {(step.run, step.key) for step in answers}) if answers else set()
    return [step for step in answers if (step.run, step.key) in asked]
