"""One answer of a model as a step, for the readers whose answers grow part by part."""

from datetime import datetime
from typing import Any

from ingest.formats.claude_code.blocks import answer_preview, as_json, thinking_facts
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord


def model_step(
    blocks: list[dict[str, Any]],
    *,
    run: str,
    key: str,
    source: str,
    started_at: datetime | None,
    ended_at: datetime | None,
    detail: dict[str, object],
    status: StepStatus = StepStatus.OK,
    **facts: Any,
) -> StepRecord:
    """Write an answer: its blocks whole and as a preview. What began after its end began with it."""
    is_odd = started_at is not None and ended_at is not None and started_at > ended_at
    return StepRecord(
        run=run,
        key=key,
        kind=Kind.LLM,
        source=source,
        status=status,
        started_at=ended_at if is_odd or started_at is None else started_at,
        ended_at=ended_at,
        output=as_json(blocks) if blocks else None,
        output_preview=answer_preview(blocks) or None,
        detail={**thinking_facts(blocks), **detail},
        **facts,
    )
