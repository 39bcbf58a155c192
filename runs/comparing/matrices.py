"""A matrix of tasks and variants: its columns, its order, its totals. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from runs.comparing.tallies import Tally, added

#: Orders that are no column's.
TASK, SPREAD, TRIES = "task", "spread", "tries"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One task; `tallies` by the names of variants."""

    task: bytes
    tallies: Mapping[str, Tally]

    @property
    def total(self) -> Tally:
        return added(self.tallies.values())

    @property
    def tries(self) -> int:
        return sum(one.runs for one in self.tallies.values())

    @property
    def spread(self) -> float:
        """Difference between the best and the worst share of successes of its variants; -1: not known."""
        shares = [share for one in self.tallies.values() if (share := one.share) is not None]
        return max(shares) - min(shares) if len(shares) > 1 else -1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """All tasks, and the variants that there are columns for; `left` counts the others."""

    variants: Sequence[str] = ()
    rows: Sequence[Row] = ()
    totals: Mapping[str, Tally] = field(default_factory=dict)
    left: int = 0

    @property
    def total(self) -> Tally:
        return added(self.totals.values())


def matrix_of(cells: Iterable[tuple[bytes, str, Tally]], *, most: int) -> Matrix:
    """Lay cells out; columns are those of most runs: the one with most tasks first, then by name."""
    tasks: dict[bytes, dict[str, Tally]] = defaultdict(dict)
    columns: dict[str, list[Tally]] = defaultdict(list)
    for task, variant, tally in cells:
        known = tasks[task].get(variant)
        tasks[task][variant] = added([known, tally]) if known else tally
        columns[variant].append(tally)
    totals = {variant: added(tallies) for variant, tallies in columns.items()}
    by_runs = sorted(totals, key=lambda variant: (-totals[variant].runs, variant))
    shown = sorted(by_runs[:most], key=lambda variant: (-len(columns[variant]), _natural(variant)))
    return Matrix(
        variants=shown,
        rows=[row for task, tallies in tasks.items() if (row := _row(task, tallies, shown)).tallies],
        totals={variant: totals[variant] for variant in shown},
        left=len(by_runs) - len(shown),
    )


def _row(task: bytes, tallies: Mapping[str, Tally], shown: Sequence[str]) -> Row:
    kept = {variant: tallies[variant] for variant in shown if variant in tallies}
    return Row(task=task, tallies=kept)


def _natural(name: str) -> tuple[str, int, str]:
    """Sort "v10" behind "v9"."""
    head = name.rstrip("0123456789")
    tail = name[len(head) :]
    return head, int(tail) if tail.isascii() and tail and len(tail) < 10 else -1, name


def sorted_rows(rows: Iterable[Row], *, by: str, names: Mapping[bytes, str], upwards: bool) -> list[Row]:
    """Sort by task, spread or tries, else by a variant's share of successes; what is not known comes last."""
    ordered = sorted(rows, key=lambda row: (names.get(row.task, "").lower(), row.task))
    if by == TASK:
        return ordered[::-1] if upwards else ordered

    def value(row: Row) -> float | None:
        if by == SPREAD:
            return row.spread if row.spread >= 0 else None
        if by == TRIES:
            return float(row.tries)
        return row.tallies[by].share if by in row.tallies else None

    values = [(value(row), row) for row in ordered]
    known = [(number, row) for number, row in values if number is not None]
    known.sort(key=lambda pair: pair[0], reverse=not upwards)
    return [row for _, row in known] + [row for number, row in values if number is None]
