"""Metrics summaries: totals are facts of the run, anomalies its events."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.events.values import facts_of
from ingest.formats.homemade.fields import AT, Fields
from ingest.formats.homemade.joining import METRICS, Bundle
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord, digest_of

SOURCE = "homemade:metrics"
MOST = 1_000


def reported_of(bundle: Bundle) -> dict[str, object]:
    """Keep what summaries and metrics say; a total is shown, and never added to what the calls say."""
    found: dict[str, Any] = {}
    for part in bundle.parts:
        held = Fields(part.metrics).own or part.head.own
        for name in ("summary", "detailedmetrics"):
            if isinstance(held.get(name), dict | list):
                found[{"summary": "reported", "detailedmetrics": "metrics"}[name]] = held[name]
    return {name: facts_of(wild.tree({"": value})).get("", "too large") for name, value in found.items()}


def anomalies_of(bundle: Bundle) -> list[StepRecord]:
    """Write each anomaly as an event."""
    steps: dict[str, StepRecord] = {}
    for part in bundle.parts:
        if part.kind == METRICS:
            for value in wild.items(Fields(part.metrics).own.get("anomalies"))[:MOST]:
                step = anomaly_of(bundle.external_id, value)
                steps[step.key] = step
    return list(steps.values())


def anomaly_of(run: str, value: object) -> StepRecord:
    fields = Fields(wild.mapping(value))
    text = wild.text(value) or fields.word("message", "description", "reason", "detail") or as_json(value)
    return StepRecord(
        run=run,
        key=f"anomaly:{digest_of(as_json(value).encode()).hex()}",
        kind=Kind.EVENT,
        source=SOURCE,
        name=fields.word("type", "name", "metric", "kind") or "anomaly",
        status=StepStatus.OK,
        started_at=fields.when(*AT),
        input=text,
        detail={"level": "warning"},
    )
