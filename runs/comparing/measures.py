"""What a comparison measures of a run, and which way is better. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from runs.findings.found import Severity


class Scale(StrEnum):
    """How two sides of a measure are held against each other."""

    RATIO = "ratio"  #: B as a part of A, over logarithms: cost, tokens, times
    NUMBER = "number"  #: B minus A: counts, which may be 0
    SHARE = "share"  #: yes or no of each run


class Unit(StrEnum):
    """How a value is written."""

    COUNT = "count"
    TOKENS = "tokens"
    MONEY = "money"
    TIME = "time"  #: milliseconds
    SHARE = "share"


class Better(StrEnum):
    """Which side of a difference people want."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedRun:
    """One run as a comparison knows it; None is what was not recorded."""

    id: UUID
    title: str
    task: str  #: words of the task, for people
    task_key: str  #: two runs of one task share it; empty: unknown
    started_at: datetime | None
    success: bool | None
    checks_green: bool | None
    cost: float | None  #: dollars, of the priced calls
    cost_is_low: bool  #: some calls have no price, or tokens known to be too few
    tokens: Mapping[str, float | None] = field(default_factory=dict)
    times: Mapping[str, float | None] = field(default_factory=dict)  #: milliseconds
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] | None = field(default_factory=dict)  #: by signature; None: not judged yet
    tools: Mapping[str, int] = field(default_factory=dict)  #: calls by tool
    severity: int = 0  #: of the worst finding
    prompt: int | None = None  #: version of its main prompt
    outcome: str = ""  #: why success is what it is, for people


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One line of a report."""

    slug: str
    name: str
    group: str
    scale: Scale
    unit: Unit
    better: Better
    less: str  #: what is said of B when it has less: "is cheaper"
    more: str
    of: Callable[[ComparedRun], float | None]
    filters: Mapping[str, str] = field(default_factory=dict)  #: of the run list, for the runs behind it

    @property
    def is_share(self) -> bool:
        return self.scale is Scale.SHARE


OUTCOME, MONEY, TIME, WORK, TROUBLE, CHANGES = (
    "Outcome", "Cost and tokens", "Time", "Work", "Trouble", "Changes",
)  # fmt: skip
FINDINGS = "Findings"
GROUPS = (OUTCOME, MONEY, TIME, WORK, TROUBLE, CHANGES, FINDINGS)

TOKEN_NAMES = {
    "input": "Input tokens, uncached",
    "cache_read": "Tokens read from cache",
    "cache_write": "Tokens written to cache",
    "output": "Output tokens",
}
TIME_NAMES = {
    "wall": "Wall time",
    "model": "Time in model calls",
    "tools": "Time in tool calls",
    "rest": "Time in neither (waiting)",
}


def _share(
    slug: str,
    name: str,
    of: Callable[[ComparedRun], bool | None],
    less: str,
    more: str,
    *,
    better: Better,
    filters: Mapping[str, str] | None = None,
) -> Measure:
    def value(run: ComparedRun) -> float | None:
        told = of(run)
        return None if told is None else float(told)

    return Measure(
        slug=slug, name=name, group=OUTCOME, scale=Scale.SHARE, unit=Unit.SHARE, better=better, less=less,
        more=more, of=value, filters=filters or {},
    )  # fmt: skip


def _tokens(name: str) -> Measure:
    words = TOKEN_NAMES[name]
    return Measure(
        slug=f"tokens_{name}", name=words, group=MONEY, scale=Scale.RATIO, unit=Unit.TOKENS,
        better=Better.LESS, less=f"has fewer {words[0].lower()}{words[1:]}",
        more=f"has more {words[0].lower()}{words[1:]}", of=lambda run: run.tokens.get(name),
    )  # fmt: skip


def _time(name: str, less: str, more: str) -> Measure:
    return Measure(
        slug=f"time_{name}", name=TIME_NAMES[name], group=TIME, scale=Scale.RATIO, unit=Unit.TIME,
        better=Better.LESS, less=less, more=more, of=lambda run: run.times.get(name),
    )  # fmt: skip


def _count(name: str, words: str, group: str, *, better: Better = Better.LESS, verb: str = "has") -> Measure:
    def value(run: ComparedRun) -> float | None:
        return float(run.counts[name]) if name in run.counts else None

    return Measure(
        slug=name, name=words, group=group, scale=Scale.NUMBER, unit=Unit.COUNT, better=better,
        less=f"{verb} fewer {words.lower()}", more=f"{verb} more {words.lower()}", of=value,
    )  # fmt: skip


def _has_warning(run: ComparedRun) -> bool | None:
    return None if run.findings is None else run.severity >= Severity.WARNING


#: All but the findings by signature, which depend on what was found.
MEASURES = (
    _share("success", "Success", lambda run: run.success, "succeeds less often", "succeeds more often",
           better=Better.MORE, filters={"result": "passed"}),
    _share("checks_green", "Checks green at the end", lambda run: run.checks_green,
           "ends with green checks less often", "ends with green checks more often", better=Better.MORE),
    _share("has_warning", "Runs with a warning or an error", _has_warning, "has warnings less often",
           "has warnings more often", better=Better.LESS, filters={"severity": "warning"}),
    Measure(slug="cost", name="Cost", group=MONEY, scale=Scale.RATIO, unit=Unit.MONEY, better=Better.LESS,
            less="is cheaper", more="costs more", of=lambda run: run.cost),
    Measure(slug="tokens", name="Tokens, all", group=MONEY, scale=Scale.RATIO, unit=Unit.TOKENS,
            better=Better.LESS, less="uses fewer tokens", more="uses more tokens",
            of=lambda run: run.tokens.get("all")),
    *(_tokens(name) for name in TOKEN_NAMES),
    _time("wall", "is faster", "is slower"),
    _time("model", "waits less for the model", "waits longer for the model"),
    _time("tools", "waits less for tools", "waits longer for tools"),
    _time("rest", "spends less time in neither", "spends more time in neither"),
    _count("turns", "Turns", WORK, verb="takes"),
    _count("tool_calls", "Tool calls", WORK, better=Better.NEITHER, verb="makes"),
    _count("agents", "Sub-agents", WORK, better=Better.NEITHER, verb="starts"),
    _count("retries", "Retries", TROUBLE),
    _count("failures", "Failures", TROUBLE),
    _count("compactions", "Compactions", TROUBLE),
    _count("files_changed", "Files changed", CHANGES, better=Better.NEITHER),
    _count("lines_added", "Lines added", CHANGES, better=Better.NEITHER),
    _count("lines_removed", "Lines removed", CHANGES, better=Better.NEITHER),
)  # fmt: skip


def measure_of_signature(slug: str, name: str) -> Measure:
    """Measure the share of runs in which a signature came true."""

    def value(run: ComparedRun) -> float | None:
        return None if run.findings is None else float(slug in run.findings)

    return Measure(
        slug=f"finding_{slug.replace('-', '_')}", name=name, group=FINDINGS, scale=Scale.SHARE,
        unit=Unit.SHARE, better=Better.LESS, less=f"has “{name}” less often",
        more=f"has “{name}” more often", of=value, filters={"finding": slug},
    )  # fmt: skip
