"""Rows of the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from math import log10
from typing import Any
from uuid import UUID

from django.urls import reverse

from runs.facts import Sentence, StepFacts, Tag
from runs.grouping import Part, parts_of, small_read
from runs.kinds import FAILED_STATES, Kind, StepStatus
from runs.queries.lanes import LaneCount
from runs.queries.windows import Window
from runs.sentences import sentence_of
from runs.shown.prose import NOTHING, Prose, prose_of
from runs.states import Kept, kept_but, query_of
from runs.words import duration, plural, tokens

Row = Mapping[str, Any]

#: Durations are drawn on one scale for all runs (10 ms … 10 minutes, by powers of ten), so that a row that
#: came live never makes the rows before it wrong.
BAR_WIDTH, _SHORTEST, _LONGEST = 56, 10, 600_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a run lives: what its URLs need, what they carry along, the folder its paths are relative to."""

    team: str
    project: str
    run_id: UUID
    cwd: str = ""
    kept: Kept = ()  #: what the address holds; a row that goes to all clients of a run carries nothing

    def url(self, name: str, *args: object) -> str:
        """Reverse a URL of this run."""
        return reverse(f"runs:{name}", args=[self.team, self.project, self.run_id, *args])

    def kept_url(self, name: str, *without: str) -> str:
        """Reverse a URL of this run, with what the address holds but for some names."""
        return self.url(name) + query_of(kept_but(self.kept, *without))

    def step_url(self, seq: int) -> str:
        """Link a step in the transcript."""
        return self.url("run") + query_of([("step", seq), *kept_but(self.kept, "step")])


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnHead:
    """What stands above the first row of a turn."""

    title: str
    usage: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """The ways to the windows on both sides: for htmx, and (`…_page`) without JavaScript."""

    earlier_url: str = ""
    earlier_page: str = ""
    later_url: str = ""
    later_page: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A sub-agent's steps under the step that started it. Without rows they are loaded when it is opened."""

    seq: int  #: of the sub-agent's span, which may be the step itself
    name: str
    summary: str
    failed: str
    url: str
    parts: "Sequence[Part[StepRow]]" = ()
    links: Links = Links()


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """One row. `at` orders it: microseconds, then seq; rows without a time come last."""

    seq: int
    at: int
    href: str
    sentence: Sentence
    duration: str
    bar: float
    classes: str
    is_meta: bool
    reads: str = ""  #: the file, where this is a small read that may lie in a group
    tags: tuple[Tag, ...] = ()
    prose: Prose = NOTHING
    head: TurnHead | None = None
    lanes: tuple[Lane, ...] = ()
    selected: bool = False


@dataclass(frozen=True, kw_only=True)
class Around:
    """What rows need that is not in them."""

    place: Place
    hidden: set[str] = field(default_factory=set)  #: keys of steps with undeclared changes
    lanes: Mapping[str, list[LaneCount]] = field(default_factory=dict)  #: by the key of the row
    inner: Mapping[str, Window] = field(default_factory=dict)  #: rows of the lanes that are open, by lane
    selected: int | None = None

    @cached_property
    def _step_url(self) -> tuple[str, str]:
        head, _, tail = self.place.step_url(0).partition("?step=0")
        return head, tail

    def step_url(self, seq: int) -> str:
        """Link a step in the transcript; the address of the run is reversed once for all rows."""
        head, tail = self._step_url
        return f"{head}?step={seq}{tail}"


def facts_of(row: Row, *, cwd: str, hidden: bool = False) -> StepFacts:
    """Take what a sentence needs."""
    return StepFacts(
        kind=row["kind"],
        tool=row["tool"],
        name=row["name"],
        model=row["model"],
        status=row["status"],
        error=row["error"],
        error_kind=row["error_kind"],
        agent=row["agent"],
        input=row["input_text"],
        output=row["output_text"],
        exit_code=row["exit_code"],
        duration_ms=row["duration_ms"],
        attempt=row["attempt"],
        output_tokens=row["output_tokens"],
        stop_reason=row["stop_reason"],
        lines_added=row["lines_added"],
        lines_removed=row["lines_removed"],
        changes=row["changes"],
        hidden=hidden,
        cwd=cwd,
        detail=row["detail"],
    )


def line_shown(row: Row, around: Around) -> StepRow:
    """Build one row as a single line."""
    sentence = sentence_of(facts_of(row, cwd=around.place.cwd, hidden=row["key"] in around.hidden))
    return StepRow(
        seq=row["seq"],
        at=micros(row["started_at"]),
        href=around.step_url(row["seq"]),
        sentence=sentence,
        duration=duration(row["duration_ms"] if row["kind"] == Kind.TOOL else row["duration_ms"] or None),
        bar=bar_width(row["duration_ms"]),
        classes=_classes(row, sentence, NOTHING),
        is_meta=row["detail"].get("meta") is True,
        tags=sentence.tags,
        selected=row["seq"] == around.selected,
    )


