"""A comparison of two sides: every measure with its interval and its word. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from runs.comparing.discoveries import adjusted
from runs.comparing.effects import Numbers, effect_of
from runs.comparing.measures import MEASURES, ComparedRun, Measure, Scale, measure_of_signature
from runs.comparing.mixes import mix_of
from runs.comparing.pairing import Design, Groups, design_of
from runs.comparing.results import HEADLINE, Effect, Line, Report, Summary, Word
from runs.comparing.shares import share_effect
from runs.comparing.words import word_of


def compare(
    a: Sequence[ComparedRun], b: Sequence[ComparedRun], *, signatures: Mapping[str, str] | None = None
) -> Report:
    """Compare two sides; `signatures` gives names to what rules found, by slug."""
    design = design_of(a, b)
    measures = [*MEASURES, *_found_in([*a, *b], signatures or {})]
    lines = [_line(measure, a, b, design) for measure in measures]
    told = [line for line in lines if _says_something(line)]
    chances = adjusted([line.effect.p for line in told if line.effect])
    words = iter(chances)
    return Report(
        a=a,
        b=b,
        design=design,
        lines=tuple(_worded(line, next(words) if line.effect else 1.0) for line in told),
        absent=tuple(line.measure.name for line in lines if not _says_something(line)),
        mix=mix_of(a, b),
    )


def _found_in(runs: Iterable[ComparedRun], signatures: Mapping[str, str]) -> list[Measure]:
    found = {slug for run in runs for slug in run.findings or ()}
    return [measure_of_signature(slug, name) for slug, name in signatures.items() if slug in found]


def _says_something(line: Line) -> bool:
    """Say whether a measure is shown: one that is known, and not 0 in every run."""
    if line.measure.slug in HEADLINE:
        return True
    values = [value for side in (line.a, line.b) for value in side.values if value is not None]
    return bool(values) and (line.measure.is_share or any(values))


def _line(measure: Measure, a: Sequence[ComparedRun], b: Sequence[ComparedRun], design: Design) -> Line:
    one, two = _summary(measure, a), _summary(measure, b)
    effect = _effect(measure, one, two, design)
    notes = _notes(measure, one, two, effect, a, b)
    return Line(
        measure=measure, a=one, b=two, effect=effect, q=1.0, word=_word(measure, one, two, effect, 1.0),
        notes=notes,
    )  # fmt: skip


def _worded(line: Line, q: float) -> Line:
    return replace(line, q=q, word=_word(line.measure, line.a, line.b, line.effect, q))


def _word(measure: Measure, a: Summary, b: Summary, effect: Effect | None, q: float) -> Word:
    return word_of(measure, effect, q=q, known=(a.n, b.n))


def _summary(measure: Measure, runs: Sequence[ComparedRun]) -> Summary:
    values = tuple(measure.of(run) for run in runs)
    known = [value for value in values if value is not None]
    return Summary(
        n=len(known),
        missing=len(values) - len(known),
        mean=float(np.mean(known)) if known else None,
        median=float(np.median(known)) if known else None,
        values=values,
    )


def _effect(measure: Measure, a: Summary, b: Summary, design: Design) -> Effect | None:
    one, tries_a = _units(a, design.a)
    two, tries_b = _units(b, design.b)
    if design.paired:
        both = (tries_a > 0) & (tries_b > 0)
        one, two, tries_a, tries_b = one[both], two[both], tries_a[both], tries_b[both]
    else:
        one, two = one[tries_a > 0], two[tries_b > 0]
    if measure.is_share:
        step = float((1 / tries_a + 1 / tries_b).mean() / 2) if design.paired and len(one) else 1.0
        return share_effect(one, two, paired=design.paired, step=step)
    return effect_of(one, two, paired=design.paired, ratio=measure.scale is Scale.RATIO)


def _units(side: Summary, groups: Groups) -> tuple[Numbers, Numbers]:
    """Average the known values of each unit; beside them, of how many each is."""
    values = np.array([np.nan if value is None else value for value in side.values], dtype=float)
    places = np.fromiter((place for group in groups for place in group), dtype=int)
    unit = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    taken = values[places]
    known = ~np.isnan(taken)
    tries = np.bincount(unit[known], minlength=len(groups)).astype(float)
    sums = np.bincount(unit[known], weights=taken[known], minlength=len(groups))
    return sums / np.maximum(tries, 1), tries


def _notes(
    measure: Measure,
    a: Summary,
    b: Summary,
    effect: Effect | None,
    runs_a: Sequence[ComparedRun],
    runs_b: Sequence[ComparedRun],
) -> tuple[str, ...]:
    notes = [
        f"Not recorded in {side.missing} of {len(side.values)} runs of {name}."
        for name, side in (("A", a), ("B", b))
        if side.missing and len(side.values)
    ]
    if measure.slug == "cost":
        low = [sum(run.cost_is_low for run in runs if run.cost is not None) for runs in (runs_a, runs_b)]
        notes += [f"A lower bound in {n} of {name}'s runs." for n, name in zip(low, "AB", strict=True) if n]
    if effect and measure.scale is Scale.RATIO and effect.scale is Scale.NUMBER:
        notes.append("Some runs have none, so this is a difference of means and no ratio.")
    if (
        effect
        and effect.scale is Scale.RATIO
        and a.mean
        and b.mean
        and (b.mean / a.mean - 1) * effect.estimate < 0
    ):
        notes.append(
            f"The mean goes the other way ({(b.mean / a.mean - 1) * 100:+.0f} %): a few runs weigh much."
        )
    return tuple(notes)
