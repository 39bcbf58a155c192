"""Steps of one run, which a project's query found: windows, what changed since a revision, one step."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.db.models.functions import Left
from django.http import Http404

from runs.kinds import FAILED_STATES, Kind
from runs.limits import LANE_AROUND, MISSED_MOST, WINDOW
from runs.models import Run, Step
from runs.queries.windows import (
    Ends,
    Row,
    Window,
    after_row,
    around_row,
    before_row,
    between,
    first_of,
    place_of_row,
)

#: A number that no step has: the greatest of its column.
BEYOND = 2**31 - 1

#: What a row shows. Whole previews only where the sentence needs them: 200 × 8 KB are 1.6 MB.
_PLAIN = (
    "seq",
    "revision",
    "key",
    "kind",
    "name",
    "tool",
    "model",
    "status",
    "error",
    "error_kind",
    "parent_key",
    "agent",
    "turn",
    "attempt",
    "started_at",
    "duration_ms",
    "exit_code",
    "stop_reason",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "output_size",
    "changes",
    "lines_added",
    "lines_removed",
    "detail",
)
_CUT = {
    "input_text": Left("input_preview", 1_000),
    "output_text": Case(
        When(kind__in=[Kind.LLM, Kind.FINAL], then=F("output_preview")),
        default=Left("output_preview", 300),
        output_field=TextField(),
    ),
}
#: Events of the harness, which the readings leave out unless they are asked for.
META = Q(detail__contains={"meta": True})
#: One probe a row. As EXISTS, PostgreSQL may read the keys of all steps there are into a hash first.
_PARENT = Subquery(
    Step.objects.filter(run_id=OuterRef("run_id"), key=OuterRef("parent_key")).values("seq")[:1]
)
#: What `runs.delegations` calls a span and a call, and the call that a span lies in.
SPAN = Q(kind=Kind.AGENT, tool="")
CALL = Q(kind=Kind.TOOL) | (Q(kind=Kind.AGENT) & ~Q(tool=""))
_CALL = Subquery(
    Step.objects.filter(CALL, run_id=OuterRef("run_id"), key=OuterRef("parent_key"))
    .exclude(parent_key=OuterRef("key"))
    .values("seq")[:1]
)


def is_failure(row: Mapping[str, Any]) -> bool:
    """Say whether a row counts as a failure: as the run's counter does it."""
    failed = row["status"] in FAILED_STATES and row["kind"] != Kind.RETRY
    return failed and "failed_call" not in row["detail"]


def rows_from(steps: QuerySet[Step], *more: str) -> QuerySet[Step, Row]:
    """Select what rows show of some steps, and `more` columns, in no order."""
    return steps.annotate(**_CUT).values(*_PLAIN, *_CUT, *more)


def _timeline(run: Run, *, meta: bool, lane: str | None, ends: Ends | None = None) -> QuerySet[Step, Row]:
    """Select one lane: a step's, or the main one, with the steps of sub-agents whose parent is not known.

    A range cuts the main one only: what lies in a step belongs to it. Spans that a call tells of are in none.
    """
    steps = Step.objects.filter(run_id=run.id)
    if lane is not None:
        steps = steps.exclude(agent="").filter(parent_key=lane)
    elif run.agents:
        steps = steps.alias(parent_seq=_PARENT).filter(Q(agent="") | Q(parent_seq=None))
    if run.agents:
        steps = steps.alias(call_seq=_CALL).exclude(SPAN & Q(call_seq__isnull=False))
    if lane is None and ends is not None:
        steps = steps.filter(between(*ends))
    return rows_from(steps if meta else steps.exclude(META))


def ends_of_range(run: Run, first: int | None, last: int | None) -> Ends | None:
    """Read the two ends of a range, in the order shown; none where a step of them is not there."""
    if first is None or last is None:
        return None
    ends = sorted(rows_by_seq(run, {first, last}), key=place_of_row)
    return (ends[0], ends[-1]) if len(ends) == len({first, last}) else None


def first_window(run: Run, *, meta: bool, lane: str | None = None, ends: Ends | None = None) -> Window:
    """Read the beginning of a lane."""
    return first_of(_timeline(run, meta=meta, lane=lane, ends=ends))


def last_window(run: Run, *, meta: bool, ends: Ends | None = None) -> Window:
    """Read the end of the main timeline."""
    beyond = {"started_at": None, "seq": BEYOND}
    return replace(before_row(_timeline(run, meta=meta, lane=None, ends=ends), beyond), later=False)


def has_meta_events(run: Run) -> bool:
    """Say whether the timeline leaves out events of the harness."""
    return Step.objects.filter(META, run_id=run.id).exists()


def window_after(
    run: Run, mark: Row, *, meta: bool, lane: str | None = None, ends: Ends | None = None, size: int = WINDOW
) -> Window:
    """Read the rows that follow one."""
    return after_row(_timeline(run, meta=meta, lane=lane, ends=ends), mark, size=size)


def window_before(
    run: Run, mark: Row, *, meta: bool, lane: str | None = None, ends: Ends | None = None, size: int = WINDOW
) -> Window:
    """Read the rows that come before one."""
    return before_row(_timeline(run, meta=meta, lane=lane, ends=ends), mark, size=size)


