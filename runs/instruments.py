"""What stands on every page of a run above its readings: the strip, the split of its time, a chosen range."""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from django.http import Http404
from django.template.loader import render_to_string

from runs.limits import STRIP_AT_ONCE, STRIP_FRESH_SECONDS, STRIP_STEPS, STRIPS_KEPT
from runs.models import Run
from runs.packing import pack_strip
from runs.queries.strips import beats_of, sums_of_range
from runs.shown.runs import run_head
from runs.shown.strips import (
    PlainStrip,
    RangeShown,
    SplitShown,
    plain_strip,
    range_shown,
    split_shown,
    words_of_strip,
)
from runs.strips import Strip, lay_out
from runs.timing import Beat, split_time
from runs.words import plural


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruments:
    """Of a long run the page brings the words that cost nothing; the strip's answer brings the rest."""

    words: str
    plain: PlainStrip | None = None
    split: SplitShown | None = None
    range: RangeShown | None = None


def read_instruments(run: Run, first: int | None, last: int | None) -> Instruments:
    """Read what a page shows of the whole run. A range of which a step is not there is none."""
    chosen = read_range(run, first, last)
    if run.steps > STRIP_AT_ONCE:
        return Instruments(words=_few_words(run), range=chosen)
    beats = beats_of(run)
    strip = lay_out(beats)
    return Instruments(
        words=words_of_strip(strip), plain=plain_strip(strip), split=read_split(run, beats), range=chosen
    )


def read_split(run: Run, beats: list[Beat]) -> SplitShown | None:
    """Share the time of a run out, once it has lasted; of a part of its steps that would be wrong."""
    if run.steps > STRIP_STEPS:
        return None
    if run.started_at is None or run.ended_at is None or run.ended_at <= run.started_at:
        return None
    start, end = (round(at.timestamp() * 1_000) for at in (run.started_at, run.ended_at))
    return split_shown(split_time(beats, start=start, end=end))


def read_range(run: Run, first: int | None, last: int | None) -> RangeShown | None:
    """Sum a range up, or give nothing where it is none."""
    if first is None or last is None:
        return None
    try:
        return range_shown(sums_of_range(run, first, last))
    except Http404:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """A strip as it was laid out for one revision, for all who ask for it soon after."""

    strip: Strip
    revision: int
    words: str
    split: str
    cut: str
    at: float


_kept: OrderedDict[UUID, _Kept] = OrderedDict()


def packed_strip(run: Run, *, after: int | None) -> dict[str, Any]:
    """Give the strip as the browser takes it, with its words and the split of the time.

    While a long run is written to, its viewers ask at many revisions: within STRIP_FRESH_SECONDS they get
    the same one, and ask again for the rest.
    """
    kept = _kept.get(run.id)
    if kept is None or not _serves(kept, run, after):
        kept = _kept[run.id] = _laid_out(run)
        _kept.move_to_end(run.id)
        while len(_kept) > STRIPS_KEPT:
            _kept.popitem(last=False)
    packed = pack_strip(kept.strip, revision=kept.revision, after=after)
    return packed | {"words": kept.words, "split": kept.split, "cut": kept.cut}


def _serves(kept: _Kept, run: Run, after: int | None) -> bool:
    if kept.revision == run.revision or run.steps <= STRIP_AT_ONCE:
        return kept.revision == run.revision
    return monotonic() - kept.at < STRIP_FRESH_SECONDS and kept.revision >= (after or 0)


def _laid_out(run: Run) -> _Kept:
    beats = beats_of(run)
    strip = lay_out(beats)
    context = {"head": run_head(run), "split": read_split(run, beats)}
    split = render_to_string("runs/_split.html", context)
    cut = f"The first {STRIP_STEPS:,} of {run.steps:,} steps" if run.steps > STRIP_STEPS else ""
    words = f"{cut}: {words_of_strip(strip)}" if cut else words_of_strip(strip)
    return _Kept(strip=strip, revision=run.revision, words=words, split=split, cut=cut, at=monotonic())


def _few_words(run: Run) -> str:
    parts = [plural(run.steps, "step"), f"{run.failures:,} failed"]
    parts += [plural(run.retries, "retry")] if run.retries else []
    return "; ".join(parts) + "."
