"""A run in one paragraph, and its causes from the last failure backwards. Rule-made, no model. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.found import Severity
from runs.findings.judge import Judged
from runs.findings.moments import Moment, Sure
from runs.findings.suspects import Suspect
from runs.findings.words import named_call
from runs.kinds import Kind, RunStatus, StepStatus
from runs.words import duration, money, plural, visible


class Bit(Struct, frozen=True, omit_defaults=True):
    """A piece of a sentence. `step` makes it a link to that step, `code` a name or a command."""

    text: str
    step: int | None = None
    code: bool = False


class Cause(Struct, frozen=True, kw_only=True):
    """One stop on the way from the last failure back to what led to it."""

    step: int
    why: str


Sentence = list[Bit]


def _step(seq: int) -> Bit:
    return Bit(f"step {seq}", seq)


_RUNNING = StepStatus.RUNNING
_ENDS = {
    RunStatus.RUNNING: "It is still running",
    RunStatus.DONE: "It ended as done",
    RunStatus.FAILED: "It ended as failed",
    RunStatus.INTERRUPTED: "A human stopped it",
    RunStatus.UNFINISHED: "It went silent without an end",
}
SUSPECTS_NAMED = 3
NOTHING_SAYS = "nothing says that it went sideways"
BIT_CHARS = 400  # of a piece that a trace may have written


def account_of(case: Case, judged: Sequence[Judged], moment: Moment | None) -> list[Bit]:
    """Tell the run: what it changed, what was green, what broke it, what it cost since."""
    told = [
        _edits(case, moment),
        _greens(case, moment),
        *([_broke(case, moment), _since(moment)] if moment else []),
        _end(case, judged, moment),
    ]
    return _joined([sentence for sentence in told if sentence])


def _joined(sentences: Sequence[Sentence]) -> list[Bit]:
    bits: list[Bit] = []
    for sentence in sentences:
        bits += [Bit(" ")] if bits else []
        bits += [Bit(visible(bit.text)[:BIT_CHARS], bit.step, bit.code) for bit in sentence]
    return bits


def _before(case: Case, moment: Moment | None) -> Sequence[Clue]:
    return case.clues if moment is None else case.clues[: case.places[moment.step]]


def _edits(case: Case, moment: Moment | None) -> Sentence:
    touched: dict[str, int] = {}
    end = len(case.clues) if moment is None else case.places[moment.step]
    for clue, touches in case.touched:
        for touch in touches if case.places[clue.seq] < end else ():
            if not touch.outside:
                touched[touch.path] = clue.seq
    if not touched:
        # Of the end of a run a patch handed in may know more than its steps say.
        words = "No file was changed before that point." if moment else "No step tells of a changed file."
        return [Bit(words)] if case.calls else []
    names = list(touched)[:2]
    bits = [Bit("Edited ")]
    for number, path in enumerate(names):
        bits += [Bit(" and " if number else "")] if number else []
        bits.append(Bit(path.rsplit("/", 1)[-1], touched[path], code=True))
    more = f" and {plural(len(touched) - 2, 'more file')}" if len(touched) > 2 else ""
    return [*bits, Bit(f"{more} by "), _step(max(touched.values())), Bit(".")]


def _greens(case: Case, moment: Moment | None) -> Sentence:
    runs = [clue for clue in _before(case, moment) if clue.check and clue.status != _RUNNING]
    if not runs:
        return [] if (moment and moment.check) or not case.calls else [Bit("No check was run.")]
    green = _last_green(runs)
    if green is not None:
        return [Bit(green.check, code=True), Bit(" was green at "), _step(green.seq), Bit(".")]
    reds = [clue for clue in {clue.check: clue for clue in runs}.values() if clue.outcome == Outcome.RED]
    if moment or not reds:
        return []
    return [Bit(reds[-1].check, reds[-1].seq, code=True), Bit(" was red when it last ran.")]


def _last_green(runs: Sequence[Clue]) -> Clue | None:
    """Find the latest check that was green when it last ran."""
    seen: set[str] = set()
    for clue in reversed(runs):
        if clue.check not in seen:
            if clue.outcome == Outcome.GREEN:
                return clue
            seen.add(clue.check)
    return None


def _broke(case: Case, moment: Moment) -> Sentence:
    clue = case.by_seq[moment.step]
    if not moment.check:
        start = "From " if moment.sure != Sure.THIN else "Its last failure is at "
        return [Bit(start), _step(moment.step), Bit(f": {moment.why}")]
    if not moment.suspects:
        return [Bit(moment.why)]
    first = moment.suspects[0]
    how = " without declaring it" if first.hidden else ""
    name = named_call(clue).strip("`")
    times = f", {moment.reds} times" if moment.reds > 1 else ""
    proof = "" if moment.last_green is not None else "; no check was green before, so that it proves little"
    return [
        Bit("At "), _step(first.step), Bit(" "), Bit(name, code=True), Bit(" changed "),
        Bit(first.path.rsplit("/", 1)[-1], first.step, code=True), Bit(f"{how}; "),
        Bit(moment.check, moment.first_red, code=True), Bit(f" has been red since{times}{proof}."),
    ]  # fmt: skip


def _since(moment: Moment) -> Sentence:
    after = moment.after
    if not after.turns and not after.calls:
        return []
    spent = [plural(after.turns, "more turn")] if after.turns else [plural(after.calls, "more call")]
    if after.cost:
        spent.append(("at least " if after.unpriced else "") + money(after.cost))
    if after.ms >= 1_000:
        spent.append(duration(after.ms))
    listed = f"{', '.join(spent[:-1])} and {spent[-1]}" if len(spent) > 1 else spent[0]
    return [Bit(f"After that point: {listed}.")]


def _end(case: Case, judged: Sequence[Judged], moment: Moment | None) -> Sentence:
    end = _ENDS[RunStatus(case.run.status)]
    if (open_call := case.last_open_call) is not None:
        return [
            Bit("It died inside "),
            Bit(open_call.tool, open_call.seq, code=True),
            *_judged(judged, moment),
        ]
    return [Bit(end), *_judged(judged, moment)]


def _judged(judged: Sequence[Judged], moment: Moment | None) -> Sentence:
    if moment is None:
        told = {each.signature.name for each in judged if each.severity > Severity.HINT}
        worth = f"rules found {plural(len(told), 'thing')} worth a look" if told else NOTHING_SAYS
        return [Bit(f"; {worth}.")]
    thin = {Sure.THIN: " The evidence is thin.", Sure.LIKELY: " That is likely, not proven."}
    return [Bit(f".{thin.get(moment.sure, '')}")]


def causes_of(case: Case, moment: Moment | None) -> list[Cause]:
    """Walk from the last failure to what led to it, the last one first; each step once."""
    found: dict[int, str] = {}
    last = next((clue for clue in reversed(case.clues) if _is_failure(clue)), None)
    if last is not None:
        found[last.seq] = "The last failure."
    if moment is not None:
        if moment.first_red is not None:
            found.setdefault(moment.first_red, f"Here `{moment.check}` was red for the first time.")
        for suspect in moment.suspects[:SUSPECTS_NAMED]:
            found.setdefault(suspect.step, _accuse(suspect))
        found.setdefault(moment.step, moment.why)
        decided = _decision(case, moment.step)
        if decided is not None:
            found.setdefault(decided.seq, "The model decided on it here.")
        if moment.last_green is not None:
            found.setdefault(moment.last_green, "The last green check.")
    return [
        Cause(step=seq, why=why) for seq, why in sorted(found.items(), key=lambda item: -case.places[item[0]])
    ]


def _is_failure(clue: Clue) -> bool:
    return clue.failed or clue.kind == Kind.ERROR or clue.outcome == Outcome.RED


def _accuse(suspect: Suspect) -> str:
    how = "without declaring it" if suspect.hidden else f"+{suspect.added} −{suspect.removed}"
    return f"Changed {suspect.path}, {how}."


def _decision(case: Case, step: int) -> Clue | None:
    """Find the model call that asked for a step."""
    lane, place = case.by_seq[step].lane, case.places[step]
    earlier = reversed(case.clues[:place])
    return next((clue for clue in earlier if clue.kind == Kind.LLM and clue.lane == lane), None)
