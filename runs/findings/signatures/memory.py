"""What compactions and caches lose. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.kinds import Kind, StepStatus
from runs.tools import Family
from runs.words import duration, plural, share, tokens

_LLM, _COMPACTION, _READ, _OK = str(Kind.LLM), str(Kind.COMPACTION), str(Family.READ), str(StepStatus.OK)
SOON_TURNS = 20  # after a compaction; what is read later is read for another reason
TTL_MS = 5 * 60_000  # how long a prompt cache is kept where nobody asks for more


class _Loss(Struct):
    """A compaction, what was known before it, and the files of that which were read again."""

    cut: Clue
    before: dict[str, Clue]
    again: dict[str, Clue]
    turns: int = 0  #: model calls of the lane since


def find_compaction_losses(case: Case) -> list[Found]:
    """Find compactions after which files are read again that had been read before and have not changed."""
    least = int(case.limits["lost_files"])
    if not any(clue.kind == _COMPACTION for clue in case.talk):
        return []
    reads: dict[str, dict[str, Clue]] = {}
    losses: dict[str, _Loss] = {}
    found: dict[int, Found] = {}
    for clue in case.clues:
        if clue.kind == _COMPACTION:
            losses[clue.lane] = _Loss(clue, reads.pop(clue.lane, {}), {})
        elif clue.kind == _LLM:
            if clue.lane in losses:
                losses[clue.lane].turns += 1
        elif clue.looking == _READ and (path := clue.seen or clue.path) and clue.status == _OK:
            loss = losses.get(clue.lane)
            if loss and loss.turns <= SOON_TURNS and path in loss.before:
                loss.again.setdefault(path, clue)
                if len(loss.again) >= least:
                    found[loss.cut.seq] = _loss(loss, least)
            reads.setdefault(clue.lane, {})[path] = clue
        elif clue.tool:
            for touch in case.touches_of(clue):
                for loss in losses.values():
                    loss.before.pop(touch.path, None)
    return list(found.values())


def _loss(loss: _Loss, least: int) -> Found:
    names = [path.rsplit("/", 1)[-1] for path in loss.again]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    again = list(loss.again.values())
    return Found(
        key=str(loss.cut.seq),
        sentence=f"After the compaction {plural(len(names), 'file')} that had been read before "
        f"{'was' if len(names) == 1 else 'were'} read again, unchanged: {', '.join(names[:3])}{more}.",
        steps=[loss.cut.seq, *(clue.seq for clue in again)],
        at=again[least - 1].seq,
        numbers={"files": len(names), "bytes": sum(clue.out_size for clue in again)},
        used={"lost_files": least},
    )


class _Collapse(Struct, frozen=True):
    """A call that found little of the last prompt in the cache, and why."""

    before: Clue
    call: Clue
    cause: str

    @property
    def lost(self) -> int:
        return (self.before.sent or 0) - self.call.cached

    @property
    def pause(self) -> int:
        began, ended = self.call.at, self.before.until
        return max(began - ended, 0) if began is not None and ended is not None else 0


def find_cache_collapses(case: Case) -> list[Found]:
    """Find calls that paid anew for most of the last prompt; one finding a cause."""
    least, part = case.limits["cache_tokens"], case.limits["cache_share"]
    last: dict[str, Clue] = {}
    causes: dict[str, list[_Collapse]] = {}
    for clue in case.talk:
        if clue.kind == _COMPACTION:
            last.pop(clue.lane, None)
        elif clue.sent and clue.sent >= least and clue.status == _OK:
            before = last.get(clue.lane)
            if before is not None and _collapsed(before, clue, least, part):
                each = _collapse(before, clue)
                causes.setdefault(each.cause, []).append(each)
            last[clue.lane] = clue
    used = {"cache_tokens": least, "cache_share": part}
    return [_found_collapses(cause, each, used) for cause, each in causes.items()]


def _collapsed(before: Clue, call: Clue, least: float, part: float) -> bool:
    """Compare with what a call after that one finds in the cache: all that was sent before."""
    sent = before.sent or 0
    was_cached = before.cached + before.written >= 0.8 * sent
    goes_on = (call.sent or 0) >= 0.8 * sent
    return was_cached and goes_on and call.cached < part * sent and sent - call.cached >= least


def _collapse(before: Clue, call: Clue) -> _Collapse:
    each = _Collapse(before, call, "prefix")
    if call.model != before.model:
        return replace(each, cause="model")
    return replace(each, cause="pause") if each.pause > TTL_MS else each


def _found_collapses(cause: str, collapses: list[_Collapse], used: dict[str, float]) -> Found:
    first, lost = collapses[0], sum(each.lost for each in collapses)
    return Found(
        key=cause,
        sentence=_told_once(first) if len(collapses) == 1 else _told_often(cause, len(collapses), lost),
        steps=list(dict.fromkeys(step.seq for each in collapses for step in (each.before, each.call))),
        at=first.call.seq,
        numbers={"times": len(collapses), "lost": lost, "cause": cause, "pause_ms": first.pause},
        used=used,
        severity=Severity.HINT if cause == "pause" else Severity.WARNING,
    )


def _told_once(each: _Collapse) -> str:
    sent, call = each.before.sent or 0, each.call
    part_of = f"Only {share(call.cached, sent)}" if call.cached else "Nothing"
    why = {
        "model": f"the model changed from {each.before.model} to {call.model}",
        "pause": f"{duration(each.pause)} had passed, and caches are kept for 5 minutes",
        "prefix": f"{_kept(call)} had changed or been dropped, and no pause explains it",
    }[each.cause]
    return f"{part_of} of the {tokens(sent)} tokens sent before came from the cache: {why}."


def _told_often(cause: str, times: int, lost: int) -> str:
    why = {
        "model": f"The model changed {times} times, and the other one had little of the prompt in its cache",
        "pause": f"{times} times more than the 5 minutes had passed for which caches are kept",
        "prefix": f"{times} times little of the last prompt was still cached, though no pause explains it",
    }[cause]
    return f"{why}: {tokens(lost)} tokens were sent anew in all."


def _kept(call: Clue) -> str:
    """Say from where on the prompt was not found in the cache."""
    if not call.cached:
        return "its very beginning (tools, system prompt)"
    return f"what follows its first {tokens(call.cached)} tokens"


SIGNATURES = (
    Signature(
        slug="compaction-loss",
        name="Lost by compaction",
        severity=Severity.WARNING,
        about="Soon after a compaction, files were read again that had been read before and had not changed "
        "since.",
        helps="Compact at the end of a piece of work, not in it; let the summary keep what comes next.",
        rule=find_compaction_losses,
        version=2,
        thresholds=("lost_files",),
    ),
    Signature(
        slug="cache-collapse",
        name="Cache collapse",
        severity=Severity.WARNING,
        about="A prompt that continues the last one found little of it in the cache, and was paid for anew.",
        helps="Keep tools, system prompt and model the same within a run, and add only at the end. After a "
        "long pause a summary is cheaper than the whole conversation.",
        rule=find_cache_collapses,
        version=2,
        thresholds=("cache_tokens", "cache_share"),
    ),
)
