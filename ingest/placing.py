"""Places the traces of a request: reads what lies near them, and says which run each belongs to.

The rules are those of `ingest.spans.grouping`. A trace that others move away from where it was stored is
changed here, too, and all are locked until the request is stored.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from ingest import placing_sql, sql
from ingest.formats.events.values import id_of
from ingest.limits import GUESTS_AT_ONCE, LONGEST_SECONDS, SAME_CALL_SECONDS
from ingest.moving import Move, move_traces
from ingest.spans.facts import take_over
from ingest.spans.grouping import (
    NEAR,
    PROCESS,
    Hosts,
    groups_of_same,
    host_of_same,
    is_host,
    is_loose_root,
    is_named,
    may_tell_of_same,
    runs_of_loose,
    talk_pairs,
)
from ingest.spans.known import GUESTS, SHARED, Known, Shape, TraceFacts, Why
from ingest.spans.span import Span, SpanKind
from ingest.store import StoredTraces, facts_of_row
from runs.store import SavedRun
from teams.models import Project

SECOND = 10**9


class MustBeAlone(Exception):
    """Steps have to move, and other requests of the session or process may be at it, too."""


class Placer:
    """Decides the run of every trace of a request."""

    def __init__(self, traces: StoredTraces, *, alone: bool) -> None:
        self.traces = traces
        self.alone = alone
        self.before = {name: facts.run for name, facts in traces.facts.items()}
        self.members: dict[str, set[str]] = {}  #: names of the traces that are known, by their run
        for name, run in self.before.items():
            self.members.setdefault(run, set()).add(name)
        self.hosts: dict[str, list[TraceFacts]] = {}  #: stored ones at the time of loose calls, by run

    def place(self, spans: Iterable[Span], *, now: datetime) -> list[SavedRun]:
        """Place all, and move what is stored elsewhere. Raises MustBeAlone."""
        asked = set(self.traces.facts)
        self.join_same(spans)
        self.join_talks([self.traces.facts[name] for name in asked])
        ours = [self.traces.facts[name] for name in asked]
        loose = [one for one in ours if one.shape == Shape.LOOSE and not is_named(one)]
        self.place_loose([one for one in [*loose, *self.guests(ours)] if one.why != Why.CALL])
        moves = self.moves()
        if not self.alone and (moves or self.traces.facts.keys() - asked):
            raise MustBeAlone
        moved = move_traces(self.traces, moves, now=now)
        self.traces.take_naming()
        return moved

    def join_same(self, spans: Iterable[Span]) -> None:
        """Bring together the traces that tell of the same model calls."""
        calls = [
            (call, span)
            for span in spans
            if span.kind is SpanKind.LLM and span.start and (call := id_of(span.response_id)) is not None
        ]
        pairs = [*self.same_here(calls), *self.same_stored(calls)]
        for group in groups_of_same(pairs):
            self.join([self.traces.facts[name] for name in sorted(group)])

    def same_here(self, calls: list[tuple[str, Span]]) -> list[tuple[str, str]]:
        """Pair the traces of this request that tell of the same calls."""
        by_call: dict[str, list[Span]] = {}
        for call, span in calls:
            by_call.setdefault(call, []).append(span)
        return [
            (first.trace_id, span.trace_id)
            for first, *others in by_call.values()
            for span in others
            if span.trace_id != first.trace_id and overlaps(first, span.start, span.end)
            if may_tell_of_same(self.traces.facts[first.trace_id], self.traces.facts[span.trace_id])
        ]

    def same_stored(self, calls: list[tuple[str, Span]]) -> list[tuple[str, str]]:
        """Pair traces of this request with stored ones that tell of the same calls; lock those."""
        if not calls:
            return []
        given = {
            "calls": [call for call, _ in calls],
            "at": [span.start for _, span in calls],
            "runs": [self.traces.facts[span.trace_id].run for _, span in calls],
            "traces": list(self.traces.facts),
            "slack": SAME_CALL_SECONDS * SECOND,
        }
        pairs = []
        for n, at, until, *values in self.traces.rows(placing_sql.SAME_CALLS, given):
            span, other = calls[n - 1][1], facts_of_row(values)
            mine = self.traces.facts[span.trace_id]
            if overlaps(span, at, until) and may_tell_of_same(mine, other):
                pairs.append((span.trace_id, other.trace))
        self.lock({other for _, other in pairs})
        return pairs

    def join(self, group: list[TraceFacts]) -> None:
        """Make one run of traces that tell of the same calls."""
        host = host_of_same(group)
        for one in group:
            if one is host or is_named(one) or one.run == host.run:
                continue
            if one.shape != Shape.LOOSE:
                self.take_along(one.run, host.run, Why.CALL)
            self.put(one, host.run, Why.CALL)
        host.told.setdefault(SHARED, [0, True])

    def join_talks(self, ours: list[TraceFacts]) -> None:
        """Make one run of the prompts of one conversation, each of which is a trace."""
        talking = [one for one in ours if one.session and (one.after or one.answer) and is_host(one)]
        if not talking:
            return
        given = {
            "sessions": [one.session for one in talking],
            "after": [one.after for one in talking],
            "answers": [one.answer for one in talking],
            "skip": list(self.traces.facts),
        }
        others = [facts_of_row(values) for _, *values in self.traces.rows(placing_sql.TALKS, given)]
        pairs = talk_pairs([*self.traces.facts.values(), *others])
        self.lock({name for pair in pairs for name in pair})
        for group in groups_of_same(pairs):
            traces = [self.traces.facts[name] for name in group]
            first = min(traces, key=lambda one: (one.begun, one.trace))
            for one in sorted(traces, key=lambda one: (one.begun, one.trace)):
                if (run := one.run) != first.run and not is_named(one):
                    self.merge_facts(run, first.run)
                    self.take_along(run, first.run, Why.TALK)

    def merge_facts(self, run: str, to: str) -> None:
        """Let a run know what was known of one that turned out to be a part of it."""
        self.lock({run, to})
        if run in self.traces.facts and to in self.traces.facts:
            take_over(self.traces.facts[to], self.traces.facts[run])

    def take_along(self, run: str, to: str, why: Why) -> None:
        """Take along all that belongs to a run; nothing stored belongs to one that is new."""
        if run not in self.traces.new:
            self.lock(self.traces.traces_of_run(run))
        for name in sorted(self.members.get(run, ())):
            one = self.traces.facts[name]
            self.put(one, to, why if one.why == Why.ITSELF else Why(one.why))

    def put(self, one: TraceFacts, run: str, why: Why) -> None:
        """Let a trace belong to a run."""
        self.members.get(one.run, set()).discard(one.trace)
        self.members.setdefault(run, set()).add(one.trace)
        one.run, one.why = run, why

    def lock(self, names: set[str]) -> None:
        """Lock further traces, and know them as they are now."""
        absent = sorted(names - self.traces.facts.keys())
        if absent:
            self.traces.take(sql.LOCK_NAMING_TRACES, {"traces": absent})
            for name in absent:
                self.before[name] = run = self.traces.facts[name].run
                self.members.setdefault(run, set()).add(name)

    def guests(self, ours: list[TraceFacts]) -> list[TraceFacts]:
        """Find the loose calls in the time by which the runs of this request have grown."""
        grown = [
            (one, since)
            for one in ours
            if is_host(one)
            and (one.session or one.instance)
            and (since := self.traces.grown_since[one.trace]) is not None
        ]
        if not grown:
            return []
        given: dict[str, Any] = {
            "sessions": [one.session for one, _ in grown],
            "instances": [one.instance for one, _ in grown],
            "runs": [one.run for one, _ in grown],
            "since": [since for _, since in grown],
            "until": [one.last_at for one, _ in grown],
            "skip": list(self.traces.facts),
            "longest": LONGEST_SECONDS * SECOND,
            "most": GUESTS_AT_ONCE,
        }
        found = {facts_of_row(values).trace for _, *values in self.traces.rows(placing_sql.GUESTS, given)}
        self.lock(found)
        return [self.traces.facts[name] for name in sorted(found)]

    def place_loose(self, loose: list[TraceFacts]) -> None:
        """Put loose calls into the one run that was at work, else together with those near them."""
        hosts = self.hosts_of(loose)
        alone = []
        for one in loose:
            runs = hosts[one.trace]
            if len(runs) == 1:
                self.put(one, runs.pop(), Why.TIME)
            elif one.why != Why.NEAR or one.trace in self.traces.fresh:
                self.put(one, one.trace, Why.NEAR)
                alone.append(one)
        self.share({one.run for one in loose if one.why == Why.TIME})
        if alone := [one for one in alone if one.session or one.instance]:
            self.place_near(alone)

    def hosts_of(self, loose: list[TraceFacts]) -> dict[str, set[str]]:
        """Name the runs that were at work at the time of each loose call, two at most of those stored."""
        hosts = Hosts(self.traces.facts.values())
        found = {one.trace: hosts.at_work(one) for one in loose}
        if loose:
            given = {
                "traces": [one.trace for one in loose],
                "sessions": [one.session for one in loose],
                "instances": [one.instance for one in loose],
                "begun": [one.begun for one in loose],
                "until": [one.last_at for one in loose],
                "skip": list(self.traces.facts),
                "longest": LONGEST_SECONDS * SECOND,
            }
            for trace, *values in self.traces.rows(placing_sql.HOSTS, given):
                host = facts_of_row(values)
                found[trace].add(host.run)
                self.hosts.setdefault(host.run, []).append(host)
        return found

    def share(self, runs: set[str]) -> None:
        """Remember of runs that loose calls joined them: they may tell of the same model calls once more."""
        self.lock({one.trace for run in runs for one in self.hosts.get(run, []) if SHARED not in one.told})
        for run in runs:
            for name in self.members.get(run, ()):
                if is_host(one := self.traces.facts[name]):
                    one.told.setdefault(SHARED, [0, True])

    def place_near(self, loose: list[TraceFacts]) -> None:
        """Put loose calls into the run of those near them; runs that turn out to be near become one."""
        given = {
            "sessions": [one.session for one in loose],
            "instances": [one.instance for one in loose],
            "begun": [one.begun for one in loose],
            "skip": [one.trace for one in loose],
            "gap": NEAR,
        }
        near = [facts_of_row(values) for _, *values in self.traces.rows(placing_sql.NEAREST_LOOSE, given)]
        near = [self.traces.facts.get(one.trace, one) for one in near]
        runs = runs_of_loose(loose, [one for one in near if one.why == Why.NEAR])
        for one in loose:
            self.put(one, runs.get(one.run, one.run), Why.NEAR)
        stored = {one.run for one in near}
        for run, to in runs.items():
            if run in stored:
                self.take_along(run, to, Why.NEAR)
                self.merge_facts(run, to)

    def moves(self) -> list[Move]:
        """List the traces whose steps are stored elsewhere than they belong."""
        return [
            Move(trace=name, run=run, to=one.run, is_guest=one.why in GUESTS)
            for name, run in self.before.items()
            if (one := self.traces.facts[name]).run != run and name not in self.traces.fresh
        ]


def overlaps(span: Span, at: int, until: int) -> bool:
    """Say whether a model call may be of the same time as another one."""
    mine = Known(trace=span.trace_id, span=span.span_id, at=span.start, until=span.end)
    return mine.overlaps(at, until)


def needs_alone(spans: Iterable[Span]) -> bool:
    """Say whether a request has loose calls: placing them takes looking at what else comes."""
    return any(is_loose_root(span) for span in spans)


def lock_places(project: Project, spans: Iterable[Span], *, alone: bool) -> None:
    """Lock the sessions and processes of a request until it is stored; those without any go together, too."""
    names = {f"session:{span.session or span.conversation or ''}" for span in spans}
    names |= {f"process:{span.resource.get(PROCESS) or ''}" for span in spans}
    given = {"names": sorted(names), "traces": sorted({span.trace_id for span in spans}), "alone": alone}
    with connection.cursor() as cursor:
        cursor.execute(placing_sql.LOCK_PLACES, {"project": project.pk, **given})
