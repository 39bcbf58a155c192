"""The flight strip in words, as the drawing that stands there without JavaScript, and the sums of a range."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runs.flight import Tick, colour_of
from runs.kinds import Kind
from runs.limits import STRIP_BARS, STRIP_FAILURES
from runs.queries.strips import RangeSums
from runs.shown.runs import Part, cost_words
from runs.shown.steps import micros
from runs.strips import WIDTHS, Lane, Strip
from runs.timing import Beat, Split
from runs.words import count, duration, plural, tokens

SPLIT_WIDTH = 120
PLAIN_WIDTH, _TOP, _HEIGHT, _TALLER, _ROW = 1_200, 6, 20, 6, 5

#: The worst of a bar that stands for many steps is its colour.
_WORST = ("fail", "retry", "compact", "prompt", "final", "edit", "agent", "wait", "tool", "llm", "event")


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitShown:
    """A run's time as a bar, and in words."""

    parts: list[Part]
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainStrip:
    """A strip as a drawing: a path a colour."""

    width: int
    height: int
    paths: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeShown:
    """The sums of a range, and where its ends lie: number and microseconds, as rows are ordered."""

    first: int
    last: int
    first_at: int
    last_at: int
    facts: list[str]
    failures: str
    retries: str
    cost_note: str


def split_shown(split: Split) -> SplitShown:
    """Draw and say where the time went. What nobody measured is called so."""
    given = (
        ("llm", split.model, "model"),
        ("tool", split.tools, "tools"),
        ("agent", split.agents, "sub-agents"),
        ("retry", split.retries, "retries"),
        ("wait", split.human, "waiting for a human"),
        ("rest", split.unmeasured, "not measured"),
    )
    whole = sum(part for _, part, _ in given)
    told = [each for each in given if each[1] * 200 >= whole and each[1]]
    parts, at = [], 0.0
    for tone, part, _ in told:
        width = round(part / whole * SPLIT_WIDTH, 1)
        parts.append(Part(x=round(at, 1), width=width, tone=tone))
        at += width
    return SplitShown(parts=parts, words=" · ".join(f"{word} {duration(part)}" for _, part, word in told))


def words_of_strip(strip: Strip) -> str:
    """Tell a strip to those who do not see it."""
    beats = [*strip.main, *strip.spans.beats, *(beat for lane in strip.lanes for beat in lane.beats)]
    colours = {beat.seq: _colour(beat) for beat in beats}
    failed = sorted(seq for seq, colour in colours.items() if colour == "fail")
    cuts = [beat.seq for beat in strip.main if beat.kind == Kind.COMPACTION]
    hidden = [beat.seq for beat in beats if beat.hidden]
    retries = sum(colour == "retry" for colour in colours.values())
    waits = [mark.ms for mark in strip.marks if mark.kind == "human"]
    idle = [mark.ms for mark in strip.marks if mark.kind == "idle"]
    parts = [
        plural(len(beats), "step"),
        f"{count(len(failed))} failed: {_steps(failed)}" if failed else "none failed",
        plural(retries, "retry") if retries else "",
        f"hidden changes at {_steps(hidden)}" if hidden else "",
        f"context compacted at {_steps(cuts)}" if cuts else "",
        f"waited for a human {plural(len(waits), 'time')}, {duration(sum(waits))}" if waits else "",
        f"{plural(len(idle), 'long gap')} not measured, {duration(sum(idle))}" if idle else "",
        plural(len(strip.lanes), "sub-agent") if strip.lanes else "",
    ]
    return "; ".join(part for part in parts if part) + "."


def _steps(seqs: Sequence[int]) -> str:
    word = "step" if len(seqs) == 1 else "steps"
    more = len(seqs) - STRIP_FAILURES
    told = ", ".join(map(str, seqs[:STRIP_FAILURES])) + (f" and {count(more)} more" if more > 0 else "")
    return f"{word} {told}"


def _colour(beat: Beat) -> str:
    return colour_of(Tick(kind=beat.kind, tool=beat.tool, status=beat.status, changes=beat.changes))


def plain_strip(strip: Strip) -> PlainStrip:
    """Draw a strip with at most STRIP_BARS bars a line; a bar that stands for many steps shows its worst."""
    scale = PLAIN_WIDTH / max(1, strip.length)
    widths = [WIDTHS[place] for place in strip.widths]
    main = Lane(name="", beats=strip.main, xs=strip.xs, widths=widths)
    bars = [(colour, x, width, -1) for colour, x, width in _bars(main, scale)]
    for lane in (strip.spans, *strip.lanes):
        row = 0 if lane is strip.spans else lane.row + 1
        bars += [(colour, x, width, row) for colour, x, width in _bars(lane, scale)]
    paths: dict[str, list[str]] = {}
    for colour, x, width, row in bars:
        taller = _TALLER if colour == "fail" and row < 0 else 0
        top = _TOP - taller if row < 0 else _TOP + _HEIGHT + 3 + row * (_ROW + 1)
        height = _HEIGHT + taller if row < 0 else _ROW
        paths.setdefault(colour, []).append(f"M{x:g} {top}h{width:g}v{height}h-{width:g}z")
    rows = strip.rows + 1 if strip.lanes else 0
    height = _TOP + _HEIGHT + 3 + rows * (_ROW + 1)
    return PlainStrip(width=PLAIN_WIDTH, height=height, paths=[(k, "".join(v)) for k, v in paths.items()])


def _bars(lane: Lane, scale: float) -> Iterable[tuple[str, float, float]]:
    """Join neighbours until there are few enough."""
    least = PLAIN_WIDTH / STRIP_BARS
    colour, begin, end = "", 0.0, 0.0
    for beat, x, width in zip(lane.beats, lane.xs, lane.widths, strict=True):
        mine, left, right = _colour(beat), x * scale, (x + width) * scale
        if colour and end - begin < least and right - begin < 2 * least:
            colour, end = min(colour, mine, key=_WORST.index), max(end, right)
            continue
        if colour:
            yield colour, round(begin, 1), round(max(1.0, end - begin - 0.8), 1)
        colour, begin, end = mine, left, right
    if colour:
        yield colour, round(begin, 1), round(max(1.0, end - begin - 0.8), 1)


def range_shown(sums: RangeSums) -> RangeShown:
    """Say what a range amounts to."""
    cost, note = cost_words(sums.cost, calls=sums.calls, unpriced=sums.unpriced, lower_bound=sums.lower_bound)
    facts = [plural(sums.steps, "step"), duration(sums.ms)]
    facts += [f"{tokens(sums.tokens)} tokens", cost] if sums.calls else []
    first, last = sums.ends
    return RangeShown(
        first=first["seq"],
        last=last["seq"],
        first_at=micros(first["started_at"]),
        last_at=micros(last["started_at"]),
        facts=[fact for fact in facts if fact],
        failures=plural(sums.failures, "failure") if sums.failures else "",
        retries=plural(sums.retries, "retry") if sums.retries else "",
        cost_note=note,
    )
