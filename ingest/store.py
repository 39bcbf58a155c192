"""Reads and writes what is remembered of traces and spans, while their traces are locked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from ingest import sql
from ingest.queries import inputs_of_steps
from ingest.spans.known import Known, Memories, TraceFacts
from ingest.spans.lookups import Wanted
from teams.models import Project


class StoredTraces:
    """The traces of one request, locked until its transaction ends."""

    def __init__(self, project: Project, runs: dict[str, str], *, now: datetime) -> None:
        self.project = project
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.facts: dict[str, TraceFacts] = {}
        names = sorted(runs)
        given = {"project": project.pk, "traces": names, "runs": [runs[name] for name in names], "now": now}
        with connection.cursor() as cursor:
            cursor.execute(sql.LOCK_TRACES, given)
            for id, trace, run, told, root, ended, last_at in cursor.fetchall():
                self.ids[trace], self.names[id] = id, trace
                found = told if isinstance(told, dict) else msgspec.json.decode(told)
                self.facts[trace] = TraceFacts(
                    trace=trace, run=run, told=found, root=root, ended=ended, last_at=last_at
                )
        self.before = {name: msgspec.json.encode(facts) for name, facts in self.facts.items()}

    def recall(self, wanted: Wanted) -> Memories:
        """Read what is remembered and may matter."""
        memories = Memories(self._spans(sql.SPANS_AND_ABOVE, wanted.spans, traces=list(self.names)))
        if wanted.tools:
            for one in self._spans(sql.SPANS_BELOW, wanted.tools):
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
            {"id": self.ids[name], "told": Jsonb(facts.told)}
            | {key: getattr(facts, key) for key in ("run", "root", "ended", "last_at")}
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
