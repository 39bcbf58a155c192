"""Reads and writes what is remembered of traces and spans, while their traces are locked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction
from msgspec import structs
from psycopg.types.json import Jsonb

from ingest import sql
from ingest.queries import inputs_of_steps
from ingest.spans.grouping import grown_since, may_be_told_twice, note_place, run_of_trace
from ingest.spans.hearing import Heard
from ingest.spans.known import INSIDE, Known, Memories, Shape, TraceFacts
from ingest.spans.lookups import Wanted
from ingest.spans.span import Span, SpanKind
from runs.copying import copy_rows
from teams.models import Project

SPAN_COLUMNS = ("trace_id", *sql.COLUMNS)


def json_of(value: Any) -> Jsonb:
    """Wrap what a JSON column takes; it is tamed already."""
    return Jsonb(value, dumps=msgspec.json.encode)


def facts_of_row(values: list[Any]) -> TraceFacts:
    """Read what is remembered of a trace."""
    fields = dict(zip(sql.TRACE_COLUMNS, values, strict=True))
    if not isinstance(fields["told"], dict):
        fields["told"] = msgspec.json.decode(fields["told"])
    return TraceFacts(**fields)


class StoredTraces:
    """The traces of one request, locked until its transaction ends."""

    def __init__(
        self, project: Project, heard: dict[str, list[tuple[Span, Heard]]], *, now: datetime
    ) -> None:
        self.project = project
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.facts: dict[str, TraceFacts] = {}
        self.before: dict[str, bytes] = {}
        self.runs: dict[str, str] = {}
        names = sorted(heard)
        runs = [run_of_trace(name, (span for span, _ in heard[name])) for name in names]
        rows = self.rows(sql.LOCK_TRACES, {"traces": names, "runs": runs, "now": now})
        self.know([row[:-1] for row in rows])
        self.new = {self.names[id] for id, *_, is_new in rows if is_new}  #: nothing is remembered of these
        self.own = sorted(id for id, name in self.names.items() if name not in self.new)
        self.fresh = {name for name, facts in self.facts.items() if facts.shape == Shape.BARE}
        self.grown_since: dict[str, int | None] = {}  #: None where a trace lasted as long before
        for name, group in heard.items():
            facts = self.facts[name]
            known = structs.replace(facts)
            note_place(facts, group)
            self.grown_since[name] = grown_since(known, facts)

    def take_naming(self) -> None:
        """Lock the traces that name the runs of these, too: what is known of those runs lies with them."""
        if absent := sorted({facts.run for facts in self.facts.values()} - self.facts.keys()):
            self.take(sql.LOCK_NAMING_TRACES, {"traces": absent})
        self.runs |= {name: facts.run for name, facts in self.facts.items()}

    def rows(self, query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Read what lies near."""
        with connection.cursor() as cursor:
            cursor.execute(query, {"project": self.project.pk, **given})
            return list(cursor.fetchall())

    def belong(self, runs: dict[str, str]) -> None:
        """Say of traces, locked or not, which run they belong to."""
        given = {"traces": list(runs), "runs": list(runs.values())}
        with connection.cursor() as cursor:
            cursor.execute(sql.SET_RUNS, {"project": self.project.pk, **given})

    def traces_of_run(self, run: str) -> set[str]:
        """Name the traces that belong to a run by now."""
        return {name for _, name in self.rows(sql.TRACES_OF_RUN, {"run": run})}

    def newest_of_run(self, run: str, *, leaving: list[str]) -> TraceFacts | None:
        """Read the trace that says how a run stands when some have left it."""
        found = self.rows(sql.NEWEST_OF_RUN, {"run": run, "leaving": leaving})
        return next((self.facts.get(values[0]) or facts_of_row(values) for _, *values in found), None)

    def spans_of_run(self, run: str) -> list[Known]:
        """Read all that is remembered of the spans of a run."""
        return self._read(sql.SPANS_OF_RUN, {"project": self.project.pk, "run": run})

    def memories_of(self, run: str, group: list[Known]) -> Memories:
        """Read what of a run may be the same as some spans that come to it."""
        given = {
            "project": self.project.pk,
            "runs": [run],
            "calls": sorted({one.call for one in group if one.call}),
            "marks": sorted({one.mark for one in group if one.mark is not None}),
        }
        found = self._read(sql.CALLS_OF_RUNS, given)
        if models := [one.at for one in group if one.kind == SpanKind.LLM]:
            times = {"since": min(models) - INSIDE, "until": max(models) + INSIDE}
            found += self._read(sql.MODEL_CALLS_AT, given | times)
        return Memories(found, dict.fromkeys((one.trace for one in [*found, *group]), run))

    def take(self, query: str, given: dict[str, Any]) -> None:
        """Lock traces, and know what is remembered of them."""
        self.know(self.rows(query, given))

    def know(self, rows: list[tuple[Any, ...]]) -> None:
        """Take what is remembered of traces that are locked."""
        for id, *values in rows:
            facts = facts_of_row(values)
            self.ids[facts.trace], self.names[id] = id, facts.trace
            self.facts[facts.trace] = facts
            self.before[facts.trace] = msgspec.json.encode(facts)

    def recall(self, wanted: Wanted) -> Memories:
        """Read what is remembered and may matter."""
        found = self._spans(sql.SPANS_AND_ABOVE, wanted.spans, traces=self.own)
        memories = Memories(found, self.runs)
        if wanted.around:
            for one in self._spans(sql.SPANS_BELOW, wanted.around):
                memories.add(one)
        if wanted.calls or wanted.marks:
            given = {
                "project": self.project.pk,
                "runs": sorted({facts.run for facts in self.facts.values()}),
                "calls": sorted(wanted.calls),
                "marks": sorted(wanted.marks),
            }
            for one in self._read(sql.CALLS_OF_RUNS, given):
                memories.add(one)
        shared = sorted({one.run for one in self.facts.values() if may_be_told_twice(one)})
        if wanted.models and shared:
            given = {"project": self.project.pk, "runs": shared, **wanted.times()}
            for one in self._read(sql.MODEL_CALLS_AT, given):
                memories.add(one)
        return memories

    def below(self, agents: list[Known]) -> list[Known]:
        """List the remembered spans below some, but not those of sub-agents in them."""
        return self._spans(sql.ALL_BELOW, {(one.trace, one.span) for one in agents})

    def inputs_of(self, calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Give the stored arguments of tool calls, by run and key."""
        return inputs_of_steps(self.project, calls)

    def save(self, memories: Memories) -> None:
        """Remember what is new."""
        self.save_spans(memories.changed())
        traces = [
            {**structs.asdict(facts), "id": self.ids[name]}
            for name, facts in self.facts.items()
            if msgspec.json.encode(facts) != self.before[name]
        ]
        if traces:
            with connection.cursor() as cursor:
                cursor.execute(sql.SAVE_TRACES, {"traces": msgspec.json.encode(traces).decode()})

    def save_spans(self, known: list[Known]) -> None:
        """Remember spans, or what is new of them.

        Those of which no row is known go in by COPY: nobody else adds to these traces. One that is there
        all the same is written over.
        """
        fresh = [one for one in known if not one.is_stored]
        try:
            with transaction.atomic():
                self._insert(fresh)
        except IntegrityError:
            self._write(fresh)
        self._write([one for one in known if one.is_stored])

    def _insert(self, known: list[Known]) -> None:
        rows = [
            [self.ids[one.trace], *(getattr(one, name) for name in sql.COLUMNS[:-1]), json_of(one.keys)]
            for one in known
        ]
        if rows:
            with connection.cursor() as cursor:
                copy_rows(cursor, "ingest_tracespan", SPAN_COLUMNS, rows, types=sql.SPAN_TYPES)

    def _write(self, known: list[Known]) -> None:
        if known:
            told = msgspec.json.encode([self._row(one) for one in known]).decode()
            with connection.cursor() as cursor:
                cursor.execute(sql.SAVE_SPANS, {"spans": told})

    def _spans(self, query: str, spans: Iterable[tuple[str, str]], **given: Any) -> list[Known]:
        pairs = sorted(place for place in spans if place[0] not in self.new)
        if not pairs:
            return []
        ids = [self.ids[trace] for trace, _ in pairs]
        return self._read(query, {"ids": ids, "spans": [span for _, span in pairs], **given})

    def _read(self, query: str, given: dict[str, Any]) -> list[Known]:
        with connection.cursor() as cursor:
            cursor.execute(query, given)
            rows = cursor.fetchall()
            strange = {row[0] for row in rows} - self.names.keys()
            if strange:
                cursor.execute(sql.NAMES_OF_TRACES, {"ids": sorted(strange)})
                for id, name, run in cursor.fetchall():
                    self.names[id], self.ids[name], self.runs[name] = name, id, run
        return [self._known(row) for row in rows]

    def _known(self, row: tuple[Any, ...]) -> Known:
        told = dict(zip(sql.COLUMNS, row[1:], strict=True))
        told["mark"] = None if told["mark"] is None else bytes(told["mark"])
        if not isinstance(told["keys"], list):
            told["keys"] = msgspec.json.decode(told["keys"])
        return Known(trace=self.names[row[0]], is_new=False, is_stored=True, **told)

    def _row(self, one: Known) -> dict[str, Any]:
        row = {name: getattr(one, name) for name in sql.COLUMNS}
        mark = None if one.mark is None else one.mark.hex()
        return {**row, "mark": mark, "trace_id": self.ids[one.trace]}
