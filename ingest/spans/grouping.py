"""Which run a trace belongs to: the one place that decides it. Pure; see docs/reference/grouping.md.

What a trace is and when it was follows from all of its spans, whatever their order, and which run it belongs
to from what is known of it and of its neighbours by now: never from who came first.
"""

from bisect import bisect_right
from collections.abc import Iterable

from ingest.limits import NEAR_SECONDS
from ingest.spans.facts import note_earliest, note_latest, text_of
from ingest.spans.hearing import Heard, words_of
from ingest.spans.known import ACTED, GUESTS, NAMELESS, SHARED, Shape, TraceFacts, Why
from ingest.spans.span import Span, SpanKind
from runs.records import digest_of

#: Names the process that sent a span, in its resource.
PROCESS = "service.instance.id"
#: Roots that are calls: nothing says which agent made them.
CALLS = (SpanKind.LLM, SpanKind.TOOL, SpanKind.RETRIEVER, SpanKind.GUARDRAIL, SpanKind.HANDOFF)
#: The runtime of AutoGen makes a trace of each message between agents; all of them are one run.
MESSAGES = "otel:autogen"
#: The first model call of a trace goes on from no answer.
NOTHING = "-"
#: Spans without a step of their own.
STEPLESS = (SpanKind.NONE, SpanKind.CHAIN, SpanKind.AGENT)


#: Nanoseconds between the beginnings of two loose calls of one run.
NEAR = NEAR_SECONDS * 10**9


def run_of_trace(trace_id: str, spans: Iterable[Span]) -> str:
    """Name the run of a trace that was never seen before: its own word, else the trace is the run."""
    named = sorted(span.run for span in spans if span.run)
    return named[0] if named else trace_id


def note_place(facts: TraceFacts, heard: Iterable[tuple[Span, Heard]]) -> None:
    """Take what spans say of where their trace belongs: whose it is, when it was, what lies on top."""
    for span, said in heard:
        at = span.start or span.end
        note_earliest(facts, "session of trace", at, span.session or span.conversation)
        note_earliest(facts, "process", at, span.resource.get(PROCESS))
        facts.begun = min(filter(None, (facts.begun, at)), default=0)
        if not span.is_score:
            facts.last_at = max(facts.last_at, span.end, span.start)
        if span.kind not in STEPLESS and not span.is_score:
            facts.told.setdefault("acts", [0, True])
        if span.kind is SpanKind.TOOL and not span.call_id:
            facts.told.setdefault(ACTED, [0, True])
        if span.kind is SpanKind.LLM and not span.is_part:
            note_earliest(facts, "goes on from", at, digest_of_words(said.after) or NOTHING)
            if span.answer:
                note_latest(facts, "said", at, digest_of_words(words_of(span)))
            if not span.response_id and not span.is_start:
                facts.told.setdefault(NAMELESS, [0, True])
        if span.is_root:
            loose = is_loose_root(span)
            note_earliest(facts, "top", 0 if loose else -1, Shape.LOOSE if loose else Shape.WHOLE)
            if span.end and not span.is_start:
                facts.told.setdefault("closed", [0, True])
    facts.after = "" if (told := text_of(facts, "goes on from")) in (None, NOTHING) else str(told)
    facts.answer = text_of(facts, "said") or "" if "closed" in facts.told else ""
    facts.session = text_of(facts, "session of trace") or ""
    facts.instance = text_of(facts, "process") or ""
    facts.shape = shape_of(facts)


def digest_of_words(text: str) -> str:
    """Name words by their digest."""
    return digest_of(text.strip().encode("utf-8", "replace")).hex() if text.strip() else ""


def is_loose_root(span: Span) -> bool:
    """Say whether nothing above a span says which agent is at work."""
    return span.is_root and (span.kind in CALLS or span.source == MESSAGES)


def shape_of(facts: TraceFacts) -> Shape:
    """Say what a trace is, as far as it is known."""
    if "acts" not in facts.told:
        return Shape.BARE
    return Shape(text_of(facts, "top") or Shape.OPEN)


def grown_since(known: TraceFacts, facts: TraceFacts) -> int | None:
    """Say from when on a trace is known to have lasted only now; None where it is as long as before."""
    same = (known.session, known.instance, known.begun) == (facts.session, facts.instance, facts.begun)
    if not same or not is_host(known):
        return facts.begun
    return known.last_at if facts.last_at > known.last_at else None


def may_be_told_twice(one: TraceFacts) -> bool:
    """Say whether another library may tell of the model calls of a trace, too."""
    return one.why in GUESTS or SHARED in one.told or NAMELESS in one.told


def is_named(one: TraceFacts) -> bool:
    """Say whether the source itself names the run of a trace: then nothing else decides."""
    return one.run != one.trace and one.why == Why.ITSELF


