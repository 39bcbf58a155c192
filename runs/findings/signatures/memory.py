"""What compactions and caches lose. Pure."""

from msgspec import Struct

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
        elif clue.family == _READ and clue.path and clue.status == _OK:
            loss = losses.get(clue.lane)
            if loss and loss.turns <= SOON_TURNS and clue.path in loss.before:
                loss.again.setdefault(clue.path, clue)
                if len(loss.again) >= least:
                    found[loss.cut.seq] = _loss(loss, least)
            reads.setdefault(clue.lane, {})[clue.path] = clue
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


def find_cache_collapses(case: Case) -> list[Found]:
    """Find calls that had most of the last prompt in front of them again and paid for it anew."""
    least, part = case.limits["cache_tokens"], case.limits["cache_share"]
    last: dict[str, Clue] = {}
    found = []
    for clue in case.talk:
        if clue.kind == _COMPACTION:
            last.pop(clue.lane, None)
        elif clue.sent and clue.sent >= least and clue.status == _OK:
            before = last.get(clue.lane)
            if before is not None and _collapsed(before, clue, least, part):
                found.append(_collapse(before, clue, least, part))
            last[clue.lane] = clue
    return found


def _collapsed(before: Clue, call: Clue, least: float, part: float) -> bool:
    """Compare with what a call after that one finds in the cache: all that was sent before."""
    sent = before.sent or 0
    was_cached = before.cached + before.written >= 0.8 * sent
    goes_on = (call.sent or 0) >= 0.8 * sent
    return was_cached and goes_on and call.cached < part * sent and sent - call.cached >= least


def _collapse(before: Clue, call: Clue, least: float, part: float) -> Found:
    sent = before.sent or 0
    part_of = f"Only {share(call.cached, sent)}" if call.cached else "Nothing"
    pause = call.at - before.until if call.at is not None and before.until is not None else 0
    if call.model != before.model:
        cause, why = "model", f"the model changed from {before.model} to {call.model}"
    elif pause > TTL_MS:
        cause, why = "pause", f"{duration(pause)} had passed, and caches are kept for 5 minutes"
    else:
        cause, why = "prefix", f"{_kept(call)} had changed or been dropped, and no pause explains it"
    return Found(
        key=str(call.seq),
        sentence=f"{part_of} of the {tokens(sent)} tokens sent before came from the cache: {why}.",
        steps=[before.seq, call.seq],
        at=call.seq,
        numbers={"lost": sent - call.cached, "cause": cause, "pause_ms": max(pause, 0)},
        used={"cache_tokens": least, "cache_share": part},
        severity=Severity.HINT if cause == "pause" else Severity.WARNING,
    )


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
        thresholds=("cache_tokens", "cache_share"),
    ),
)
