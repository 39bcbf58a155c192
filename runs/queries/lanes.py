"""Sub-agents of one run, which a project's query found: the lanes under a row, and the rows above a step."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Min, Q

from runs.delegations import is_call, is_span, is_told
from runs.kinds import FAILED_STATES, Kind
from runs.limits import LANES_DEEP, LANES_LISTED
from runs.models import Run, Step
from runs.queries.steps import META, SPAN, rows_by_key, window_after, window_before
from runs.queries.windows import Row

_BAD = Q(status__in=list(FAILED_STATES)) & ~Q(kind=Kind.RETRY)


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneCount:
    """A sub-agent's lane. `seq` and `key` are those of its span, or of the call that is its own span."""

    key: str
    seq: int
    name: str
    steps: int = 0
    failed: int = 0
    status: str = ""  #: of the span; empty for a call, whose row says it


def lanes_of(run: Run, rows: Sequence[Row]) -> dict[str, list[LaneCount]]:
    """Count steps and failures of the lanes that these rows show, by the keys of the rows."""
    if not run.agents or not rows:
        return {}
    by_key = {row["key"]: row for row in rows}
    spans = _spans_told_by(run, [row for row in by_key.values() if is_call(row)])
    counts = _counts_in(run, [*by_key, *(span["key"] for span in spans)])
    lanes: dict[str, list[LaneCount]] = {}
    for span in spans:
        lane = _lane_of(span, *counts.get(span["key"], (0, 0)))
        lanes.setdefault(span["parent_key"], []).append(replace(lane, status=span["status"]))
        if span["agent"] and span["parent_key"] in counts:  # counted where it lies, but no row there
            steps, failed = counts[span["parent_key"]]
            counts[span["parent_key"]] = (steps - 1, failed - (span["status"] in FAILED_STATES))
    for key, row in by_key.items():
        if counts.get(key, (0, 0))[0]:
            lanes[key] = [_lane_of(row, *counts[key]), *lanes.get(key, [])]
    return lanes


def _spans_told_by(run: Run, calls: Sequence[Row]) -> list[Row]:
    own = {call["key"]: call["parent_key"] for call in calls}
    spans = Step.objects.filter(SPAN, run_id=run.id, parent_key__in=list(own)).order_by("seq")
    found = spans.values("key", "seq", "name", "detail", "status", "agent", "parent_key")
    return [span for span in found if own[span["parent_key"]] != span["key"]]


def _counts_in(run: Run, keys: Collection[str]) -> dict[str, tuple[int, int]]:
    inner = Step.objects.filter(run_id=run.id, parent_key__in=list(keys)).exclude(agent="").exclude(META)
    found = inner.values("parent_key").annotate(steps=Count("seq"), failed=Count("seq", filter=_BAD))
    return {row["parent_key"]: (row["steps"], row["failed"]) for row in found.order_by()}


def _lane_of(row: Row, steps: int, failed: int) -> LaneCount:
    name = str(row["detail"].get("agent_type") or row["name"] or "Sub-agent")
    return LaneCount(key=row["key"], seq=row["seq"], name=name, steps=steps, failed=failed)


def path_to(run: Run, row: Row) -> list[Row]:
    """Read the steps that a sub-agent's step lies under, the one on the main timeline first, itself last.

    A span comes after the call that tells of it, also where it is the last.
    """
    path = [row]
    while (path[0]["agent"] or is_span(path[0])) and path[0]["parent_key"] and len(path) <= 2 * LANES_DEEP:
        parent = rows_by_key(run, [path[0]["parent_key"]]).get(path[0]["parent_key"])
        if parent is None or any(parent["seq"] == known["seq"] for known in path):
            break
        if not path[0]["agent"] and not is_told(path[0], parent):
            break
        path.insert(0, parent)
    return path


def kin_of(run: Run, rows: Iterable[Row]) -> dict[str, Row]:
    """Read what some rows lie in, by key: a span, the call that tells of it, and the lane of that."""
    kin = {row["key"]: row for row in rows}
    newest = list(kin.values())
    for _ in range(3):
        above = {row["parent_key"] for row in newest if row["agent"] or is_span(row)} - kin.keys() - {""}
        if not above:
            break
        found = rows_by_key(run, above)
        newest = list(found.values())
        kin |= found
    return kin


def neighbours_of(run: Run, step: Step) -> tuple[int | None, int | None]:
    """Find the numbers of the steps shown before and after one; a span comes after the call it lies in."""
    row: Row = {name: getattr(step, name) for name in ("seq", "key", "kind", "tool", "parent_key", "agent")}
    mark = row | {"started_at": step.started_at}
    call = rows_by_key(run, [step.parent_key]).get(step.parent_key) if is_span(row) else None
    told = call is not None and is_told(row, call)
    mark = call if told and call else mark
    lane = mark["parent_key"] if mark["agent"] else None
    after = window_after(run, mark, meta=False, lane=lane, size=1).rows
    before = [mark] if told else window_before(run, mark, meta=False, lane=lane, size=1).rows
    return (before[-1]["seq"] if before else None, after[0]["seq"] if after else None)


def sub_agents_of(run: Run, key: str) -> list[Row]:
    """Count the steps of the sub-agents that a call started: the lanes in it, or in the spans in it."""
    spans = Step.objects.filter(run_id=run.id, parent_key=key, kind=Kind.AGENT).order_by("seq")
    named = list(spans.values("key", "name", "detail")[:LANES_LISTED])
    keys = [key, *(span["key"] for span in named)]
    inner = Step.objects.filter(run_id=run.id, parent_key__in=keys).exclude(agent="").exclude(META)
    inner = inner.exclude(kind=Kind.AGENT, key__in=keys)
    found = inner.values("parent_key").annotate(
        steps=Count("seq"), failed=Count("seq", filter=_BAD), first=Min("seq")
    )
    names = {span["key"]: span["name"] for span in named}
    return [{**row, "name": names.get(row["parent_key"], "")} for row in found.order_by("first")]
