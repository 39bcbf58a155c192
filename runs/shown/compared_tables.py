"""Checks, findings and cost of runs that are compared, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from runs.findings.clues import Outcome
from runs.findings.kept_checks import CheckLine
from runs.findings.signatures import SIGNATURES
from runs.models import Judgement, Run
from runs.queries.sidebyside import ModelCost
from runs.shown.compared import Fact, Figure, delta_words, lettered
from runs.shown.runs import cost_words
from runs.shown.steps import Place
from runs.shown.stories import step_url, told_story
from runs.words import count, money, plural, tokens

_CHECKS = {
    Outcome.GREEN: ("green", "is-ok"),
    Outcome.RED: ("red", "is-fail"),
    Outcome.UNKNOWN: ("not known", ""),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Runs that are compared, what rules said of them, and where they live."""

    runs: Sequence[Run]
    base: Run
    judged: Mapping[UUID, Judgement]
    places: Mapping[UUID, Place]

    @property
    def unjudged(self) -> str:
        left = [letter for letter, run in lettered(self.runs) if run.id not in self.judged]
        return f"Rules have not looked at {' and '.join(left)} yet." if left else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Facts of runs that share a subject; `note` says what is missing."""

    title: str
    facts: list[Fact]
    note: str = ""


def checks_table(compared: Compared) -> Table:
    """Hold the last outcome of each check against the others'."""
    lines = {
        run.id: {line.name: line for line in told_story(compared.judged.get(run.id)).checks.lines}
        for run in compared.runs
    }

    def figures(name: str) -> list[Figure]:
        return [
            _check(letter, lines[run.id].get(name), compared.places[run.id])
            for letter, run in lettered(compared.runs)
        ]

    names = dict.fromkeys(name for found in lines.values() for name in found)
    facts = [Fact(name=name, figures=figures(name)) for name in names]
    note = compared.unjudged or _nothing(facts, "No check was run.")
    return Table(title="Checks at the end", facts=facts, note=note)


def _check(letter: str, line: CheckLine | None, place: Place) -> Figure:
    if line is None:
        return Figure(letter=letter, text="not run")
    last = line.marks[-1]
    word, tone = _CHECKS[last.outcome]
    text = f"{word}, run {plural(line.runs, 'time')}"
    return Figure(letter=letter, text=text, tone=tone, url=step_url(place, last.step))


def findings_table(compared: Compared, found: Mapping[UUID, Mapping[str, int]]) -> Table:
    """Count findings by signature, the worst first."""

    def figures(slug: str) -> list[Figure]:
        return [
            _times(letter, found[run.id].get(slug, 0), compared.places[run.id])
            for letter, run in lettered(compared.runs)
        ]

    facts = [
        Fact(name=SIGNATURES[slug].name if slug in SIGNATURES else slug, figures=figures(slug))
        for slug in sorted({slug for counts in found.values() for slug in counts}, key=_rank)
    ]
    note = compared.unjudged or _nothing(facts, "Rules found nothing.")
    return Table(title="Findings", facts=facts, note=note)


def _rank(slug: str) -> tuple[int, str]:
    return (-SIGNATURES[slug].severity if slug in SIGNATURES else 0, slug)


def _times(letter: str, times: int, place: Place) -> Figure:
    url = f"{place.url('run')}?findings=all" if times else ""
    return Figure(letter=letter, text=count(times) if times else "–", url=url)


def costs_table(compared: Compared, costs: Mapping[UUID, Sequence[ModelCost]]) -> Table:
    """Hold the cost of each model against the base's."""
    by_model = {run.id: {cost.model: cost for cost in costs[run.id]} for run in compared.runs}
    base = by_model[compared.base.id]

    def figures(model: str) -> list[Figure]:
        return [
            _cost(
                letter,
                by_model[run.id].get(model),
                None if run.id == compared.base.id else base.get(model),
            )
            for letter, run in lettered(compared.runs)
        ]

    models = sorted({model for found in by_model.values() for model in found})
    facts = [Fact(name=model or "Unknown model", figures=figures(model)) for model in models]
    return Table(title="Cost by model", facts=facts, note=_nothing(facts, "No model call was recorded."))


def _cost(letter: str, mine: ModelCost | None, base: ModelCost | None) -> Figure:
    """Write what a model cost; the base's own and costs that are lower bounds have no distance."""
    if mine is None:
        return Figure(letter=letter, text="–")
    words, note = cost_words(
        mine.cost, calls=mine.calls, unpriced=mine.unpriced, lower_bound=mine.lower_bound
    )
    text = f"{words} · {plural(mine.calls, 'call')} · {tokens(mine.tokens)} tokens"
    is_told = base is not None and _is_whole(mine) and _is_whole(base)
    delta = delta_words(mine.cost, base.cost, money) if base is not None and is_told else ""
    return Figure(letter=letter, text=text, delta=delta, note=note)


def _is_whole(cost: ModelCost) -> bool:
    return not cost.unpriced and not cost.lower_bound


def _nothing(facts: Sequence[Fact], words: str) -> str:
    return "" if facts else words
