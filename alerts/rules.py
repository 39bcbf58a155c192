"""Whether a rule fires, and in which words. Pure: no ORM, no clock."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from msgspec import Struct

from alerts.kinds import Fact
from alerts.params import FactParams, FindingParams, Params
from runs.words import money, plural


class Seen(Struct, frozen=True, kw_only=True):
    """A finding as far as rules need it."""

    signature: str
    severity: int
    sentence: str
    steps: Sequence[int] = ()
    step: int | None = None


class Touched(Struct, frozen=True, kw_only=True):
    """A changed file that matches a rule's pattern, and the step that changed it first."""

    path: str
    step: int | None = None


class Told(Struct, frozen=True, kw_only=True):
    """What rules are told of one run."""

    numbers: Mapping[Fact, float]  #: what is unknown is absent
    findings: Sequence[Seen] = ()
    files: Mapping[str, Sequence[Touched]] = {}  #: pattern -> files
    proof: Callable[[Fact, float], Sequence[int]] = lambda fact, over: ()  #: read only where a rule fires


class Fired(Struct, frozen=True, kw_only=True):
    """That a rule fires, and why."""

    sentence: str
    occurrences: int  #: grows when the same gets worse: what was resolved opens again then
    severity: int = 0  #: of the finding; 0: the rule's own
    steps: Sequence[int] = ()
    step: int | None = None  #: to look at first


#: Fact -> how its value reads.
_WORDS: Mapping[Fact, Callable[[float], str]] = {
    Fact.TURNS: lambda value: plural(int(value), "turn"),
    Fact.ERRORS: lambda value: plural(int(value), "failed step"),
    Fact.COST: lambda value: f"{money(value)} spent",
    Fact.TOKENS: lambda value: plural(int(value), "token"),
    Fact.MINUTES: lambda value: _minutes(value),
}


def judge_rule(params: Params, told: Told) -> Fired | None:
    """Apply a rule that looks at one run."""
    if isinstance(params, FindingParams):
        return _judge_findings(params, told)
    if isinstance(params, FactParams):
        return _judge_files(params, told) if params.fact == Fact.FILES else _judge_number(params, told)
    return None


def matches(params: FindingParams, finding: Seen) -> bool:
    """Say whether a rule is about a finding."""
    return params.signature in ("", finding.signature) and finding.severity >= params.severity


def words_of(fact: Fact, value: float) -> str:
    """Write a value with its unit."""
    return _WORDS[fact](value)


def _judge_findings(params: FindingParams, told: Told) -> Fired | None:
    found = [each for each in told.findings if matches(params, each)]
    if not found:
        return None
    worst = max(found, key=lambda each: each.severity)  # the first of the worst
    return Fired(
        sentence=worst.sentence,
        occurrences=len(found),
        severity=worst.severity,
        steps=worst.steps,
        step=worst.step,
    )


def _judge_number(params: FactParams, told: Told) -> Fired | None:
    value = told.numbers.get(params.fact)
    if value is None or value <= params.over:
        return None
    steps = told.proof(params.fact, params.over)
    return Fired(
        sentence=f"{words_of(params.fact, value)}, above the limit of {limit_of(params)}.",
        occurrences=max(1, int(value / params.over)) if params.over >= 1 else max(1, int(value)),
        steps=steps,
        step=steps[0] if steps else None,
    )


def limit_of(params: FactParams) -> str:
    """Write the limit of a number."""
    if params.fact == Fact.COST and not float(params.over).is_integer():
        return money(params.over)
    return f"{'$' if params.fact == Fact.COST else ''}{_written(params.over)}"


def _minutes(value: float) -> str:
    tenths = ceil(value * 10) / 10  # 20.4 is above 20, and says so
    return plural(int(tenths), "minute") if tenths.is_integer() else f"{tenths:,} minutes"


def _written(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"


def _judge_files(params: FactParams, told: Told) -> Fired | None:
    files = told.files.get(params.pattern, ())
    if len(files) <= params.over:
        return None
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    steps = [file.step for file in files if file.step is not None]
    return Fired(
        sentence=f"{files[0].path}{others} changed, which `{params.pattern}` watches.",
        occurrences=len(files),
        steps=steps,
        step=steps[0] if steps else None,
    )
