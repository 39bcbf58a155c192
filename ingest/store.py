"""Reads and writes what is remembered of traces and spans, while their traces are locked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from ingest import sql
from ingest.queries import inputs_of_steps
from ingest.spans.grouping import note_place, run_of_trace
from ingest.spans.known import Known, Memories, TraceFacts
from ingest.spans.lookups import Wanted
from ingest.spans.span import Span
from teams.models import Project


def facts_of_row(values: list[Any]) -> TraceFacts:
    """Read what is remembered of a trace."""
    fields = dict(zip(sql.TRACE_COLUMNS, values, strict=True))
    if not isinstance(fields["told"], dict):
        fields["told"] = msgspec.json.decode(fields["told"])
    return TraceFacts(**fields)


class StoredTraces:
    """The traces of one request, locked until its transaction ends."""

    def __init__(self, project: Project, spans: dict[str, list[Span]], *, now: datetime) -> None:
        self.project = project
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.facts: dict[str, TraceFacts] = {}
        self.before: dict[str, bytes] = {}
        names = sorted(spans)
        runs = [run_of_trace(name, spans[name]) for name in names]
        self._take(sql.LOCK_TRACES, {"traces": names, "runs": runs, "now": now})
        for name, group in spans.items():
            note_place(self.facts[name], group)

    def take_naming(self) -> None:
        """Lock the traces that name the runs of these, too: what is known of those runs lies with them."""
        if absent := sorted({facts.run for facts in self.facts.values()} - self.facts.keys()):
            self._take(sql.LOCK_NAMING_TRACES, {"traces": absent})

    def read(self, query: str, given: dict[str, Any]) -> list[TraceFacts]:
        """Read other traces of the project."""
        with connection.cursor() as cursor:
            cursor.execute(query, {"project": self.project.pk, **given})
            return [facts_of_row(values) for _, *values in cursor.fetchall()]

    def _take(self, query: str, given: dict[str, Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(query, {"project": self.project.pk, **given})
            for id, *values in cursor.fetchall():
                facts = facts_of_row(values)
                self.ids[facts.trace], self.names[id] = id, facts.trace
                self.facts[facts.trace] = facts
                self.before[facts.trace] = msgspec.json.encode(facts)

    def recall(self, wanted: Wanted) -> Memories:
        """Read what is remembered and may matter."""
        memories = Memories(self._spans(sql.SPANS_AND_ABOVE, wanted.spans, traces=list(self.ids.values())))
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
        return memories

    def below(self, trace: str, span: str) -> list[Known]:
        """List the remembered spans below one, but not those of sub-agents in it."""
        return self._read(sql.ALL_BELOW, {"id": self.ids[trace], "span": span})

    def inputs_of(self, calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Give the stored arguments of tool calls, by run and key."""
        return inputs_of_steps(self.project, calls)

    def save(self, memories: Memories) -> None:
        """Remember what is new."""
        spans = [self._row(one) for one in memories.changed()]
        traces = [
            {**msgspec.structs.asdict(facts), "id": self.ids[name], "told": Jsonb(facts.told)}
            for name, facts in self.facts.items()
            if msgspec.json.encode(facts) != self.before[name]
        ]
        with connection.cursor() as cursor:
            if spans:
                cursor.execute(sql.SAVE_SPANS, {"spans": msgspec.json.encode(spans).decode()})
            if traces:
                cursor.executemany(sql.SAVE_TRACE, traces)

    def _spans(self, query: str, spans: Iterable[tuple[str, str]], **given: Any) -> list[Known]:
        pairs = sorted(spans)
        ids = [self.ids[trace] for trace, _ in pairs]
        return self._read(query, {"ids": ids, "spans": [span for _, span in pairs], **given})

    def _read(self, query: str, given: dict[str, Any]) -> list[Known]:
        with connection.cursor() as cursor:
            cursor.execute(query, given)
            rows = cursor.fetchall()
            strange = {row[0] for row in rows} - self.names.keys()
            if strange:
                cursor.execute(sql.NAMES_OF_TRACES, {"ids": sorted(strange)})
                self.names |= dict(cursor.fetchall())
                self.ids |= {name: id for id, name in self.names.items()}
        return [self._known(row) for row in rows]

    def _known(self, row: tuple[Any, ...]) -> Known:
        told = dict(zip(sql.COLUMNS, row[1:], strict=True))
        told["mark"] = None if told["mark"] is None else bytes(told["mark"])
        if not isinstance(told["keys"], list):
            told["keys"] = msgspec.json.decode(told["keys"])
        return Known(trace=self.names[row[0]], is_new=False, **told)

    def _row(self, one: Known) -> dict[str, Any]:
        row = {name: getattr(one, name) for name in sql.COLUMNS}
        mark = None if one.mark is None else one.mark.hex()
        return {**row, "mark": mark, "trace_id": self.ids[one.trace]}
