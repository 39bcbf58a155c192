"""How pieces become one: start and end events, several sources, re-imports. Pure functions over rows.

Merging is idempotent, and where ranks differ it does not depend on the order of arrival: a higher rank wins,
times widen, token counts grow, empty fields are filled, and only between equals the later word counts.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from runs.blobs import PREVIEW_CHARS, content_of, indexable, preview_of, storable
from runs.kinds import FAILED_STATES, Kind, RunStatus, StepStatus
from runs.losses import LOST, LossKind, merged_detail, tell_losses
from runs.records import RunRecord, StepRecord, Tokens, digest_of
from runs.rows import RunRow, StepRow
from runs.titles import TITLE_CHARS

Keep = Callable[[bytes, bytes], None]

TEXT_FIELDS = ("name", "tool", "model", "error", "error_kind", "stop_reason", "call_id")
RUN_TEXT_FIELDS = (
    "session",
    "name",
    "task",
    "agent",
    "agent_version",
    "model",
    "repo",
    "branch",
    "commit",
    "cwd",
    "variant",
    "outcome",
    "error",
)
#: What the list filters by, and what relatives are found by: an index has them whole.
FILTERED = ("agent", "agent_version", "model", "repo", "branch", "commit", "variant", "session")
TOKEN_BUCKETS = Tokens.__struct_fields__
OPEN_STATES = frozenset({"", StepStatus.RUNNING, StepStatus.UNANSWERED})


def new_step(run_id: UUID, key: str, kind: str) -> StepRow:
    return StepRow(run_id=run_id, seq=-1, revision=-1, key=key, kind=kind)


def apply_step(row: StepRow, record: StepRecord, keep: Keep) -> None:
    """Fold one record into the row. Whole contents go to `keep(digest, bytes)`."""
    wins = record.rank >= row.rank
    computed = row.duration_ms is None or row.duration_ms == span_ms(row)
    if wins:
        row.kind = record.kind
    for name in TEXT_FIELDS:
        value = getattr(record, name)
        if value and (wins or not getattr(row, name)):
            setattr(row, name, storable(value))
    if record.parent and (wins or not row.parent_key):
        row.parent_key = indexable(record.parent)
    if record.agent and (wins or not row.agent):
        row.agent = storable(record.agent)
    for name in ("turn", "attempt", "exit_code"):
        value = getattr(record, name)
        if value is not None and (wins or getattr(row, name) is None):
            setattr(row, name, value)
    row.status = merged_status(row.status, record.status, wins=wins)
    row.started_at = earlier(row.started_at, record.started_at)
    row.ended_at = later(row.ended_at, record.ended_at)
    if record.duration_ms is not None and (wins or computed):
        row.duration_ms = record.duration_ms
    elif computed:
        row.duration_ms = span_ms(row)
    apply_content(row, record, keep, wins=wins)
    apply_usage(row, record, wins=wins)
    if record.context is not None and (wins or row.context_digest is None):
        row.context_digest, row.context_size = (
            record.context.digest,
            record.context.size,
        )
    if record.source not in row.sources:
        row.sources = [*row.sources, record.source]
    if record.raw is not None:
        digest = digest_of(record.raw)
        if digest not in row.raw:
            row.raw = [*row.raw, digest]
            keep(digest, record.raw)
    if record.detail:
        row.detail = merged_detail(row.detail, record.detail, wins=wins)
    row.rank = max(row.rank, record.rank)


def merged_status(old: str, new: StepStatus | None, *, wins: bool) -> str:
    """Let an end stand over "running" and "unanswered", whatever came first."""
    if new is None:
        return old
    if old in OPEN_STATES:
        return old if new == StepStatus.RUNNING and old else new
    return new if wins and new not in OPEN_STATES else old


def apply_content(row: StepRow, record: StepRecord, keep: Keep, *, wins: bool) -> None:
    for side in ("input", "output"):
        text = getattr(record, side)
        shown = getattr(record, f"{side}_preview")
        taken = getattr(row, f"{side}_size") > 0
        if (text is None and shown is None) or (taken and not wins):
            continue
        whole = text or ""
        preview = preview_of(whole if shown is None else shown)
        digest, length = None, len(whole) if whole.isascii() else len(storable(whole).encode())
        if whole and (shown is not None or len(whole) > PREVIEW_CHARS):
            digest, data = content_of(whole)
            keep(digest, data)
        size = getattr(record, f"{side}_size")
        setattr(row, f"{side}_preview", preview)
        setattr(row, f"{side}_digest", digest)
        setattr(row, f"{side}_size", length if size is None else size)
        if text is not None and size is not None and size > length:
            row.detail = merged_detail(row.detail, {LOST: {LossKind.SHORTENED.value: 1}}, wins=True)


def apply_usage(row: StepRow, record: StepRecord, *, wins: bool) -> None:
    if record.tokens is not None:
        old = tokens_of(row)
        if total(record.tokens) >= total(old):
            for bucket in TOKEN_BUCKETS:
                setattr(row, f"{bucket}_tokens", getattr(record.tokens, bucket))
            row.lower_bound = record.lower_bound
            row.usage = record.usage if record.usage is not None else row.usage
    reported = row.price is not None and row.price.get("source") == "reported"
    if record.cost_usd is not None and (wins or not reported):
        row.price = {"source": "reported", "usd": record.cost_usd}


def tokens_of(row: StepRow) -> Tokens:
    return Tokens(**{bucket: getattr(row, f"{bucket}_tokens") or 0 for bucket in TOKEN_BUCKETS})


def is_unmeasured(row: StepRow) -> bool:
    """Say whether an answer came, but not what it took: that is not nothing."""
    return row.status == StepStatus.OK and row.input_tokens is None


def total(tokens: Tokens) -> int:
    return (
        tokens.input
        + tokens.cache_read
        + tokens.cache_write_5m
        + tokens.cache_write_1h
        + tokens.output
        + tokens.reasoning
    )


def span_ms(row: StepRow) -> int | None:
    if row.started_at is None or row.ended_at is None:
        return None
    return max(0, round((row.ended_at - row.started_at).total_seconds() * 1000))


def earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return min(a, b) if a and b else a or b


def later(a: datetime | None, b: datetime | None) -> datetime | None:
    return max(a, b) if a and b else a or b


def apply_run(row: RunRow, record: RunRecord) -> None:
    """Fold one record into the run: the newer word wins, by the time the record knows of."""
    newer = record.at is None or row.told_at is None or record.at >= row.told_at
    for name in RUN_TEXT_FIELDS:
        value = getattr(record, name)
        if value and (newer or not getattr(row, name)):
            setattr(row, name, storable(value))
    for name in FILTERED:
        setattr(row, name, indexable(getattr(row, name)))
    row.name = row.name[:TITLE_CHARS]
    row.task = row.task[:PREVIEW_CHARS]
    if record.parent and (newer or not row.parent_external_id):
        row.parent_external_id = indexable(record.parent)
    if record.status is not None and newer and not is_belated_start(row, record):
        row.status = record.status
    row.started_at = earlier(row.started_at, record.started_at)
    row.ended_at = later(row.ended_at, record.ended_at)
    if record.meta:
        row.meta = {**row.meta, **record.meta} if newer else {**record.meta, **row.meta}
    if record.losses and newer:
        tell_losses(row, record.losses)
    if record.source not in row.sources:
        row.sources = [*row.sources, record.source]
    row.told_at = later(row.told_at, record.at)


def is_belated_start(row: RunRow, record: RunRecord) -> bool:
    """Say whether a record without time, of a run that is over, only says that the run began."""
    return record.at is None and record.status == RunStatus.RUNNING and row.status != RunStatus.RUNNING


#: The run's counters that are sums over its steps, in the order of `tally`.
COUNTERS = (
    "steps",
    "prompts",
    "turns",
    "llm_calls",
    "tool_calls",
    "agents",
    "retries",
    "failures",
    "compactions",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost_usd",
    "unpriced_calls",
    "lower_bound_calls",
    "llm_ms",
    "tool_ms",
)


def tally(row: StepRow) -> tuple[Any, ...]:
    """Count what one step adds to its run (`COUNTERS`). Copied calls are billed to the run that made them."""
    kind = row.kind
    llm = kind == Kind.LLM
    main = not row.agent
    hidden = bool(row.detail.get("meta"))
    tool = kind == Kind.TOOL or (kind == Kind.AGENT and bool(row.tool))
    billed = llm and not row.copied
    tokens = tokens_of(row) if billed else Tokens()
    spent = total(tokens) > 0 or is_unmeasured(row)
    return (
        1,
        int(kind == Kind.PROMPT and main and not hidden),
        int(llm and main),
        int(llm),
        int(tool),
        int(kind == Kind.AGENT),
        int(kind == Kind.RETRY),
        int(row.status in FAILED_STATES and kind != Kind.RETRY and "failed_call" not in row.detail),
        int(kind == Kind.COMPACTION),
        tokens.input,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.output,
        tokens.reasoning,
        row.cost_usd if billed and row.cost_usd is not None else 0,
        int(billed and spent and row.cost_usd is None),
        int(billed and row.lower_bound),
        (row.duration_ms or 0) if llm else 0,
        (row.duration_ms or 0) if kind == Kind.TOOL else 0,
    )
