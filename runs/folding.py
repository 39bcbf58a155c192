"""One run's share of a batch: what was stored, what came, what is to be written. No database here."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from runs.blobs import indexable
from runs.changes import apply_change, new_change, repository_lines, step_lines
from runs.kinds import Kind, Origin, RunStatus, StepStatus
from runs.losses import losses_of_step, move_losses
from runs.merging import (
    COUNTERS,
    apply_run,
    apply_step,
    earlier,
    later,
    new_step,
    tally,
    tokens_of,
    total,
)
from runs.pricing import cost_of
from runs.records import ChangeRecord, Context, RunRecord, StepRecord
from runs.rows import ChangeRow, RunRow, StepRow
from runs.titles import title_of

#: Agents that tell of a session in several ways, one sooner than the other, and give no numbers to turns.
IN_CHANNELS = frozenset({"claude-code", "codex"})
CENTS = Decimal("0.00000001")  # the precision of cost columns
MOST_COST = Decimal("99999999.99999999")  # and what they hold
MOST_COUNT = 2**31 - 1  # what the columns of counts hold


class Work(Struct, kw_only=True, eq=False):
    """Everything about one run while its batch is saved."""

    row: RunRow
    created: bool
    old_row: RunRow | None = None
    ended_now: bool = False
    run_records: list[RunRecord] = field(default_factory=list)
    step_records: list[StepRecord] = field(default_factory=list)
    change_records: list[ChangeRecord] = field(default_factory=list)
    steps: dict[str, StepRow] = field(default_factory=dict)  #: by key
    old_steps: dict[str, StepRow] = field(default_factory=dict)  #: as stored
    changes: dict[str, ChangeRow] = field(default_factory=dict)
    old_changes: dict[str, ChangeRow] = field(default_factory=dict)
    blobs: dict[bytes, bytes] = field(default_factory=dict)
    contexts: list[Context] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)  #: keys of steps that turn out to be one
    retired: list[str] = field(default_factory=list)  #: keys of steps that others replace
    names: list[tuple[str, str, datetime | None]] = field(default_factory=list)  #: told by an archive

    def __post_init__(self) -> None:
        self.old_row = replace(self.row)

    @property
    def changed(self) -> bool:
        return self.created or self.row != self.old_row

    def keep(self, digest: bytes, data: bytes) -> None:
        self.blobs[digest] = data

    def step_keys(self) -> set[str]:
        told = {step.key for step in self.step_records} | {change.step for change in self.change_records}
        return told.union(self.retired, (key for pair in self.joined for key in pair))

    def keys_with_changes(self) -> set[str]:
        fresh = {step.key for step in self.step_records if step.key not in self.old_steps}
        return fresh | {change.step for change in self.change_records}

    def take_step(self, row: StepRow) -> None:
        if row.key not in self.steps:
            self.old_steps[row.key] = row
            self.steps[row.key] = replace(row)

    def take_change(self, row: ChangeRow) -> None:
        self.old_changes[row.key] = row
        self.changes[row.key] = replace(row)

    def new_steps(self) -> Iterator[StepRow]:
        return (row for key, row in self.steps.items() if key not in self.old_steps)

    def changed_steps(self) -> Iterator[StepRow]:
        return (
            row for key, row in self.steps.items() if key in self.old_steps and row != self.old_steps[key]
        )

    def steps_with_new_call(self) -> Iterator[StepRow]:
        """Yield the steps whose call was not known before: its id may come with the end of the call only."""
        for key, row in self.steps.items():
            old = self.old_steps.get(key)
            if row.call_id and (old is None or old.call_id != row.call_id):
                yield row

    def new_changes(self) -> Iterator[ChangeRow]:
        return (row for key, row in self.changes.items() if key not in self.old_changes)

    def changed_changes(self) -> Iterator[ChangeRow]:
        return (
            row
            for key, row in self.changes.items()
            if key in self.old_changes and row != self.old_changes[key]
        )

    def new_paths(self) -> set[str]:
        return {row.path for row in self.new_changes() if not row.outside and row.origin != Origin.NET}

    def is_out_of_order(self) -> bool:
        """Say whether a run that several channels tell of learns of calls, or of times, before the last."""
        before = self.old_row.ended_at if self.old_row is not None else None
        if self.created or before is None or self.row.agent not in IN_CHANNELS:
            return False
        late = any(
            row.kind == Kind.LLM and not row.agent and row.started_at is not None and row.started_at < before
            for row in self.new_steps()
        )
        return late or any(is_much_earlier(row, self.old_steps[row.key]) for row in self.changed_steps())

    def has_moved_paths(self) -> bool:
        """Say whether a stored change is of another file than was known."""
        return any(row.path != self.old_changes[row.key].path for row in self.changed_changes())

    def close_open_steps(self) -> None:
        if self.row.status != RunStatus.RUNNING:
            for row in self.steps.values():
                if row.status == StepStatus.RUNNING:
                    row.status = StepStatus.UNANSWERED


def is_much_earlier(row: StepRow, old: StepRow) -> bool:
    """Say whether a step began well before what was known; clocks and exporters differ by less."""
    if row.started_at is None or old.started_at is None:
        return False
    return (old.started_at - row.started_at).total_seconds() >= 1


def fold_steps(work: Work) -> None:
    for record in work.step_records:
        row = work.steps.get(record.key)
        if row is None:
            row = work.steps[record.key] = new_step(work.row.id, record.key, record.kind)
        apply_step(row, record, work.keep)
        if record.context is not None:
            work.contexts.append(record.context)
    for row in work.steps.values():
        row.status = row.status or StepStatus.OK


def fold_changes(work: Work) -> None:
    """Fold the changes, and carry their line counts to their steps and to the run."""
    before = lines_by_step(work.old_changes)
    for record in work.change_records:
        key = indexable(record.key)
        row = work.changes.get(key)
        if row is None:
            row = work.changes[key] = new_change(work.row.id, record)
        apply_change(row, record, work.keep)
    by_step: dict[str, list[ChangeRow]] = {}
    for row in work.changes.values():
        by_step.setdefault(row.step_key, []).append(row)
    for key, rows in by_step.items():
        step = work.steps.get(key)
        if step is not None:
            step.changes, *lines = step_lines(rows)
            step.lines_added, step.lines_removed = (min(count, MOST_COUNT) for count in lines)
        added, removed = repository_lines(rows)
        old_added, old_removed = before.get(key, (0, 0))
        work.row.lines_added = min(work.row.lines_added + added - old_added, MOST_COUNT)
        work.row.lines_removed = min(work.row.lines_removed + removed - old_removed, MOST_COUNT)


def lines_by_step(changes: dict[str, ChangeRow]) -> dict[str, tuple[int, int]]:
    by_step: dict[str, list[ChangeRow]] = {}
    for row in changes.values():
        by_step.setdefault(row.step_key, []).append(row)
    return {key: repository_lines(rows) for key, rows in by_step.items()}


def fold_run(work: Work) -> None:
    row = work.row
    was_over = row.status != RunStatus.RUNNING
    for record in work.run_records:
        apply_run(row, record)
    for step in work.steps.values():
        row.started_at = earlier(row.started_at, step.started_at)
        row.ended_at = later(row.ended_at, step.ended_at or step.started_at)
        for source in step.sources:
            if source not in row.sources:
                row.sources = [*row.sources, source]
    if speaks_again(work):
        row.status = RunStatus.RUNNING
    name_run(work)
    work.ended_now = row.status != RunStatus.RUNNING and not was_over
    work.close_open_steps()


def speaks_again(work: Work) -> bool:
    """Say whether a run that was given up for silent has new steps, and no word on how it stands."""
    told = any(record.status not in (None, RunStatus.RUNNING) for record in work.run_records)
    return work.row.status == RunStatus.UNFINISHED and not told and any(True for _ in work.new_steps())


def name_run(work: Work) -> None:
    """Give a run without a name the first line of its first prompt, and the model its main agent used."""
    row = work.row
    prompts = [step for step in work.steps.values() if step.kind == Kind.PROMPT and not step.agent]
    prompts = [step for step in prompts if not step.detail.get("meta") and step.input_preview.strip()]
    if prompts and not row.task:
        first = min(prompts, key=lambda step: (step.started_at is None, step.started_at))
        row.task = first.input_preview
    if row.task and not row.name:
        row.name = title_of(row.task)
    if not row.model:
        models = [step.model for step in work.steps.values() if step.kind == Kind.LLM and not step.agent]
        row.model = indexable(next((model for model in models if model), ""))


def price_steps(work: Work, *, overrides: dict[str, Any] | None) -> None:
    for key, row in work.steps.items():
        if row.kind != Kind.LLM:
            continue
        old = work.old_steps.get(key)
        if old is None or priced_by(old) != priced_by(row):
            price_step(row, overrides=overrides)


def priced_by(row: StepRow) -> tuple[Any, ...]:
    """All that a call's price depends on."""
    return row.model, tokens_of(row), row.price


