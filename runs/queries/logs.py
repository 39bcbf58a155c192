"""The log of one run, which a project's query found: every step, filtered, with counts."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, Min, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from runs.kinds import FAILED_STATES, Kind, Origin, StepStatus
from runs.limits import MENU_SIZE, WINDOW
from runs.models import FileChange, Run, Step
from runs.queries.steps import META, is_failure, rows_from
from runs.queries.windows import Ends, Row, between

#: What sources call their levels.
LEVELS = {
    "error": ("error", "err", "fatal", "critical", "alert", "emergency", "panic"),
    "warn": ("warn", "warning"),
    "info": ("info", "information", "notice"),
    "debug": ("debug", "trace", "verbose"),
}
_BAD = Q(status__in=list(FAILED_STATES)) & ~Q(kind=Kind.RETRY)
_ODD = Q(kind=Kind.RETRY) | Q(status__in=[StepStatus.CANCELLED, StepStatus.UNANSWERED])
#: The level that the source told, else what the state of the step amounts to.
LEVEL = Case(
    *(When(told__in=words, then=Value(level)) for level, words in LEVELS.items()),
    When(_BAD | Q(kind=Kind.ERROR), then=Value("error")),
    When(_ODD, then=Value("warn")),
    default=Value(""),
    output_field=TextField(),
)
#: Columns with a closed or short list of values: their menus count them.
COLUMNS = ("kind", "tool", "status", "level")
_TEXTS = ("input_preview", "output_preview", "error", "name", "tool", "key")


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """What the log shows. Empty: every step but the harness's own events."""

    kind: str = ""
    tool: str = ""
    status: str = ""
    level: str = ""
    path: str = ""
    text: str = ""
    ends: Ends | None = None  #: of a range
    meta: bool = False


@dataclass(frozen=True, kw_only=True)
class LogCount:
    """How many steps a filter shows."""

    steps: int
    failures: int


def _conditions(run: Run, chosen: LogFilter) -> dict[str, Q]:
    """Write each condition that is set, by its name in the address."""
    found = {name: Q(**{name: getattr(chosen, name)}) for name in COLUMNS if getattr(chosen, name)}
    if chosen.path:
        found["path"] = _names_path(run, chosen.path)
    if chosen.text:
        said = Q()
        for name in _TEXTS:
            said |= Q(**{f"{name}__icontains": chosen.text})
        found["text"] = said
    if chosen.ends is not None:
        found["from"] = between(*chosen.ends)
    return found


def _names_path(run: Run, path: str) -> Q:
    """Match steps that changed the file, were told to be about it, or name it in their arguments (JSON)."""
    changed = FileChange.objects.filter(run_id=run.id).exclude(origin=Origin.NET)
    changed = changed.filter(Q(path__icontains=path) | Q(old_path__icontains=path))
    written = json.dumps(path, ensure_ascii=False)[1:-1]
    named = Q(kind=Kind.TOOL) & (Q(input_preview__icontains=path) | Q(input_preview__icontains=written))
    return Q(key__in=changed.values("step_key")) | Q(detail__path__icontains=path) | named


def _steps(run: Run, chosen: LogFilter) -> QuerySet[Step]:
    steps = Step.objects.filter(run_id=run.id)
    steps = steps if chosen.meta else steps.exclude(META)
    return steps.annotate(told=Lower(KT("detail__level"))).annotate(level=LEVEL)


def steps_in_log(run: Run, chosen: LogFilter, *, but: str = "") -> QuerySet[Step]:
    """Select the steps of a filter, but for one of its conditions."""
    steps = _steps(run, chosen)
    for name, condition in _conditions(run, chosen).items():
        steps = steps if name == but else steps.filter(condition)
    return steps


def log_rows(run: Run, chosen: LogFilter) -> QuerySet[Step, Row]:
    """Select the rows of a filter, in no order."""
    return rows_from(steps_in_log(run, chosen), "level", "copied")


def count_in_log(run: Run, chosen: LogFilter) -> LogCount:
    """Count what a filter shows. Without one the run's own counters say it, less what the harness told."""
    if chosen == LogFilter(meta=chosen.meta):
        left_out = Step.objects.none() if chosen.meta else Step.objects.filter(META, run_id=run.id)
        less = _count(left_out)
        return LogCount(steps=run.steps - less.steps, failures=run.failures - less.failures)
    return _count(steps_in_log(run, chosen))


def _count(steps: QuerySet[Step]) -> LogCount:
    bad = _BAD & ~Q(detail__has_key="failed_call")
    return LogCount(**steps.aggregate(steps=Count("seq"), failures=Count("seq", filter=bad)))


def count_rows(rows: Sequence[Row]) -> LogCount:
    """Count the rows of a filter that are all there is."""
    return LogCount(steps=len(rows), failures=sum(map(is_failure, rows)))


def counts_without(run: Run, chosen: LogFilter) -> dict[str, int]:
    """Count what a filter would show without each of its conditions, by their names."""
    conditions = _conditions(run, chosen)
    others: dict[str, Count] = {}
    for name in conditions:
        rest = Q()
        for other, condition in conditions.items():
            rest &= Q() if other == name else condition
        others[f"without_{name}"] = Count("seq", filter=rest) if rest else Count("seq")
    if not others:
        return {}
    found = _steps(run, chosen).aggregate(**others)
    return {name.removeprefix("without_"): number for name, number in found.items()}


def choices_in_log(run: Run, chosen: LogFilter, name: str) -> list[tuple[str, int]]:
    """List what one filter can be set to, with the steps that would show, the most first."""
    steps = steps_in_log(run, chosen, but=name)
    if name == "path":
        changes = FileChange.objects.filter(run_id=run.id, step_key__in=steps.values("key"))
        found = (
            changes.exclude(origin=Origin.NET)
            .values_list("path")
            .annotate(number=Count("step_key", distinct=True))
        )
        return list(found.order_by("-number", "path")[:MENU_SIZE])
    found = steps.exclude(**{name: ""}).order_by().values_list(name).annotate(number=Count("seq"))
    return list(found.order_by("-number", name)[:MENU_SIZE])


def paths_changed(run: Run, keys: Collection[str]) -> Mapping[str, tuple[str, int]]:
    """Find the first file that each of some steps changed, and how many there were, by the step's key."""
    changes = FileChange.objects.filter(run_id=run.id, step_key__in=list(keys)).exclude(origin=Origin.NET)
    found = changes.values("step_key").annotate(first=Min("path"), number=Count("path", distinct=True))
    return {row["step_key"]: (row["first"], row["number"]) for row in found.order_by()}


def changed_after(run: Run, revision: int) -> dict[int, int]:
    """Read which steps were written after a revision, by number, as far as one answer goes."""
    steps = Step.objects.filter(run_id=run.id, revision__gt=revision).order_by("revision")
    return dict(steps.values_list("seq", "revision")[:WINDOW])


def rows_among(run: Run, chosen: LogFilter, seqs: Collection[int]) -> list[Row]:
    """Read those of some steps that a filter shows."""
    return list(log_rows(run, chosen).filter(seq__in=list(seqs)).order_by(F("started_at"), "seq"))
