"""Prompts that grow: by one result, by many small looks, up to the model's window. Pure."""

import re
from collections.abc import Iterator
from statistics import median

from msgspec import Struct, field

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.words import named_call
from runs.kinds import Kind
from runs.pricing import window_of
from runs.tools import Family
from runs.words import plural, share, size, tokens

GROWTHS_KEPT = 20
GROWTHS_LEAST = 4  # before it is known how a prompt grows
_LLM, _PROMPT, _COMPACTION = str(Kind.LLM), str(Kind.PROMPT), str(Kind.COMPACTION)
_EXPLORING = frozenset({Family.READ, Family.GREP, Family.GLOB})
_TOO_LONG = re.compile(
    r"prompt is too long|context.{0,12}length.{0,12}exceed|maximum context length|exceeds? the context window"
    r"|context window.{0,20}(?:exceed|full)|too many (?:input )?tokens|input is too long"
)


class Growth(Struct, frozen=True):
    """How much a prompt grew from one call to the next, and what came between them."""

    call: Clue
    before: int  #: tokens of the last prompt and of its answer
    usual: float  #: median of the last ones
    between: list[Clue]

    @property
    def by(self) -> int:
        return (self.call.sent or 0) - self.before


class _Lane(Struct):
    high: int | None = None  #: the longest prompt since the last compaction
    answer: int = 0  #: tokens of its answer, which are in the next prompt too
    growths: list[int] = field(default_factory=list)
    between: list[Clue] = field(default_factory=list)


def growths_of(case: Case, least: float) -> Iterator[Growth]:
    """Go through prompts that grew by more than some tokens. Short side calls (titles) lower nothing."""
    lanes: dict[str, _Lane] = {}
    for clue in case.clues:
        lane = lanes.get(clue.lane)
        if lane is None:
            lane = lanes[clue.lane] = _Lane()
        kind, sent, high = clue.kind, clue.sent, lane.high
        if kind == _COMPACTION:
            lanes[clue.lane] = _Lane()
        elif kind != _LLM:
            if clue.tool or kind == _PROMPT:
                lane.between.append(clue)
        elif sent and (high is None or sent > high):
            if high is not None:
                if sent - high - lane.answer > least and len(lane.growths) >= GROWTHS_LEAST:
                    usual = median(lane.growths[-GROWTHS_KEPT:])
                    yield Growth(clue, high + lane.answer, usual, lane.between)
                lane.growths.append(sent - high)
            lane.high, lane.answer, lane.between = sent, clue.out, []


def find_jumps(case: Case) -> list[Found]:
    """Find prompts that grew by far more than usual in one turn, and the result that did it."""
    times, least = case.limits["jump_times"], case.limits["jump_tokens"]
    return [
        _jump(growth, times, least) for growth in growths_of(case, least) if growth.by > times * growth.usual
    ]


def _jump(growth: Growth, times: float, least: float) -> Found:
    cause = max(growth.between, key=_brought, default=None)
    told = "nothing recorded says why"
    if cause is not None and _brought(cause) >= growth.by:  # at least a byte a token
        told = f"{_named(cause)} brought {size(_brought(cause))}"
    else:
        cause = None
    return Found(
        key=str(growth.call.seq),
        sentence=f"Results made the prompt grow by {tokens(growth.by)} tokens in one turn, to "
        f"{tokens(growth.call.sent)}; the usual growth was {tokens(round(growth.usual))}; {told}.",
        steps=[clue.seq for clue in (cause, growth.call) if clue],
        at=growth.call.seq,
        numbers={"grew": growth.by, "usual": round(growth.usual), "bytes": _brought(cause) if cause else 0},
        used={"jump_times": times, "jump_tokens": least},
    )


def _brought(clue: Clue) -> int:
    return clue.in_size if clue.kind == Kind.PROMPT else clue.out_size + clue.in_size


def _named(clue: Clue) -> str:
    return "the prompt" if clue.kind == Kind.PROMPT else named_call(clue)