def price_step(row: StepRow, *, overrides: dict[str, Any] | None) -> None:
    """Set cost and price: the source's own figure, else rates; unknown stays unknown."""
    if row.price is not None and row.price.get("source") == "reported":
        row.cost_usd = min(Decimal(str(row.price["usd"])).quantize(CENTS), MOST_COST)
        return
    tokens = tokens_of(row)
    row.cost_usd = row.price = None
    if total(tokens) and row.model:
        cost = cost_of(row.model, tokens, at=row.started_at, overrides=overrides)
        if cost is not None:
            row.cost_usd, row.price = min(cost.usd.quantize(CENTS), MOST_COST), cost.price


def number_steps(work: Work) -> None:
    """Give new steps their number and turn, every written step its revision, and the run its sums."""
    row = work.row
    for step in work.changed_steps():
        row.revision += 1
        step.revision = row.revision
        old = work.old_steps[step.key]
        add_tally(row, tally(step), tally(old))
        move_losses(row, losses_of_step(step), losses_of_step(old))
    for step in work.new_steps():
        if step.turn is None:
            step.turn = row.turns + int(step.kind == Kind.LLM and not step.agent)
        step.seq = row.steps
        row.revision += 1
        step.revision = row.revision
        add_tally(row, tally(step), None)
        move_losses(row, losses_of_step(step), {})
    row.cost_usd = min(row.cost_usd, MOST_COST)
    if row != work.old_row and row.revision == (work.old_row.revision if work.old_row else 0):
        row.revision += 1


def add_tally(row: RunRow, new: tuple[Any, ...], old: tuple[Any, ...] | None) -> None:
    for place, name in enumerate(COUNTERS):
        setattr(row, name, getattr(row, name) + new[place] - (old[place] if old else 0))


def number_changes(work: Work) -> None:
    for change in work.new_changes():
        change.n = work.row.changes
        work.row.changes += 1
