"""A flight strip on its way to the browser: one character a step and figure, or small numbers. Pure.

Unpacked by static/js/strip_data.js. A client that has a revision is told only what stands after the first
place that changed since; `kept` is a sum over the steps it should still have and their places: it notices
when it has not.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from runs.flight import Tick, colour_of
from runs.kinds import Kind, StepStatus
from runs.limits import STRIP_MARKS
from runs.strips import WIDTHS, Lane, Strip, words_of_mark
from runs.timing import Beat

#: Changes with what a client makes of the same revision, so that no browser keeps an answer of an older one.
VERSION = 1

#: Colours in the order of their numbers on the wire.
COLOURS = ("llm", "tool", "edit", "agent", "fail", "retry", "compact", "prompt", "final", "event", "wait")
_FIRST = 35  #: "#", the character of 0: printable, and JSON need not escape it
_UNIT = 100  #: tokens: the curve is 40 pixels high


def pack_strip(strip: Strip, *, revision: int, after: int | None = None) -> dict[str, Any]:
    """Pack a whole strip, or what a client that has `after` needs."""
    cut = _Cut(strip, after)
    keep = cut.main(strip.main)
    main = strip.main[keep:]
    calls = [(at, beat) for at, beat in enumerate(strip.main) if beat.kind == Kind.LLM and beat.sent]
    lanes = [(lane, cut.lane(lane)) for lane in strip.lanes]
    kept = _sum(strip.main, strip.xs, keep)
    kept += sum(_sum(lane.beats, lane.xs, end) + sum(lane.widths[:end]) for lane, end in lanes)
    return {
        "revision": revision,
        "unit": _UNIT,
        "table": WIDTHS,
        "colours": COLOURS,
        "rows": strip.rows,
        "kept": kept,
        "main": {
            "keep": keep,
            "seqs": _runs([beat.seq for beat in main]),
            "codes": _codes(main),
            "widths": _chars(strip.widths[keep:]),
            "gaps": _chars(strip.gaps[keep:]),
            "calls": _calls([(at, beat) for at, beat in calls if at >= keep]),
        },
        "tail": strip.length,
        "spans": _lane(strip.spans, 0),
        "lanes": [_lane(lane, start) for lane, start in lanes],
        "marks": [
            [mark.x, mark.width, mark.kind, words_of_mark(mark)]
            for mark in sorted(strip.marks, key=lambda mark: -mark.ms)[:STRIP_MARKS]
        ],
    }


class _Cut:
    """Where a client's copy ends to be right: at the first step that was written after its revision."""

    def __init__(self, strip: Strip, after: int | None) -> None:
        self.whole = after is None
        every = [strip.main, strip.spans.beats, *(lane.beats for lane in strip.lanes)]
        fresh = [beat for beats in every for beat in beats if after is not None and beat.revision > after]
        starts = [beat.start for beat in fresh if beat.start is not None]
        timed = [beat.start for beat in strip.main if beat.start is not None]
        self.keep = len(strip.main)
        self.since: int | None = None
        if starts:
            first = min(starts)
            self.keep = bisect_left(timed, first)
            # Sub-agents stand where the main line puts them: up to the main step before, that stays.
            self.since = timed[self.keep - 1] if self.keep else 0
        if any(beat.start is None for beat in fresh):
            self.keep = min(self.keep, len(timed))

    def main(self, beats: Sequence[Beat]) -> int:
        return 0 if self.whole else min(self.keep, len(beats))

    def lane(self, lane: Lane) -> int:
        if self.whole:
            return 0
        if self.since is None:
            return len(lane.beats)
        since = self.since
        for at, beat in enumerate(lane.beats):
            if beat.start is None or max(beat.start, beat.until or 0) >= since:
                return at
        return len(lane.beats)


def _sum(beats: Sequence[Beat], xs: Sequence[int], end: int) -> int:
    return 1_009 * sum(beat.seq for beat in beats[:end]) + sum(xs[:end])


def _lane(lane: Lane, keep: int) -> dict[str, Any]:
    return {
        "keep": keep,
        "name": lane.name[:40],
        "row": lane.row,
        "seqs": _runs([beat.seq for beat in lane.beats[keep:]]),
        "codes": _codes(lane.beats[keep:]),
        "xs": _deltas(lane.xs[keep:]),
        "widths": lane.widths[keep:],
    }


def _codes(beats: Iterable[Beat]) -> str:
    return _chars(
        code_of(beat.kind, beat.tool, beat.status, bool(beat.changes), beat.hidden) for beat in beats
    )


@lru_cache(maxsize=4096)
def code_of(kind: str, tool: str, status: str, changed: bool, hidden: bool) -> int:
    """Put colour, mark (1 changed a file, 2 a hidden change) and openness of a step into one number."""
    colour = colour_of(Tick(kind=kind, tool=tool, status=status, changes=int(changed)))
    mark = 2 if hidden else int(changed)
    return COLOURS.index(colour) * 6 + mark * 2 + (status == StepStatus.RUNNING)


def _chars(numbers: Iterable[int]) -> str:
    return "".join(map(_CHARS.__getitem__, numbers))


_CHARS = [chr(_FIRST + number) for number in range(len(WIDTHS) + 1)]


def _runs(seqs: Sequence[int]) -> list[int]:
    """Write `4, 5, 6, 9` as `4, 3, 9, 1`: where a run of numbers begins, and how long it is."""
    packed: list[int] = []
    following = -1
    for seq in seqs:
        if seq == following:
            packed[-1] += 1
        else:
            packed += (seq, 1)
        following = seq + 1
    return packed


def _deltas(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]


def _calls(calls: Sequence[tuple[int, Beat]]) -> dict[str, list[int]]:
    """Pack the curve of context sizes: place, tokens sent, and those of them that no cache held."""
    sent = [round((beat.sent or 0) / _UNIT) for _, beat in calls]
    fresh = [round(max(0, (beat.sent or 0) - beat.cached) / _UNIT) for _, beat in calls]
    return {"at": _deltas([at for at, _ in calls]), "sent": _deltas(sent), "fresh": fresh}
