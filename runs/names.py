"""Which step a record is of, where sources call one step by different names. Pure.

A name is `class:id`; two records that share one are one step, unless another class tells them apart. A name
that begins with `~` is weak: what was said or given, which two steps may share. It ties a record to the
nearest step that nobody who knows the record's own classes has told of; one without an id (`~compaction:`)
only to a step of about the same time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from runs.folding import Work
from runs.kinds import Kind, StepStatus
from runs.merging import OPEN_STATES, TEXT_FIELDS, TOKEN_BUCKETS, earlier, later, span_ms, tokens_of, total
from runs.records import ChangeRecord, StepRecord
from runs.rows import StepRow

WEAK = "~"
#: How far two tellings of one moment are apart: exporters wait, clocks differ.
NEAR = timedelta(minutes=2)
#: Above every source: nothing is told of a step any more that is known to be another one.
RETIRED = 30_000
Given = tuple[str, str, datetime | None]  #: name, key, time


def class_of(name: str) -> str:
    return name.partition(":")[0]


class Register:
    """The names of the steps of one run."""

    def __init__(self, rows: Iterable[Given] = ()) -> None:
        self.keys: dict[str, list[str]] = {}
        self.names: dict[str, dict[str, datetime | None]] = {}
        for name, key, at in rows:
            self.add(key, [name], at)
        self.stored = {(name, key) for key, names in self.names.items() for name in names}

    def add(self, key: str, names: Iterable[str], at: datetime | None) -> None:
        for name in names:
            self.names.setdefault(key, {}).setdefault(name, at)
            keys = self.keys.setdefault(name, [])
            if key not in keys:
                keys.append(key)

    def find(self, step: StepRecord) -> list[str]:
        """List the keys that a record is known by: more than one when it shows that two steps are one."""
        strong = [name for name in step.names if not name.startswith(WEAK)]
        known = [step.key] if step.key in self.names else []
        known += [key for name in strong for key in self.keys.get(name, ())]
        found = [key for key in dict.fromkeys(known) if self.fits(key, strong)]
        return found or self.near(step, strong)

    def near(self, step: StepRecord, strong: list[str]) -> list[str]:
        """Find the one step that a weak name ties a record to."""
        own = {class_of(name) for name in strong}
        found = [
            (distance(self.names[key][name], step.started_at or step.ended_at), place, key, name)
            for name in step.names
            if name.startswith(WEAK)
            for place, key in enumerate(self.keys.get(name, ()))
            if own.isdisjoint(map(class_of, self.names[key]))
        ]
        found = [one[:3] for one in found if one[0] <= NEAR or not one[3].endswith(":")]
        return [min(found)[2]] if found else []

    def fits(self, key: str, strong: list[str]) -> bool:
        """Say whether no class tells a step and a record apart."""
        mine = self.names.get(key, {})
        for kind in {class_of(name) for name in strong}:
            theirs = {name for name in mine if class_of(name) == kind}
            if theirs and theirs.isdisjoint(strong):
                return False
        return True

    def join(self, winner: str, loser: str) -> None:
        """Give one step all the names of another."""
        for name, at in self.names.pop(loser, {}).items():
            self.keys[name].remove(loser)
            self.add(winner, [name], at)

    def fresh(self) -> list[Given]:
        """List the names that are not stored yet."""
        return [
            (name, key, at)
            for key, names in self.names.items()
            for name, at in names.items()
            if (name, key) not in self.stored
        ]


def distance(one: datetime | None, other: datetime | None) -> timedelta:
    """Say how far two moments are apart; what has no time may be at any."""
    return abs(one - other) if one is not None and other is not None else timedelta(0)


def rename_steps(work: Work, register: Register) -> None:
    """Give the records of a batch the keys that their steps are stored by."""
    renamed: dict[str, str] = {}
    stored = {key for _, key in register.stored}
    for step in work.step_records:
        if not step.names:
            continue
        keys = sorted(register.find(step), key=lambda key: key not in stored) or [step.key]
        for loser in keys[1:]:
            register.join(keys[0], loser)
            work.joined.append((keys[0], loser))
            renamed[loser] = keys[0]
        if step.key != keys[0]:
            renamed[step.key] = keys[0]
        register.add(keys[0], step.names, step.started_at or step.ended_at)
    if renamed:
        work.step_records = [renamed_step(step, renamed) for step in work.step_records]
        work.change_records = [renamed_change(one, renamed) for one in work.change_records]


def renamed_step(step: StepRecord, renamed: dict[str, str]) -> StepRecord:
    parent = end_of(step.parent, renamed) if step.parent else step.parent
    return replace(step, key=end_of(step.key, renamed), parent=parent)


def renamed_change(change: ChangeRecord, renamed: dict[str, str]) -> ChangeRecord:
    """Move a change to its step; where its key begins with the step's, every source names it alike."""
    step = end_of(change.step, renamed)
    own = change.key.startswith(f"{change.step}:")
    return replace(change, step=step, key=step + change.key[len(change.step) :] if own else change.key)


