"""What people and programs are told: the texts of a notice, and its JSON. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from alerts.kinds import Event

#: Severity -> its word.
SEVERITIES = {1: "hint", 2: "warning", 3: "error"}


class RunTold(Struct, frozen=True, kw_only=True):
    """The run of a notice."""

    id: UUID
    external_id: str
    name: str
    agent: str
    model: str
    status: str
    url: str


class Other(Struct, frozen=True, kw_only=True):
    """An alert that a notice names beside its own."""

    alert: int
    sentence: str
    url: str
    run: str  #: its name; empty for a rate


class Notice(Struct, frozen=True, kw_only=True):
    """One message, whatever the channel."""

    delivery: UUID
    event: Event
    team: str  #: slug
    project: str  #: slug
    project_name: str
    rule: str
    kind: str
    severity: int
    sentence: str
    url: str  #: of the alert
    alert: int | None = None
    steps: tuple[int, ...] = ()
    step_url: str = ""  #: of the step to look at first
    occurrences: int = 1
    held: int = 0  #: other alerts of the rule that its cool-down held back
    since: datetime | None = None  #: when its last message was, before them
    others: tuple[Other, ...] = ()  #: the newest of them that are still open
    opened_at: datetime | None = None
    run: RunTold | None = None


def title_of(notice: Notice) -> str:
    """Write the subject, on one line."""
    heads = {Event.FIRED: notice.rule, Event.RESOLVED: f"Resolved: {notice.rule}", Event.TEST: "Test message"}
    where = notice.run.name if notice.run and notice.event != Event.TEST else notice.project_name
    more = f" and {notice.held} more" if notice.held else ""
    return f"{' '.join(f'[AgentScope] {heads[notice.event]} · {where}'.split())[:180]}{more}"


def text_of(notice: Notice, *, most: int = 10_000) -> str:
    """Write the message as plain text; too long, it loses others, then of its sentence, never its link."""
    while len(text := _written(notice)) > most and notice.others:
        notice = replace(notice, others=notice.others[:-1])
    over = len(text) - most
    return text if over <= 0 else _written(replace(notice, sentence=f"{notice.sentence[: -over - 1]}…"))


def _written(notice: Notice) -> str:
    lines = [notice.sentence, ""]
    if notice.run:
        lines.append(f"Run: {notice.run.name} ({notice.run.status})")
    if notice.steps:
        steps = ", ".join(map(str, notice.steps))
        lines.append(f"{'Steps' if len(notice.steps) > 1 else 'Step'}: {steps}")
    if notice.event == Event.FIRED:
        lines.append(f"Severity: {SEVERITIES[notice.severity]}")
    lines.append(f"Project: {notice.team}/{notice.project}")
    lines += _lines_of_held(notice)
    return "\n".join([*lines, "", notice.step_url or notice.url])


def _lines_of_held(notice: Notice) -> list[str]:
    """Count what was held back, and name what of it is still open."""
    if not notice.held:
        return []
    since = f" of {notice.since:%-d %b %H:%M} UTC" if notice.since else ""
    head = f"{notice.held} more of this rule since its last message{since}"
    if not notice.others:
        return ["", f"{head}."]
    newest = "still open:" if len(notice.others) == notice.held else "the newest that are open:"
    named = [f"- {other.run or notice.project_name}: {other.sentence} {other.url}" for other in notice.others]
    return ["", f"{head}, {newest}", *named]


def payload_of(notice: Notice) -> dict[str, Any]:
    """Write the message as webhooks send it: version 1, see docs/reference/alerts.md."""
    run = notice.run
    return {
        "v": 1,
        "event": notice.event.value,
        "delivery": str(notice.delivery),
        "team": notice.team,
        "project": notice.project,
        "rule": {"name": notice.rule, "kind": notice.kind},
        "severity": SEVERITIES[notice.severity],
        "sentence": notice.sentence,
        "url": notice.url,
        "alert": notice.alert,
        "steps": list(notice.steps),
        "step_url": notice.step_url or None,
        "occurrences": notice.occurrences,
        "held_back": notice.held,
        "held_since": notice.since.isoformat() if notice.since else None,
        "others": [
            {"alert": other.alert, "sentence": other.sentence, "run": other.run, "url": other.url}
            for other in notice.others
        ],
        "opened_at": notice.opened_at.isoformat() if notice.opened_at else None,
        "run": {
            "id": str(run.id),
            "external_id": run.external_id,
            "name": run.name,
            "agent": run.agent,
            "model": run.model,
            "status": run.status,
            "url": run.url,
        }
        if run
        else None,
    }
