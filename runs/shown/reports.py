"""A comparison as its page and its file show it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from runs.comparing.limits import TASKS_SHOWN
from runs.comparing.measures import GROUPS, Better, ComparedRun, Unit
from runs.comparing.results import CLAIMS, Effect, Line, Report, Says, Summary
from runs.comparing.words import effect_words, value_words
from runs.shown.forests import Forest, forest_of
from runs.words import one_line

TONES = {Says.BETTER: "ok", Says.WORSE: "fail", Says.MORE: "plain", Says.FEWER: "plain"}

#: Filters that the list of a side's runs gets more, as a link.
Link = Callable[..., str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellShown:
    """One side of a measure: its mean or share, and what stands below it."""

    value: str
    below: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineShown:
    """One measure."""

    name: str
    slug: str
    a: CellShown
    b: CellShown
    effect: str
    size: str
    word: str
    tone: str
    sentence: str
    forest: Forest | None
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MixShown:
    """One tool."""

    tool: str
    a: str
    b: str
    width_a: float
    width_b: float
    runs: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TryShown:
    """One run of a task."""

    url: str
    tone: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskShown:
    """One task that both sides tried."""

    task: str
    a: list[TryShown]
    b: list[TryShown]
    cost_a: str
    cost_b: str
    pair: str  #: ids of a run of each side, for the page that shows them side by side


@dataclass(frozen=True, kw_only=True)
class RunLinks:
    """Writes links to the runs behind a number."""

    base: str  #: address of the run list
    a: Mapping[str, str]
    b: Mapping[str, str]

    def side(self, name: str, more: Mapping[str, str] | None = None) -> str:
        chosen = {**(self.a if name == "a" else self.b), **(more or {})}
        return f"{self.base}?{urlencode(chosen)}" if chosen else self.base

    def run(self, run: ComparedRun) -> str:
        return f"{self.base}runs/{run.id}/"


def line_shown(line: Line, links: RunLinks) -> LineShown:
    """Write one measure."""
    effect = line.effect
    return LineShown(
        name=line.measure.name,
        slug=line.measure.slug,
        a=_cell(line, line.a, links.side("a", line.measure.filters)),
        b=_cell(line, line.b, links.side("b", line.measure.filters)),
        effect=effect_words(effect, line.measure.unit) if effect else "",
        size=_size(effect),
        word=line.word.says.value,
        tone=TONES.get(line.word.says, "quiet"),
        sentence=line.word.text,
        forest=forest_of(effect),
        notes=line.notes,
    )


def _cell(line: Line, side: Summary, url: str) -> CellShown:
    unit = line.measure.unit
    if line.measure.is_share:
        below = f"{sum(1 for value in side.values if value)} of {side.n}" if side.n else "not recorded"
    else:
        below = f"median {value_words(side.median, unit)}" if side.n else "not recorded"
    return CellShown(value=value_words(side.mean, unit), below=below, url=url)


def _size(effect: Effect | None) -> str:
    if effect is None or effect.size is None:
        return ""
    words = f"{effect.size:+.2f}".replace("-", "−")
    return "0" if words.endswith("0.00") else words


def groups_shown(report: Report, links: RunLinks) -> list[tuple[str, list[LineShown]]]:
    """Write all measures in their groups."""
    shown = [(line.measure.group, line_shown(line, links)) for line in report.lines]
    groups = [(name, [line for group, line in shown if group == name]) for name in GROUPS]
    return [(name, lines) for name, lines in groups if lines]


def headline_of(report: Report) -> str:
    """Say in one sentence what the report comes to."""
    if not report.a or not report.b:
        return "One side has no run." if report.a or report.b else "Neither side has a run."
    if is_same(report):
        return "Both sides are the same runs."
    claims = [line for line in report.headline if line.word.says in CLAIMS]
    if not claims:
        words = {line.word.says for line in report.headline}
        return "No difference seen." if words == {Says.SAME} else "Not enough to tell which is better."
    told = " and ".join(line.measure.less if _is_less(line) else line.measure.more for line in claims)
    return f"{_word(report, claims)}B {told}{_about_success(report)}."


def is_same(report: Report) -> bool:
    """Say whether both sides hold the very same runs: there is nothing to compare."""
    return {run.id for run in report.a} == {run.id for run in report.b}


def _word(report: Report, claims: Sequence[Line]) -> str:
    """Call a side better that is so in something, and succeeds as often as far as could be seen."""
    if _about_success(report):
        return ""
    better = [line.word.says is Says.BETTER for line in claims]
    return "B is better: " if all(better) else "A is better: " if not any(better) else "It is a trade: "


def _about_success(report: Report) -> str:
    success = report.line("success")
    says = success.word.says if success else Says.UNKNOWN
    return {
        Says.UNKNOWN: "; success is not recorded",
        Says.UNCLEAR: "; not enough runs to tell about success",
    }.get(says, "")


def _is_less(line: Line) -> bool:
    better_is_less = line.measure.better is Better.LESS
    return (line.word.says is Says.BETTER) == better_is_less


def mix_shown(report: Report) -> list[MixShown]:
    """Write the tool mix, as bars of calls a run."""
    most = max((max(use.a, use.b) for use in report.mix), default=0) or 1
    return [
        MixShown(
            tool=use.tool or "all others",
            a=_calls(use.a),
            b=_calls(use.b),
            width_a=round(100 * use.a / most, 1),
            width_b=round(100 * use.b / most, 1),
            runs=f"in {use.runs_a} of {len(report.a)} runs of A, {use.runs_b} of {len(report.b)} of B",
        )
        for use in report.mix
    ]


def _calls(value: float) -> str:
    return "0" if not value else f"{value:.2f}" if value < 1 else f"{value:.1f}"


def tasks_shown(report: Report, links: RunLinks) -> list[TaskShown]:
    """Write the tasks that both sides tried, those first in which they differ most."""
    a, b = _by_task(report.a), _by_task(report.b)
    tasks = sorted(report.design.tasks, key=lambda task: -abs(_won(b[task]) - _won(a[task])))
    return [_task(a[task], b[task], links) for task in tasks[:TASKS_SHOWN]]


def _task(a: list[ComparedRun], b: list[ComparedRun], links: RunLinks) -> TaskShown:
    return TaskShown(
        task=one_line(a[0].task, limit=120),
        a=[_try(run, links) for run in a],
        b=[_try(run, links) for run in b],
        cost_a=_mean_cost(a),
        cost_b=_mean_cost(b),
        pair=f"{a[0].id},{b[0].id}",
    )


def _try(run: ComparedRun, links: RunLinks) -> TryShown:
    tone = {True: "ok", False: "fail", None: "quiet"}[run.success]
    word = {True: "succeeded", False: "failed", None: "not known"}[run.success]
    cost = value_words(run.cost, Unit.MONEY) if run.cost is not None else "cost not known"
    return TryShown(url=links.run(run), tone=tone, words=f"{word}, {cost}: {run.title}")


def _mean_cost(runs: Iterable[ComparedRun]) -> str:
    known = [run.cost for run in runs if run.cost is not None]
    return value_words(sum(known) / len(known) if known else None, Unit.MONEY)


def _won(runs: list[ComparedRun]) -> float:
    known = [run.success for run in runs if run.success is not None]
    return sum(known) / len(known) if known else 0.5


def _by_task(runs: Iterable[ComparedRun]) -> dict[str, list[ComparedRun]]:
    tasks: dict[str, list[ComparedRun]] = {}
    for run in runs:
        tasks.setdefault(run.task_key, []).append(run)
    return tasks