def end_of(key: str, renamed: dict[str, str]) -> str:
    """Follow a key to the one that its step has now."""
    seen = set()
    while key in renamed and key not in seen:
        seen.add(key)
        key = renamed[key]
    return key


def join_rows(work: Work) -> None:
    """Put stored steps together that a record shows to be one: the first has all, the other is hidden."""
    for winner, loser in work.joined:
        row, other = work.steps.get(winner), work.steps.get(loser)
        if row is not None and other is not None:
            absorb(row, other)
            retire(other, winner)
    for key in work.retired:
        if (row := work.steps.get(key)) is not None:
            retire(row, "")


def absorb(row: StepRow, other: StepRow) -> None:
    """Fold one row into another: whose rank is higher counts, gaps are filled."""
    wins = other.rank > row.rank
    if wins:
        row.kind = other.kind
    for name in TEXT_FIELDS:
        if getattr(other, name) and (wins or not getattr(row, name)):
            setattr(row, name, getattr(other, name))
    for side in ("input", "output"):
        if getattr(other, f"{side}_size") and (wins or not getattr(row, f"{side}_size")):
            for part in ("preview", "digest", "size"):
                setattr(row, f"{side}_{part}", getattr(other, f"{side}_{part}"))
    if total(tokens_of(other)) > total(tokens_of(row)):
        for bucket in TOKEN_BUCKETS:
            setattr(row, f"{bucket}_tokens", getattr(other, f"{bucket}_tokens"))
        row.lower_bound, row.usage = other.lower_bound, other.usage
    if other.price and (row.price is None or other.price.get("source") == "reported"):
        row.price = other.price
    if row.status in OPEN_STATES:
        row.status = other.status
    if row.context_digest is None:
        row.context_digest, row.context_size = other.context_digest, other.context_size
    row.started_at = earlier(row.started_at, other.started_at)
    row.ended_at = later(row.ended_at, other.ended_at)
    row.duration_ms = row.duration_ms if row.duration_ms is not None else span_ms(row)
    row.sources = [*row.sources, *(one for one in other.sources if one not in row.sources)]
    row.raw = [*row.raw, *(one for one in other.raw if one not in row.raw)]
    row.detail = {**row.detail, **other.detail} if wins else {**other.detail, **row.detail}
    row.rank = max(row.rank, other.rank)


def retire(row: StepRow, winner: str) -> None:
    """Leave of a step that is another one only a hidden mark in its place."""
    empty: dict[str, Any] = {
        **dict.fromkeys((*TEXT_FIELDS, "input_preview", "output_preview", "agent", "parent_key"), ""),
        **dict.fromkeys(("input_size", "output_size", "context_size"), 0),
        **dict.fromkeys(("changes", "lines_added", "lines_removed"), 0),
        **dict.fromkeys(("input_digest", "output_digest", "context_digest", "duration_ms", "exit_code")),
        **dict.fromkeys(("usage", "price", "cost_usd", *(f"{bucket}_tokens" for bucket in TOKEN_BUCKETS))),
    }
    for name, value in empty.items():
        setattr(row, name, value)
    row.kind, row.status, row.rank, row.lower_bound = Kind.EVENT, StepStatus.OK, RETIRED, False
    row.detail = {"meta": True, "same_as": winner}
