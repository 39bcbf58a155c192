"""The rows of the store as plain structs, with the columns they are written to. No Django here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct, field


class StepRow(Struct, kw_only=True):
    """One row of `runs_step`; the fields are its columns, in this order."""

    run_id: UUID
    seq: int
    revision: int
    key: str
    kind: str
    name: str = ""
    tool: str = ""
    model: str = ""
    status: str = ""
    error: str = ""
    error_kind: str = ""
    parent_key: str = ""
    agent: str = ""
    turn: int | None = None  #: None only until the store has counted
    attempt: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    exit_code: int | None = None
    input_preview: str = ""
    output_preview: str = ""
    input_digest: bytes | None = None
    output_digest: bytes | None = None
    input_size: int = 0
    output_size: int = 0
    stop_reason: str = ""
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    lower_bound: bool = False
    usage: dict[str, Any] | None = None
    cost_usd: Decimal | None = None
    price: dict[str, Any] | None = None
    call_id: str = ""
    copied: bool = False
    context_digest: bytes | None = None
    context_size: int = 0
    changes: int = 0
    lines_added: int = 0
    lines_removed: int = 0
    rank: int = 1
    sources: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)


class ChangeRow(Struct, kw_only=True):
    """One row of `runs_filechange`."""

    run_id: UUID
    n: int
    key: str
    step_key: str
    path: str
    op: str
    origin: str
    basis: str
    raw_path: str = ""
    old_path: str = ""
    outside: bool = False
    binary: bool = False
    user_modified: bool = False
    additions: int = 0
    deletions: int = 0
    before_digest: bytes | None = None
    after_digest: bytes | None = None
    patch_digest: bytes | None = None
    sources: list[str] = field(default_factory=list)


class RunRow(Struct, kw_only=True):
    """The columns of `runs_run` that the store reads and writes."""

    id: UUID
    external_id: str
    session: str
    parent_external_id: str
    name: str
    task: str
    agent: str
    agent_version: str
    model: str
    repo: str
    branch: str
    commit: str
    cwd: str
    variant: str
    status: str
    outcome: str
    error: str
    started_at: datetime | None
    ended_at: datetime | None
    told_at: datetime | None
    created_at: datetime
    meta: dict[str, Any]
    losses: dict[str, int]
    sources: list[str]
    revision: int
    prompts: int
    turns: int
    steps: int
    llm_calls: int
    tool_calls: int
    agents: int
    retries: int
    failures: int
    compactions: int
    changes: int
    files_changed: int
    lines_added: int
    lines_removed: int
    input_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int
    llm_ms: int
    tool_ms: int


class SumRow(Struct, kw_only=True, frozen=True):
    """What a batch moved in the sums of one group of runs: one row of `runs_runsum`."""

    project_id: int
    span: int
    day: date
    status: str
    agent: str
    model: str
    repo: str
    failing: bool
    runs: int
    calls: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int
    tokens: int
    llm_ms: int


STEP_COLUMNS = StepRow.__struct_fields__
CHANGE_COLUMNS = ChangeRow.__struct_fields__
RUN_COLUMNS = RunRow.__struct_fields__
SUM_COLUMNS = SumRow.__struct_fields__

#: PostgreSQL types of the columns that are not text, for binary COPY.
COLUMN_TYPES = {
    "run_id": "uuid",
    "id": "uuid",
    "project_id": "int8",
    "span": "int2",
    "day": "date",
    "failing": "bool",
    "runs": "int8",
    "calls": "int8",
    "unpriced_calls": "int8",
    "lower_bound_calls": "int8",
    "tokens": "int8",
    "llm_ms": "int8",
    "seq": "int4",
    "n": "int4",
    "revision": "int8",
    "turn": "int4",
    "attempt": "int4",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "told_at": "timestamptz",
    "duration_ms": "int8",
    "exit_code": "int4",
    "input_digest": "bytea",
    "output_digest": "bytea",
    "input_size": "int8",
    "output_size": "int8",
    "input_tokens": "int8",
    "cache_read_tokens": "int8",
    "cache_write_5m_tokens": "int8",
    "cache_write_1h_tokens": "int8",
    "output_tokens": "int8",
    "reasoning_tokens": "int8",
    "lower_bound": "bool",
    "usage": "jsonb",
    "cost_usd": "numeric",
    "price": "jsonb",
    "copied": "bool",
    "context_digest": "bytea",
    "context_size": "int4",
    "changes": "int4",
    "lines_added": "int4",
    "lines_removed": "int4",
    "rank": "int2",
    "sources": "text[]",
    "raw": "bytea[]",
    "detail": "jsonb",
    "meta": "jsonb",
    "losses": "jsonb",
    "outside": "bool",
    "binary": "bool",
    "user_modified": "bool",
    "additions": "int4",
    "deletions": "int4",
    "before_digest": "bytea",
    "after_digest": "bytea",
    "patch_digest": "bytea",
    "digest": "bytea",
    "parent": "bytea",
    "message": "bytea",
    "depth": "int4",
    "size": "int8",
    "zstd": "bool",
    "data": "bytea",
}
JSON_COLUMNS = frozenset({"usage", "price", "detail", "meta", "losses"})

#: PostgreSQL types of the columns of runs that come as one JSON text.
RUN_TYPES = {
    name: "int8" if kind is int else COLUMN_TYPES.get(name, "text")
    for name, kind in RunRow.__annotations__.items()
}
