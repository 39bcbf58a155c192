"""A comparison as data: for its JSON, its CSV files and the read API. What is not known is null, or empty."""

from collections.abc import Iterator, Sequence
from typing import Any

from runs.comparing.measures import MEASURES, ComparedRun
from runs.comparing.results import Effect, Line, Report, Summary

RUN_COLUMNS = (
    "side", "run", "title", "task", "started_at", "outcome", "success", "checks_green", "cost_is_lower_bound",
    "findings",
)  # fmt: skip
_SHARES = {"success", "checks_green", "has_warning"}
_MEASURED = [measure for measure in MEASURES if measure.slug not in _SHARES]
MEASURE_COLUMNS = (
    "measure", "group", "unit", "a_mean", "a_median", "a_n", "b_mean", "b_median", "b_n", "difference_is",
    "difference", "low", "high", "p", "q", "effect_size", "units", "says", "sentence",
)  # fmt: skip
#: First characters by which a table program takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_data(report: Report) -> dict[str, Any]:
    """Tell a report: how it was made, its measures, the tool mix."""
    design = report.design
    return {
        "design": {
            "paired": design.paired,
            "unit": design.unit.value,
            "units": len(design.a) if design.paired else None,
            "tasks_on_both_sides": len(design.tasks),
            "unpaired_a": design.left_a,
            "unpaired_b": design.left_b,
            "why": design.why,
        },
        "measures": [line_data(line) for line in report.lines],
        "absent": list(report.absent),
        "tools": [
            {"tool": use.tool, "a": use.a, "b": use.b, "runs_a": use.runs_a, "runs_b": use.runs_b}
            for use in report.mix
        ],
    }


def line_data(line: Line) -> dict[str, Any]:
    """Tell one measure."""
    measure = line.measure
    return {
        "measure": measure.slug,
        "name": measure.name,
        "group": measure.group,
        "unit": measure.unit.value,
        "better": measure.better.value,
        "a": _side(line.a),
        "b": _side(line.b),
        "effect": _effect(line.effect, line.q),
        "says": line.word.says.value,
        "sentence": line.word.text,
        "notes": list(line.notes),
    }


def _side(side: Summary) -> dict[str, Any]:
    return {"n": side.n, "missing": side.missing, "mean": side.mean, "median": side.median}


def _effect(effect: Effect | None, q: float) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "is": "difference" if effect.scale != "ratio" else "ratio",
        "estimate": effect.estimate,
        "low": effect.low,
        "high": effect.high,
        "p": effect.p,
        "q": q,
        "size": effect.size,
        "paired": effect.paired,
        "n_a": effect.n_a,
        "n_b": effect.n_b,
        "visible": effect.visible,
        "needed": effect.needed,
    }


def measure_rows(report: Report) -> Iterator[Sequence[Any]]:
    """Write a row per measure, after their heads."""
    yield MEASURE_COLUMNS
    for line in report.lines:
        effect = line.effect
        told = [effect.scale.value, effect.estimate, effect.low, effect.high, effect.p, line.q, effect.size,
                f"{effect.n_a} and {effect.n_b}"] if effect else [None] * 8  # fmt: skip
        yield [
            line.measure.slug, line.measure.group, line.measure.unit.value, line.a.mean, line.a.median,
            line.a.n, line.b.mean, line.b.median, line.b.n, *told, line.word.says.value, safe(line.word.text),
        ]  # fmt: skip


def run_rows(report: Report) -> Iterator[Sequence[Any]]:
    """Write a row per run, after their heads."""
    yield (*RUN_COLUMNS, *(measure.slug for measure in _MEASURED))
    for name, side in (("A", report.a), ("B", report.b)):
        for run in side:
            yield _run_row(name, run)


def _run_row(side: str, run: ComparedRun) -> Sequence[Any]:
    findings = " ".join(f"{slug}:{times}" for slug, times in sorted((run.findings or {}).items()))
    return [
        side, run.id, safe(run.title), safe(run.task), run.started_at.isoformat() if run.started_at else None,
        safe(run.outcome), run.success, run.checks_green, run.cost_is_low, findings,
        *(measure.of(run) for measure in _MEASURED),
    ]  # fmt: skip


def safe(text: str) -> str:
    """Keep a table program from taking recorded text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
