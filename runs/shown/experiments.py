"""The matrix of an experiment as its page shows it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from django.utils.safestring import SafeString, mark_safe

from runs.comparing.limits import TRIES_DRAWN
from runs.comparing.matrices import Matrix, Row
from runs.comparing.tallies import Tally
from runs.queries.experiments import TaskWords
from runs.words import count, money, plural

#: Writes a link to the runs of a task (in hex digits; empty: any) and a variant.
Link = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a bar, in percent of it."""

    tone: str
    x: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CellShown:
    """The tries of one cell. `dots` are drawn one by one; of many there is a bar of three parts instead."""

    variant: str
    url: str = ""
    title: str = ""
    score: str = ""  #: "3/4"
    cost: str = ""
    dots: tuple[str, ...] = ()
    bar: tuple[Part, ...] = ()
    tone: str = ""

    @property
    def html(self) -> SafeString:
        """Write the cell. Written here: by a template, 1,000 of them take a third of a second."""
        name = escape(self.variant)
        if not self.url:
            return mark_safe(f'<td class="is-none" data-label="{name}"><span class="faint">–</span></td>')
        tone = f" is-{self.tone}" if self.tone else ""
        drawn = "".join(f'<i class="try is-{dot}"></i>' for dot in self.dots) or _bar_html(self.bar)
        return mark_safe(
            f'<td data-label="{name}"><a class="tries{tone}" href="{escape(self.url)}"'
            f' title="{escape(self.title)}"><span class="tries-drawn" aria-hidden="true">{drawn}</span>'
            f'<b>{self.score}</b><span class="sr">passed,</span> <small>{self.cost}</small></a></td>'
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RowShown:
    """One task."""

    task: str
    repo: str
    url: str
    spread: str
    total: CellShown
    cells: list[CellShown] = field(default_factory=list)


def cell_shown(tally: Tally | None, *, variant: str, url: str, of: str) -> CellShown:
    """Show the tries of a cell, `of` says of what they are."""
    if tally is None or not tally.runs:
        return CellShown(variant=variant)
    parts = (("ok", tally.passed), ("fail", tally.failed), ("unknown", tally.unknown))
    dots = tuple(tone for tone, number in parts for _ in range(number)) if tally.runs <= TRIES_DRAWN else ()
    return CellShown(
        variant=variant,
        url=url,
        title=f"{of}: {words_of(tally)}",
        score=score_of(tally),
        cost=cost_of(tally),
        dots=dots,
        bar=() if dots else tuple(_bar(parts, tally.runs)),
        tone=_tone(tally),
    )


def _bar_html(parts: Iterable[Part]) -> str:
    drawn = "".join(
        f'<rect class="is-{part.tone}" x="{part.x}" width="{part.width}" height="8"/>' for part in parts
    )
    return (
        '<svg class="try-bar" viewBox="0 0 100 8" preserveAspectRatio="none" width="60" height="8">'
        f"{drawn}</svg>"
    )


def _bar(parts: Iterable[tuple[str, int]], whole: int) -> Iterator[Part]:
    x = 0.0
    for tone, number in parts:
        width = round(100 * number / whole, 1)
        if number:
            yield Part(tone=tone, x=round(x, 1), width=width)
        x += width


def score_of(tally: Tally) -> str:
    """Write how many of the known results are successes; nothing where none is known."""
    return f"{count(tally.passed)}/{count(tally.known)}" if tally.known else "–"


def cost_of(tally: Tally) -> str:
    """Write the mean cost, as a lower bound where it is one."""
    mean = tally.mean_cost
    if mean is None:
        return "cost unknown" if tally.runs else ""
    return f"{'≥ ' if tally.low else ''}{money(mean)}"


def words_of(tally: Tally) -> str:
    """Say a tally in words."""
    known = f"{count(tally.passed)} of {count(tally.known)} passed" if tally.known else "no result is known"
    told = [plural(tally.runs, "run"), known]
    if tally.known and tally.unknown:
        told.append(f"{count(tally.unknown)} not known")
    return ", ".join([*told, f"{cost_of(tally)} a run" if tally.priced else "cost unknown"])


def _tone(tally: Tally) -> str:
    share = tally.share
    if share is None:
        return ""
    return "ok" if share == 1 else "fail" if share == 0 else "mixed"


def rows_shown(
    rows: list[Row], matrix: Matrix, words: Mapping[bytes, TaskWords], link: Link
) -> list[RowShown]:
    """Show the tasks of one page."""
    return [_row(row, matrix, words.get(row.task, TaskWords("(gone)", "")), link) for row in rows]


def _row(row: Row, matrix: Matrix, told: TaskWords, link: Link) -> RowShown:
    key = row.task.hex()
    return RowShown(
        task=told.words,
        repo=told.repo,
        url=link(key, ""),
        spread=f"{round(row.spread * 100)} pts" if row.spread >= 0 else "–",
        total=cell_shown(row.total, variant="All", url=link(key, ""), of="All variants"),
        cells=[
            cell_shown(row.tallies.get(variant), variant=variant, url=link(key, variant), of=variant)
            for variant in matrix.variants
        ],
    )


def totals_shown(matrix: Matrix, link: Link) -> list[CellShown]:
    """Show what each variant comes to over all tasks."""
    return [
        cell_shown(matrix.totals[variant], variant=variant, url=link("", variant), of=variant)
        for variant in matrix.variants
    ]
