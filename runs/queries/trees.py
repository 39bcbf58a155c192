"""The tree of one run, which a project's query found: turns with their sums, and what lies in nodes."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models import Window as Rank
from django.db.models.functions import RowNumber

from runs.kinds import Kind
from runs.limits import TREE_CHILDREN, TREE_TURNS
from runs.models import Run, Step
from runs.queries.steps import CALL, META, SPAN, rows_from
from runs.queries.windows import Row, Window
from runs.trees import Holder, Inside, Nesting, Sums, nesting_of, shown_above

#: What a row of the tree shows besides what every row does.
_EXTRA = ("ended_at", "cost_usd", "copied", "lower_bound")

#: One row a step and node it counts in. The nesting comes as a JSON object and not as a table to join:
#: however many steps hold others, this stays one pass. `unpriced` and `bad` are the rules of the counters.
#: date_part() gives floats; EXTRACT gives exact numbers, which take six times as long.
_LAIN = """
    SELECT {node} AS node, seq, call, is_retry, lower_bound AND billed AS lower_bound, holds,
        began AS begin, COALESCE(began + duration_ms, ended, began) AS stop, duration_ms, bad,
        CASE WHEN billed THEN tokens ELSE 0 END AS tokens, CASE WHEN billed THEN cost_usd END AS cost_usd,
        billed, billed AND cost_usd IS NULL AND (tokens > 0 OR unmeasured) AS unpriced
    FROM (
        SELECT *, kind = 'llm' AND NOT copied AS billed, %(roots)s::jsonb ? key AS holds,
            CASE WHEN kind = 'llm' AND agent = '' THEN seq END AS call, kind = 'retry' AS is_retry,
            status IN ('failed', 'denied') AND kind <> 'retry' AND NOT detail ? 'failed_call' AS bad,
            status = 'ok' AND input_tokens IS NULL AS unmeasured,
            date_part('epoch', started_at - %(origin)s) * 1000 AS began,
            date_part('epoch', ended_at - %(origin)s) * 1000 AS ended,
            COALESCE(input_tokens, 0) + COALESCE(cache_read_tokens, 0) + COALESCE(cache_write_5m_tokens, 0)
                + COALESCE(cache_write_1h_tokens, 0) + COALESCE(output_tokens, 0) AS tokens
        FROM runs_step
        WHERE run_id = %(run)s AND (%(meta)s OR NOT detail @> '{{"meta": true}}') AND {only}
    ) AS step {more}
"""

#: What ran at the same time counts once: each step adds only what reaches beyond all that began before it.
_SUMMED = """
    SELECT node, count(*) AS steps, min(begin) AS begin, max(stop) AS stop,
        COALESCE(sum(GREATEST(0, stop - GREATEST(begin, reached))), 0) AS busy,
        COALESCE(sum(duration_ms) FILTER (WHERE NOT holds), 0)::float8 AS summed,
        COALESCE(sum(tokens), 0) AS tokens, COALESCE(sum(cost_usd), 0) AS cost,
        count(*) FILTER (WHERE billed) AS calls, count(*) FILTER (WHERE unpriced) AS unpriced,
        count(*) FILTER (WHERE lower_bound) AS lower_bound, count(*) FILTER (WHERE bad) AS failures,
        count(*) FILTER (WHERE is_retry) AS retries, min(call) AS first_call, min(seq) AS first_step
    FROM (
        SELECT *, max(stop) OVER (
            PARTITION BY node ORDER BY begin, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
        FROM lain
    ) AS ordered
    GROUP BY node
"""

#: A page of turns. `most` and `whole` are of all turns, so that shades mean the same on every page; one
#: turn of hours must not leave all others pale, so `most` is not the largest.
TURNS = (
    "WITH lain AS ("
    + _LAIN.format(
        node="COALESCE((%(roots)s::jsonb ->> parent_key)::int, turn)",
        only="(kind <> 'prompt' OR %(roots)s::jsonb ? parent_key)",
        more="",
    )
    + "), summed AS ("
    + _SUMMED
    + """), placed AS (
        SELECT *, row_number() OVER (ORDER BY node) AS place, count(*) OVER () AS turns,
            sum({measure}) OVER () AS whole, sum(busy) OVER () AS ran,
            (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY {measure}) FROM summed) AS most
        FROM summed
    )
    SELECT * FROM placed
    WHERE (%(after)s::int IS NULL OR node > %(after)s) AND (%(before)s::int IS NULL OR node < %(before)s)
        AND (%(around)s::int IS NULL
             OR place > (SELECT max(place) FROM placed WHERE node <= %(around)s) - %(size)s / 2)
    ORDER BY CASE WHEN %(before)s::int IS NULL THEN node ELSE -node END
    LIMIT %(size)s