def is_host(one: TraceFacts) -> bool:
    """Say whether a trace is a run by itself, as far as it is known."""
    return one.shape in (Shape.OPEN, Shape.WHOLE)


def may_tell_of_same(one: TraceFacts, other: TraceFacts) -> bool:
    """Say whether two traces may tell of one call: not where they come from two processes or sessions."""
    sessions, processes = {one.session, other.session} - {""}, {one.instance, other.instance} - {""}
    return len(sessions) < 2 and len(processes) < 2


def host_of_same(group: list[TraceFacts]) -> TraceFacts:
    """Choose, of traces that tell of the same calls, the one whose run it is."""
    return min(
        group, key=lambda one: (not is_named(one), not is_host(one), one.why in GUESTS, one.begun, one.trace)
    )


class Hosts:
    """Traces that are runs by themselves, by their session, or by their process without one."""

    def __init__(self, traces: Iterable[TraceFacts]) -> None:
        self.places: dict[tuple[str, str], list[TraceFacts]] = {}
        self.ends: dict[tuple[str, str], list[int]] = {}  #: until when those so far were at work
        for one in sorted(filter(is_host, traces), key=lambda one: one.begun):
            for place in {("session", one.session), ("process", one.instance)}:
                self.places.setdefault(place, []).append(one)
                ends = self.ends.setdefault(place, [])
                ends.append(max(one.last_at, ends[-1] if ends else 0))

    def at_work(self, one: TraceFacts) -> set[str]:
        """Name two of the runs, at most, that were at work while a loose call was made."""
        place = ("session", one.session) if one.session else ("process", one.instance)
        found: set[str] = set()
        if not place[1] or place not in self.places:
            return found
        hosts, ends = self.places[place], self.ends[place]
        last = bisect_right(hosts, one.last_at, key=lambda host: host.begun)
        for n in range(last - 1, -1, -1):
            if ends[n] < one.begun or len(found) == 2:
                break
            if hosts[n].last_at >= one.begun:
                found.add(hosts[n].run)
        return found


def talk_pairs(traces: list[TraceFacts]) -> list[tuple[str, str]]:
    """Pair the traces of one session of which one goes on with what the other one ended with.

    Where many ended with the same words, the first and the last two stand for all: it is one group anyway.
    """
    hosts = sorted((one for one in traces if is_host(one) and one.session), key=lambda one: one.begun)
    before: dict[tuple[str, str], list[TraceFacts]] = {}
    after: dict[tuple[str, str], list[TraceFacts]] = {}
    for one in hosts:
        before.setdefault((one.session, one.answer), []).append(one)
        if one.after:
            after.setdefault((one.session, one.after), []).append(one)
    pairs: dict[tuple[str, str], None] = {}
    for place, later in after.items():
        sooner = before.get(place, [])
        met = [(one, other) for other in later for one in sooner[:2] if one is not other]
        met += [(one, other) for one in sooner for other in later[-2:] if one is not other]
        pairs |= {(one.trace, other.trace): None for one, other in met if one.begun <= other.begun}
    return list(pairs)


def groups_of_same(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Put together the traces that tell of the same calls, directly or by others."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        mine, theirs = groups.setdefault(one, {one}), groups.setdefault(other, {other})
        if mine is not theirs:
            small, large = sorted((mine, theirs), key=len)
            large |= small
            groups |= dict.fromkeys(small, large)
    return list({id(group): group for group in groups.values()}.values())


def runs_of_loose(loose: list[TraceFacts], near: list[TraceFacts]) -> dict[str, str]:
    """Say which runs of loose calls are one: {run: the run it is}. A stored one takes the others in."""
    found: dict[str, str] = {}
    stored = {one.run for one in near}
    before = None
    for one in sorted([*loose, *near], key=lambda one: (one.session, one.instance, one.begun, one.trace)):
        mine, theirs = (end_of(known.run, found) for known in (one, before or one))
        if before is not None and mine != theirs and is_near(before, one):
            old, new = (mine, theirs) if theirs in stored or mine not in stored else (theirs, mine)
            found[old] = new
        before = one
    return {run: end_of(run, found) for run in found}


def end_of(run: str, found: dict[str, str]) -> str:
    """Follow a run to the one that it is by now, and remember the short way."""
    passed = []
    while run in found:
        passed.append(run)
        run = found[run]
    for one in passed:
        found[one] = run
    return run


def is_near(before: TraceFacts, one: TraceFacts) -> bool:
    """Say whether a loose call goes on with the one before it."""
    same = (before.session, before.instance) == (one.session, one.instance)
    return same and bool(one.session or one.instance) and one.begun - before.begun <= NEAR
