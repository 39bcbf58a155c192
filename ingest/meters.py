"""What agents themselves count of a session (cost, tokens, lines, commits), out of OTLP metrics. Pure.

Numbers come as growth since the last time (delta) or as sums since a start (cumulative), and the same bytes
may come again (AGENTS.md 7). What is known of a series is folded so that a number counts once, in any order.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.otlp.raw import Attributes, RawPoint
from ingest.limits import METER_POINTS
from runs.records import digest_of

Told = dict[str, Any]

SESSIONS = ("session.id", "conversation.id", "thread.id")


class Metric(Struct, frozen=True):
    """A metric that is kept, and the attribute that its parts are told by."""

    agent: str
    name: str  #: in the facts of a run
    part: str = ""


#: Metric of the agent → what it is here. Others say nothing of one session's work.
METRICS = {
    "claude_code.cost.usage": Metric("claude-code", "cost_usd"),
    "claude_code.token.usage": Metric("claude-code", "tokens", "type"),
    "claude_code.lines_of_code.count": Metric("claude-code", "lines", "type"),
    "claude_code.commit.count": Metric("claude-code", "commits"),
    "claude_code.pull_request.count": Metric("claude-code", "pull_requests"),
    "claude_code.active_time.total": Metric("claude-code", "active_seconds", "type"),
    "claude_code.code_edit_tool.decision": Metric("claude-code", "edits", "decision"),
    "codex.turn.token_usage": Metric("codex", "tokens", "token_type"),
}


class Reading(Struct, frozen=True, kw_only=True):
    """One number of one series of a session."""

    run: str
    agent: str
    name: str  #: `cost_usd`, `tokens.input`
    series: bytes  #: digest of all that tells it from others
    start: int
    at: int
    value: float
    is_delta: bool


def readings_of(points: Iterable[RawPoint]) -> list[Reading]:
    """Take the numbers that name a session; all others are dropped."""
    found = (reading_of(point) for point in points)
    return [one for one in found if one is not None]


#: The part of a metric with parts that a point without one is of.
OTHER = "other"


def reading_of(point: RawPoint) -> Reading | None:
    metric = METRICS.get(point.name)
    run = session_of(point.attributes) or session_of(point.source.resource)
    if metric is None or run is None or not 0 <= point.value <= wild.BIGGEST:
        return None
    part = wild.text(point.attributes.get(metric.part)) or OTHER if metric.part else None
    return Reading(
        run=run,
        agent=metric.agent,
        name=f"{metric.name}.{part}"[:200] if part else metric.name,
        series=series_of(point),
        start=point.start,
        at=point.at,
        value=point.value,
        is_delta=point.is_delta,
    )


def session_of(attributes: Attributes) -> str | None:
    return next((id for name in SESSIONS if (id := wild.identity(attributes.get(name)))), None)


def series_of(point: RawPoint) -> bytes:
    """Digest what tells a series from others: its metric and all its attributes."""
    told = sorted((name, str(value)) for name, value in point.attributes.items())
    return digest_of(repr((point.name, point.is_delta, told)).encode("utf-8", "replace"))


def fold(told: Told, reading: Reading) -> Told:
    """Count a number, unless it was counted already.

    `parts` has what is not settled: growth by its time, or the newest sum by its start. What is older than
    the newest METER_POINTS is settled in `base`, and comes no more.
    """
    parts = dict(told.get("parts") or {})
    settled, base = int(told.get("settled", -1)), float(told.get("base") or 0)
    name = f"{reading.start}:{reading.at}" if reading.is_delta else str(reading.start)
    time = reading.at if reading.is_delta else reading.start
    if name not in parts and time <= settled:
        return told
    before = parts.get(name)
    if reading.is_delta:
        parts.setdefault(name, [time, reading.value])
    elif before is None or reading.at >= before[0]:
        parts[name] = [reading.at, reading.value]
    while len(parts) > METER_POINTS:
        oldest = min(parts, key=lambda one: order_of(one))
        base += parts.pop(oldest)[1]
        settled = max(settled, order_of(oldest))
    return {"base": base, "settled": settled, "parts": parts}


def order_of(name: str) -> int:
    """Read the time that a part is settled by."""
    return int(name.rpartition(":")[2])


def total_of(told: Told) -> float:
    """Add up a series."""
    parts: dict[str, list[float]] = told.get("parts") or {}
    return float(told.get("base") or 0) + sum(value for _, value in parts.values())


def facts_of(totals: Iterable[tuple[str, float]]) -> dict[str, object]:
    """Write totals of a session by name: `{"cost_usd": 0.42, "lines": {"added": 120}}`."""
    facts: dict[str, Any] = {}
    for name, value in sorted(totals):
        first, _, part = name.partition(".")
        value = round(value, 6)
        if part:
            inner = facts.setdefault(first, {})
            inner[part] = round(inner.get(part, 0) + value, 6)
        else:
            facts[first] = round(facts.get(first, 0) + value, 6)
    return facts