"""
)

#: Sums of some steps that hold others, each with all that lies in it, however deep.
INSIDE = (
    "WITH lain AS ("
    + _LAIN.format(
        node="above.node",
        only="(%(above)s::jsonb ? parent_key OR key = ANY(%(shown)s)) AND seq <> ALL(%(told)s)",
        more="""CROSS JOIN LATERAL jsonb_array_elements_text(
            COALESCE(%(above)s::jsonb -> parent_key, '[]')
            || CASE WHEN key = ANY(%(shown)s) THEN jsonb_build_array(key) ELSE '[]' END
        ) AS above (node)""",
    )
    + ")"
    + _SUMMED
)

MEASURES = {"time": "busy", "tokens": "tokens", "cost": "cost"}
_SUMS = ("steps", "begin", "stop", "busy", "summed", "tokens", "cost", "calls", "unpriced", "lower_bound")
_SUMS += ("failures", "retries")


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One turn with its sums; turn 0 is what came before the first model call."""

    number: int
    sums: Sums
    first_call: int | None  #: seq of its model call
    first_step: int
    place: int  #: 1, 2, … among all turns


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnPage:
    """Neighbouring turns. All turns together have `whole` of the chosen measure, 95 in 100 at most `most`.

    They ran for `ran` milliseconds.
    """

    turns: list[Turn]
    of: int = 0
    most: float = 0
    whole: float = 0
    ran: float = 0


def read_nesting(run: Run) -> Nesting:
    """Find the steps that hold others, and the prompts: both in one pass over the run."""
    steps = Step.objects.filter(run_id=run.id).order_by()
    asked = ArrayAgg("seq", filter=Q(kind=Kind.PROMPT), default=Value([]))
    told = {"prompts": asked, "held": Count("seq"), "spans": Count("seq", filter=SPAN), "first": Min("seq")}
    inside = {
        key: Inside(prompts=prompts, steps=held, spans=spans, first=first)
        for key, prompts, held, spans, first in steps.values_list("parent_key").annotate(**told)
    }
    named = [key for key in inside if key]
    found = steps.filter(key__in=named).annotate(is_call=CALL)
    holders = found.values_list("key", "seq", "parent_key", "turn", "is_call") if named else ()
    return nesting_of((_holder(*values) for values in holders), inside=inside)


def _holder(key: str, seq: int, parent: str, turn: int, is_call: bool) -> Holder:
    return Holder(key=key, seq=seq, parent=parent, turn=turn, is_call=is_call)


def page_of_turns(
    run: Run,
    nesting: Nesting,
    *,
    by: str,
    meta: bool,
    after: int | None = None,
    before: int | None = None,
    around: int | None = None,
) -> TurnPage:
    """Read some turns in their order: the first ones, or those after, before or around one."""
    given = {"after": after, "before": before, "around": around, "size": TREE_TURNS}
    found = _rows_of(TURNS.replace("{measure}", MEASURES[by]), _given(run, nesting, meta=meta) | given)
    if not found:
        return TurnPage(turns=[])
    turns = [
        Turn(
            number=row["node"],
            sums=_sums(row),
            first_call=row["first_call"],
            first_step=row["first_step"],
            place=row["place"],
        )
        for row in sorted(found, key=lambda row: row["node"])
    ]
    of_all = {name: float(found[0][name]) for name in ("most", "whole", "ran")}
    return TurnPage(turns=turns, of=found[0]["turns"], **of_all)