def find_avalanches(case: Case) -> list[Found]:
    """Find long rows of small looks by the main agent, without an edit or a check, that fill the prompt."""
    least, grown = int(case.limits["avalanche_calls"]), case.limits["avalanche_tokens"]
    found: dict[str, Found] = {}
    looks: list[Clue] = []
    begun = last = 0
    changed = {clue.seq for clue, _ in case.touched}
    for clue in case.clues:
        if clue.lane:
            continue
        if clue.kind == _LLM:
            last = max(last, clue.sent or 0)
        elif clue.look in _EXPLORING or clue.family in _EXPLORING:
            begun = last if not looks else begun
            looks.append(clue)
        elif clue.check or clue.kind == _PROMPT or clue.kind == _COMPACTION or clue.seq in changed:
            looks, begun, last = [], 0, 0 if clue.kind == _COMPACTION else last
        if len(looks) >= least and begun and last - begun >= grown:
            key = str(looks[0].seq)
            at = found[key].at if key in found else looks[-1].seq
            found[key] = _avalanche(looks, last - begun, at, least=least, grown=grown)
    return list(found.values())


def _avalanche(looks: list[Clue], by: int, at: int, *, least: int, grown: float) -> Found:
    return Found(
        key=str(looks[0].seq),
        sentence=f"{plural(len(looks), 'read')} and searches in a row, without an edit or a check, made the "
        f"prompt grow by {tokens(by)} tokens.",
        steps=[look.seq for look in looks],
        at=at,
        numbers={"calls": len(looks), "grew": by},
        used={"avalanche_calls": least, "avalanche_tokens": grown},
    )


def find_full_contexts(case: Case) -> list[Found]:
    """Find prompts that nearly fill the model's window, and calls refused because they were too long."""
    least = case.limits["context_share"]
    highest: dict[str, int] = {}
    for call in case.model_calls:
        if call.sent and call.sent > highest.get(call.model, 0):
            highest[call.model] = call.sent
    windows = {model: window_of(model) or 0 for model in highest}
    full = {
        model for model, window in windows.items() if window and window >= highest[model] >= least * window
    }
    found: dict[str, Found] = {}
    for clue in case.failures:
        if not clue.tool and _TOO_LONG.search(clue.error):
            found.setdefault(f"{clue.lane}:refused", _refused(clue))
    for clue in case.model_calls if full else ():
        if clue.model in full and clue.sent and clue.sent >= least * windows[clue.model]:
            found.setdefault(f"{clue.lane}:{clue.model}", _full(clue, windows[clue.model], least))
    return list(found.values())


def _full(call: Clue, window: int, least: float) -> Found:
    return Found(
        key=f"{call.lane}:{call.model}",
        sentence=f"The prompt reached {tokens(call.sent)} tokens, {share(call.sent or 0, window)} of the "
        f"{tokens(window)} that {call.model} takes.",
        steps=[call.seq],
        at=call.seq,
        numbers={"tokens": call.sent or 0, "window": window},
        used={"context_share": least},
    )


def _refused(clue: Clue) -> Found:
    return Found(
        key=f"{clue.lane}:refused",
        sentence="The model refused a call because its prompt was too long.",
        steps=[clue.seq],
        at=clue.seq,
        severity=Severity.ERROR,
    )


SIGNATURES = (
    Signature(
        slug="token-jump",
        name="Token jump",
        severity=Severity.WARNING,
        about="The prompt grew in one turn by many times what was usual in this run, and by a lot.",
        helps="Cap what the tool may answer, or let the agent read the part that it needs. Every later turn "
        "pays for these tokens again.",
        rule=find_jumps,
        thresholds=("jump_times", "jump_tokens"),
    ),
    Signature(
        slug="avalanche",
        name="Avalanche of small looks",
        severity=Severity.HINT,
        about="The main agent read and searched many times in a row, without an edit or a check, and filled "
        "its prompt with it.",
        helps="Let a sub-agent look around and bring back a summary, or say where to look.",
        rule=find_avalanches,
        thresholds=("avalanche_calls", "avalanche_tokens"),
    ),
    Signature(
        slug="context-full",
        name="Context nearly full",
        severity=Severity.WARNING,
        about="A prompt nearly filled the window that its model is known to have, or was refused as too "
        "long.",
        helps="Compact or begin anew before it is full: agents get worse near the end of their window.",
        rule=find_full_contexts,
        thresholds=("context_share",),
    ),
)