def row_shown(row: Row, around: Around) -> StepRow:
    """Build one row of the transcript, with prose, and those of its short lane."""
    line, prose, head = line_shown(row, around), prose_of(row), _head(row)
    return replace(
        line,
        classes=_classes(row, line.sentence, prose),
        reads=small_read(row, cwd=around.place.cwd),
        tags=tuple(tag for tag in line.tags if not (head and tag.text in head.usage)),
        prose=prose,
        head=head,
        lanes=tuple(_lane(lane, around) for lane in around.lanes.get(row["key"], ())),
    )


def micros(at: datetime | None) -> int:
    """Give a time as microseconds, to sort by; what has none comes last."""
    return round(at.timestamp() * 1_000_000) if at else 9_007_199_254_740_991


def bar_width(ms: int | None) -> float:
    """Draw a duration."""
    if not ms or ms <= _SHORTEST:
        return 0
    part = log10(min(ms, _LONGEST) / _SHORTEST) / log10(_LONGEST / _SHORTEST)
    return round(part * BAR_WIDTH, 1)


def _classes(row: Row, sentence: Sentence, prose: Prose) -> str:
    words = [f"is-{sentence.tone}"] if sentence.tone else []
    words += [f"is-said is-{row['kind']}"] if prose.html else []
    words += ["is-long"] if prose.is_long else []
    if row["kind"] == Kind.LLM and sentence.verb == "Called":
        words.append("is-quiet")
    if row["kind"] == Kind.RETRY:
        words.append("is-retry")
    return " ".join(words)


def _head(row: Row) -> TurnHead | None:
    """Each model call of the main agent begins a turn, so a row knows its header without its neighbours."""
    if row["agent"]:
        return None
    if row["kind"] == Kind.LLM and row["turn"]:
        return TurnHead(title=f"Turn {row['turn']}", usage=usage_words(row))
    return TurnHead(title="Prompt") if row["kind"] == Kind.PROMPT else None


def usage_words(row: Row) -> str:
    """Say what a call read and wrote: `18.3k in · 0.8k out`; every call reads, so that 0 is not known."""
    if row["output_tokens"] is None and row["input_tokens"] is None:
        return ""
    names = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
    read = sum(row[name] or 0 for name in names)
    wrote = row["output_tokens"] or 0
    told = [f"{tokens(read)} in"] if read else []
    return " · ".join([*told, f"{tokens(wrote)} out"]) if read or wrote else ""


def _lane(lane: LaneCount, around: Around) -> Lane:
    inner = around.inner.get(lane.key)
    return Lane(
        seq=lane.seq,
        name=lane.name,
        summary=_lane_words(lane),
        failed=_failed_words(lane),
        url=_rows_url(around.place, lane.seq),
        parts=step_parts([row_shown(child, around) for child in inner.rows]) if inner else (),
        links=window_links(around.place, inner, lane=lane.seq) if inner else Links(),
    )


def _lane_words(lane: LaneCount) -> str:
    words = plural(lane.steps, "step") if lane.steps else "no steps"
    return f"{words} · running" if lane.status == StepStatus.RUNNING else words


def _failed_words(lane: LaneCount) -> str:
    words = [f"{lane.failed} failed"] if lane.failed else []
    return " · ".join([*words, "the agent failed"] if lane.status in FAILED_STATES else words)


def step_parts(rows: Sequence[StepRow]) -> list[Part[StepRow]]:
    """Cut rows into those that stand by themselves and groups of small reads."""
    return parts_of(rows, lambda row: row.reads)


def window_links(place: Place, window: Window, *, lane: int | None) -> Links:
    """Link the windows on both sides of one, in the lane under a step or on the main timeline."""
    links = Links()
    if window.rows and window.earlier:
        first = window.rows[0]["seq"]
        url = _rows_url(place, lane, before=first)
        links = replace(links, earlier_url=url, earlier_page=place.step_url(first))
    if window.rows and window.later:
        last = window.rows[-1]["seq"]
        url = _rows_url(place, lane, after=last)
        links = replace(links, later_url=url, later_page=place.step_url(last))
    return links


def _rows_url(place: Place, lane: int | None, **more: int) -> str:
    """Ask for rows; those of a lane belong to the step that is shown, wherever a range ends."""
    names = ("events",) if lane is not None else ("events", "from", "to")
    pairs = [("lane", lane)] if lane is not None else []
    kept = [pair for pair in place.kept if pair[0] in names]
    return place.url("timeline") + query_of([*pairs, *kept, *more.items()])