def window_around(run: Run, mark: Row, *, meta: bool, ends: Ends | None = None) -> Window:
    """Read the rows around one, and the row itself."""
    return around_row(_timeline(run, meta=meta, lane=None, ends=ends), mark)


def row_of(run: Run, seq: int) -> Row:
    """Read one row. Raises Http404."""
    row = rows_from(Step.objects.filter(run_id=run.id, seq=seq)).first()
    if row is None:
        raise Http404("No such step in this run.")
    return row


def rows_after_revision(run: Run, revision: int, *, limit: int = WINDOW) -> list[Row]:
    """Read what changed since a revision, in the order in which it was written."""
    steps = Step.objects.filter(run_id=run.id, revision__gt=revision)
    return list(rows_from(steps).order_by("revision")[:limit])


def rows_by_key(run: Run, keys: Collection[str]) -> dict[str, Row]:
    """Read rows by the client's own ids."""
    return {row["key"]: row for row in rows_from(Step.objects.filter(run_id=run.id, key__in=list(keys)))}


def rows_by_seq(run: Run, seqs: Iterable[int]) -> list[Row]:
    """Read rows by their numbers."""
    return list(rows_from(Step.objects.filter(run_id=run.id, seq__in=list(seqs))).order_by("seq"))


def count_after_revision(run: Run, revision: int) -> int:
    """Count what changed since a revision, as far as it matters: up to MISSED_MOST + 1."""
    steps = Step.objects.filter(run_id=run.id, revision__gt=revision)
    return len(steps.values_list("seq")[: MISSED_MOST + 1])


def lane_around(run: Run, parent: Row, row: Row, *, meta: bool) -> Window:
    """Read the lane under a step, as far as it lies around one of its rows."""
    return around_row(_timeline(run, meta=meta, lane=parent["key"]), row, size=LANE_AROUND)


def last_seq(run: Run) -> int | None:
    """Read the number of the newest step; None while there is none."""
    return Step.objects.filter(run_id=run.id).order_by("-seq").values_list("seq", flat=True).first()


def step_of(run: Run, seq: int) -> Step:
    """Read one whole step. Raises Http404."""
    step = Step.objects.filter(run_id=run.id, seq=seq).first()
    if step is None:
        raise Http404("No such step in this run.")
    return step


def previous_call(run: Run, step: Step) -> Step | None:
    """Read the model call before this one in its lane, whose context this one extends or replaces."""
    calls = Step.objects.filter(run_id=run.id, kind=Kind.LLM, agent=step.agent, context_digest__isnull=False)
    if step.started_at is not None:
        calls = calls.filter(started_at__lte=step.started_at)
        calls = calls.exclude(started_at=step.started_at, seq__gte=step.seq)
    else:
        calls = calls.filter(seq__lt=step.seq)
    calls = calls.only("seq", "started_at", "context_digest", "context_size", "model", "detail")
    return calls.order_by("-started_at", "-seq").first()


def failures_of(run: Run, *, limit: int) -> list[Row]:
    """Read the first steps that failed."""
    bad = Q(status__in=list(FAILED_STATES)) & ~Q(kind=Kind.RETRY)
    steps = rows_from(Step.objects.filter(bad | Q(kind=Kind.ERROR), run_id=run.id))
    return list(steps.order_by("started_at", "seq")[:limit])


def last_words(run: Run) -> Step | None:
    """Read the step that holds the final answer, or the main agent's last one."""
    said = Step.objects.filter(run_id=run.id, agent="", kind__in=[Kind.FINAL, Kind.LLM])
    said = said.exclude(output_preview="")
    return said.order_by("-started_at", "-seq").first()


def notable_rows(run: Run, *, limit: int) -> list[Row]:
    """Read what a summary tells: all of a short run, else what was asked, failed, changed, answered."""
    steps = Step.objects.filter(run_id=run.id).exclude(META)
    if run.steps > limit:
        loud = [Kind.PROMPT, Kind.RETRY, Kind.COMPACTION, Kind.ERROR, Kind.FINAL, Kind.HANDOFF]
        steps = steps.filter(Q(kind__in=loud) | Q(status__in=list(FAILED_STATES)) | Q(changes__gt=0))
    return list(rows_from(steps).order_by("started_at", "seq")[: limit + 1])


def compaction_between(run: Run, before: Step, after: Step) -> int | None:
    """Find the number of a compaction between two model calls of one lane."""
    steps = Step.objects.filter(run_id=run.id, kind=Kind.COMPACTION, agent=after.agent)
    if before.started_at is not None and after.started_at is not None:
        steps = steps.filter(started_at__gte=before.started_at, started_at__lte=after.started_at)
    else:
        steps = steps.filter(seq__gt=before.seq, seq__lt=after.seq)
    return steps.order_by("-seq").values_list("seq", flat=True).first()


def earlier_plan_of(run: Run, step: Step, tools: Sequence[str]) -> Step | None:
    """Read the plan before this one in its lane: the newest step of one of these tools that holds one."""
    plans = Step.objects.filter(run_id=run.id, kind=Kind.TOOL, agent=step.agent, tool__in=list(tools))
    plans = plans.filter(seq__lt=step.seq).exclude(status__in=list(FAILED_STATES))
    return plans.only("input_preview", "input_digest", "detail").order_by("-seq").first()