def sums_inside(run: Run, nesting: Nesting, keys: Collection[str], *, meta: bool) -> dict[str, Sums]:
    """Sum what lies in some steps, themselves included, by their keys."""
    shown = [key for key in keys if key in nesting.roots]
    if not shown:
        return {}
    above = json.dumps(shown_above(nesting, set(shown)))
    told = [span.seq for span in nesting.spans.values()]  # no rows, so they count in none
    given = _given(run, nesting, meta=meta) | {"above": above, "shown": shown, "told": told}
    return {row["node"]: _sums(row) for row in _rows_of(INSIDE, given)}


def _given(run: Run, nesting: Nesting, *, meta: bool) -> dict[str, Any]:
    roots = json.dumps(dict(nesting.roots))
    return {"run": run.id, "roots": roots, "origin": run.started_at or run.created_at, "meta": meta}


def _rows_of(query: str, given: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _sums(row: Row) -> Sums:
    return Sums(
        **{name: row[name] for name in _SUMS} | {"tokens": int(row["tokens"]), "cost": float(row["cost"])}
    )


def prompts_of_turns(
    run: Run, nesting: Nesting, *, after: int | None, until: int | None, meta: bool
) -> list[Row]:
    """Read what humans asked in some turns, one more than a page shows."""
    if not nesting.prompts:
        return []
    prompts = Step.objects.filter(run_id=run.id, seq__in=nesting.prompts)
    prompts = prompts if after is None else prompts.filter(turn__gt=after)
    prompts = prompts if until is None else prompts.filter(turn__lte=until)
    return list(_selected(prompts, meta=meta).order_by("turn", "started_at", "seq")[: TREE_TURNS + 1])


def heads_of(run: Run, seqs: Sequence[int]) -> dict[int, Row]:
    """Read some rows by their numbers."""
    found = _selected(Step.objects.filter(run_id=run.id, seq__in=list(seqs)), meta=True)
    return {row["seq"]: row for row in found}


def in_turns(run: Run, nesting: Nesting, turns: Collection[int], *, meta: bool) -> QuerySet[Step, Row]:
    """Select what lies directly in some turns: no prompts of humans, nothing that a step holds."""
    steps = Step.objects.filter(run_id=run.id, turn__in=turns).exclude(parent_key__in=list(nesting.roots))
    return _selected(steps.exclude(kind=Kind.PROMPT), meta=meta)


def in_steps(run: Run, keys: Collection[str], *, meta: bool) -> QuerySet[Step, Row]:
    """Select what lies directly in some steps."""
    return _selected(Step.objects.filter(run_id=run.id, parent_key__in=keys), meta=meta)


def first_of_each(steps: QuerySet[Step, Row], by: str) -> dict[Any, Window]:
    """Read the first rows of each group."""
    place = Rank(RowNumber(), partition_by=by, order_by=[F("started_at").asc(nulls_last=True), "seq"])
    found: dict[Any, list[Row]] = {}
    for row in steps.annotate(place=place).filter(place__lte=TREE_CHILDREN + 1).order_by("started_at", "seq"):
        found.setdefault(row[by], []).append(row)
    return {
        name: Window(rows=rows[:TREE_CHILDREN], earlier=False, later=len(rows) > TREE_CHILDREN)
        for name, rows in found.items()
    }


def _selected(steps: QuerySet[Step], *, meta: bool) -> QuerySet[Step, Row]:
    return rows_from(steps if meta else steps.exclude(META), *_EXTRA)
