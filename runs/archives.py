"""A whole run as lines of the native format, and back: what an export writes and an import reads. Pure.

The lines are `archived_run`, `archived_text`, `archived_message`, `archived_step` and `archived_change`, with
the fields of the records of `runs.records`. Texts stand once, before what refers to them by their digest.
See docs/reference/archive.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from runs.kinds import Basis, Kind, Op, Origin, RunStatus, StepStatus
from runs.losses import told_losses
from runs.rows import ChangeRow, RunRow, StepRow

Small = Annotated[int, Meta(ge=0, le=2**31 - 1)]  #: an integer column
Signed = Annotated[int, Meta(ge=-(2**31) + 1, le=2**31 - 1)]
Sum = Annotated[int, Meta(ge=0, le=2**45)]  #: 200,000 of them fit into the sums of a run
Size = Annotated[int, Meta(ge=0, le=2**53)]
Time = Annotated[datetime, Meta(tz=True)]
Body = TypeVar("Body")

_encode = msgspec.json.Encoder().encode


class Line(Struct, Generic[Body]):
    """One line of an archive."""

    run: str
    kind: str
    record: Body
    v: int = 1


class ArchivedText(Struct, omit_defaults=True):
    """A text, or bytes that are none, named by its digest in hex."""

    digest: str
    text: str | None = None
    base64: str | None = None


class ArchivedMessage(Struct, omit_defaults=True):
    """One message of a model's context: the list `after`, with this message added, is the list `list`."""

    list: str
    message: str  #: digest of its text
    after: str | None = None


class Content(Struct, omit_defaults=True):
    """An input or output: whole as `text`, or by the digest of its text with what is shown of it."""

    text: str | None = None
    digest: str | None = None
    preview: str | None = None
    size: Size = 0


class ArchivedTokens(Struct, omit_defaults=True):
    """The buckets of one call."""

    input: Sum = 0
    cache_read: Sum = 0
    cache_write_5m: Sum = 0
    cache_write_1h: Sum = 0
    output: Sum = 0
    reasoning: Sum = 0


class ArchivedRun(Struct, omit_defaults=True, kw_only=True):
    """What is known of a run beside its steps."""

    sources: list[str]
    session: str = ""
    parent: str = ""
    name: str = ""
    task: str = ""
    agent: str = ""
    agent_version: str = ""
    model: str = ""
    repo: str = ""
    branch: str = ""
    commit: str = ""
    cwd: str = ""
    variant: str = ""
    status: RunStatus = RunStatus.RUNNING
    outcome: str = ""
    error: str = ""
    started_at: Time | None = None
    ended_at: Time | None = None
    told_at: Time | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    losses: dict[str, Small] = field(default_factory=dict)  #: said of the run itself


class ArchivedStep(Struct, omit_defaults=True, kw_only=True):
    """One step, whole but for its texts, its messages and its file changes."""

    key: str
    kind: Kind
    sources: list[str]
    raw: list[str] = field(default_factory=list)  #: digests
    rank: Annotated[int, Meta(ge=0, le=30_000)] = 1
    name: str = ""
    tool: str = ""
    model: str = ""
    status: StepStatus = StepStatus.OK
    error: str = ""
    error_kind: str = ""
    parent: str = ""
    agent: str = ""
    turn: Small | None = None
    attempt: Small | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    duration_ms: Sum | None = None
    exit_code: Signed | None = None
    input: Content | None = None
    output: Content | None = None
    stop_reason: str = ""
    tokens: ArchivedTokens | None = None
    lower_bound: bool = False
    usage: dict[str, Any] | None = None
    cost_usd: Annotated[float, Meta(ge=0)] | None = None  #: as the source reported it
    call_id: str = ""
    context: str | None = None  #: the message list sent
    names: dict[str, Time | None] = field(default_factory=dict)  #: what sources call it, and when they told
    detail: dict[str, Any] = field(default_factory=dict)


class ArchivedChange(Struct, omit_defaults=True, kw_only=True):
    """One file change; its texts by digest."""

    step: str
    key: str
    path: str
    op: Op
    sources: list[str]
    raw_path: str = ""
    old_path: str = ""
    origin: Origin = Origin.DECLARED
    basis: Basis = Basis.CONTENT
    outside: bool = False
    binary: bool = False
    user_modified: bool = False
    before: str | None = None
    after: str | None = None
    patch: str | None = None
    additions: Small = 0
    deletions: Small = 0


#: Kind of line -> what its `record` is.
BODIES: dict[str, type[Struct]] = {
    "archived_run": ArchivedRun,
    "archived_text": ArchivedText,
    "archived_message": ArchivedMessage,
    "archived_step": ArchivedStep,
    "archived_change": ArchivedChange,
}
KINDS = {body: kind for kind, body in BODIES.items()}


def line_of(run: str, record: Struct) -> bytes:
    """Write one line, with its end."""
    return _encode(Line(run=run, kind=KINDS[type(record)], record=record)) + b"\n"


def text_of(digest: bytes, data: bytes) -> ArchivedText:
    """Write a content of the store: as text where it is UTF-8."""
    try:
        return ArchivedText(digest.hex(), text=data.decode())
    except UnicodeDecodeError:
        return ArchivedText(digest.hex(), base64=b64encode(data).decode())


def data_of(text: ArchivedText) -> bytes:
    """Read the content back. Raises ValueError for damaged base64."""
    if text.base64 is not None:
        return b64decode(text.base64, validate=True)
    return (text.text or "").encode("utf-8", "replace")


def run_of(row: RunRow) -> ArchivedRun:
    """Write a run."""
    names = [name for name in ArchivedRun.__struct_fields__ if name != "parent"]
    fields = {name: getattr(row, name) for name in names}
    told = {
        "parent": row.parent_external_id,
        "status": RunStatus(row.status),
        "losses": told_losses(row.losses),
    }
    return ArchivedRun(**fields | told)


_STEP_FIELDS = (
    *("key", "sources", "rank", "name", "tool", "model", "error", "error_kind", "agent", "turn", "attempt"),
    *("started_at", "ended_at", "duration_ms", "exit_code", "stop_reason", "lower_bound", "usage", "call_id"),
    "detail",
)


def step_of(row: StepRow, names: dict[str, datetime | None]) -> ArchivedStep:
    """Write a step, and what sources call it. Prices are left out: whoever imports it has their own."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in _STEP_FIELDS}
    reported = row.price is not None and row.price.get("source") == "reported"
    return ArchivedStep(
        **fields,
        names=names,
        kind=Kind(row.kind),
        status=StepStatus(row.status),
        parent=row.parent_key,
        raw=[digest.hex() for digest in row.raw],
        input=_content(row.input_preview, row.input_digest, row.input_size),
        output=_content(row.output_preview, row.output_digest, row.output_size),
        tokens=_tokens(row),
        cost_usd=row.price["usd"] if reported and row.price else None,
        context=row.context_digest.hex() if row.context_digest else None,
    )


def _content(preview: str, digest: bytes | None, size: int) -> Content | None:
    if digest is not None:
        return Content(digest=digest.hex(), preview=preview, size=size)
    return Content(text=preview, size=size) if preview or size else None


def _tokens(row: StepRow) -> ArchivedTokens | None:
    given = {name: getattr(row, f"{name}_tokens") for name in ArchivedTokens.__struct_fields__}
    if all(value is None for value in given.values()):
        return None
    return ArchivedTokens(**{name: value or 0 for name, value in given.items()})


def change_of(row: ChangeRow) -> ArchivedChange:
    """Write a file change."""
    names = ("key", "path", "sources", "raw_path", "old_path", "outside", "binary", "user_modified")
    sides = {
        side: digest.hex()
        for side in ("before", "after", "patch")
        if (digest := getattr(row, f"{side}_digest")) is not None
    }
    return ArchivedChange(
        **{name: getattr(row, name) for name in names},
        **sides,
        step=row.step_key,
        op=Op(row.op),
        origin=Origin(row.origin),
        basis=Basis(row.basis),
        additions=row.additions,
        deletions=row.deletions,
    )


def digests_in(rows: list[StepRow]) -> Iterator[bytes]:
    """Name the texts that steps refer to, in their order."""
    for row in rows:
        yield from filter(None, (row.input_digest, row.output_digest, *row.raw))


def texts_in(rows: list[ChangeRow]) -> Iterator[bytes]:
    """Name the texts that changes refer to, in their order."""
    for row in rows:
        yield from filter(None, (row.before_digest, row.after_digest, row.patch_digest))
