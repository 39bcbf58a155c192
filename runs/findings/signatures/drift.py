"""Context drift: the agent looks at what it has just seen, and writes over what it has just written. Pure."""

from collections.abc import Iterator

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.found import Found, Severity, Signature
from runs.findings.fragments import hashes_in
from runs.findings.words import named_call, quoted
from runs.kinds import Kind, StepStatus
from runs.tools import Family
from runs.words import plural, size

_SEARCHES = frozenset({Family.GREP, Family.GLOB, Family.SEARCH, Family.FETCH})
_LOOKS = _SEARCHES | {Family.READ}
_READ, _GREP, _OK, _GREEN = str(Family.READ), str(Family.GREP), str(StepStatus.OK), str(Outcome.GREEN)
_COMPACTION, _PROMPT = str(Kind.COMPACTION), str(Kind.PROMPT)
_NEVER: tuple[int, list[Clue]] = (-2, [])
_BYTES_PER_TOKEN = 4  # of prose and code, roughly


def find_rereads(case: Case) -> list[Found]:
    """Find files read again, the same part with the same result, with nothing compacted or changed since."""
    least, seen = case.limits["reread_bytes"], _Seen()
    for clue in _looks(case, seen):
        path = clue.seen or clue.path
        if clue.looking == _READ and path and clue.out_size >= least:
            seen.note(clue, (path, clue.part or clue.command), since=seen.changed.get(path, -1))
    return [_reread(case, group, least) for group in seen.repeated]


def _reread(case: Case, group: list[Clue], least: float) -> Found:
    first, again = group[:2]
    turns = case.turns_between(first, again)
    times = "" if len(group) == 2 else f" {len(group) - 1} times"
    return Found(
        key=f"{first.lane}:{first.seen or first.path}:{first.part}:{first.seq}",
        sentence=f"{named_call(first)} was done again{times}{_later(turns)}, though the file had not "
        f"changed ({size(first.out_size)} each time).",
        steps=[call.seq for call in group],
        at=again.seq,
        numbers={
            "repeats": len(group) - 1,
            "turns_ago": turns,
            "tokens": sum(call.out_size for call in group[1:]) // _BYTES_PER_TOKEN,
        },
        used={"reread_bytes": least},
    )


def _later(turns: int) -> str:
    return f" {plural(turns, 'turn')} later" if turns else ""


def find_repeated_searches(case: Case) -> list[Found]:
    """Find the same search in the same place with the same result, while no file changed."""
    seen = _Seen()
    for clue in _looks(case, seen):
        if clue.family in _SEARCHES and clue.query:
            seen.note(clue, (clue.family, clue.query, clue.path), since=seen.last_change)
        elif clue.look == _GREP:
            seen.note(clue, (clue.look, clue.command), since=seen.last_change)
    return [_repeated_search(case, group) for group in seen.repeated]


def _repeated_search(case: Case, group: list[Clue]) -> Found:
    first, again = group[:2]
    turns = case.turns_between(first, again)
    where = f" in {first.path}" if first.path else ""
    what = named_call(first) if first.look else f"for {quoted(first.query, limit=60)}{where}"
    times = "" if len(group) == 2 else f" {len(group) - 1} times"
    return Found(
        key=f"{first.lane}:{first.query or first.command[:60]}:{first.path}:{first.seq}",
        sentence=f"The search {what} was repeated{times}{_later(turns)}, with the same result.",
        steps=[call.seq for call in group],
        at=again.seq,
        numbers={"repeats": len(group) - 1, "turns_ago": turns},
    )


class _Seen:
    """What each lane has in its context: looks by what they asked for, and when files changed since."""

    def __init__(self) -> None:
        self.changed: dict[str, int] = {}
        self.last_change = -1
        self.place = -1
        self.lanes: dict[str, dict[tuple[str, ...], tuple[int, list[Clue]]]] = {}
        self.repeated: list[list[Clue]] = []

    def note(self, clue: Clue, asked: tuple[str, ...], *, since: int) -> None:
        known = self.lanes.setdefault(clue.lane, {})
        place, group = known.get(asked, _NEVER)
        if place > since and group[0].result == clue.result:
            group.append(clue)
            if len(group) == 2:
                self.repeated.append(group)
        else:
            group = [clue]
        known[asked] = self.place, group


def _looks(case: Case, seen: _Seen) -> Iterator[Clue]:
    """Give the good calls with a known result, and tell `seen` of compactions and changes on the way."""
    for seen.place, clue in case.once(_remembered):
        if clue.kind == _COMPACTION:
            seen.lanes.pop(clue.lane, None)
            continue
        for touch in case.touches_of(clue):
            seen.changed[touch.path] = seen.changed[touch.old_path] = seen.last_change = seen.place
        if clue.result and clue.status == _OK:
            yield clue


def _remembered(case: Case) -> list[tuple[int, Clue]]:
    """List what makes and unmakes an agent's memory, with places: looks, changes and compactions."""
    changed = {clue.seq for clue, _ in case.touched}
    return [
        (place, clue)
        for place, clue in enumerate(case.clues)
        if clue.family in _LOOKS or clue.look or clue.seq in changed or clue.kind == _COMPACTION
    ]


def find_reworks(case: Case) -> list[Found]:
    """Find lines rewritten again and again within one task: each edit takes away what the last one wrote.

    A new prompt of the human and a green check begin anew: work that was wanted, or that stood.
    """
    least = int(case.limits["rework_edits"])
    written: dict[str, dict[bytes, tuple[int, ...]]] = {}
    found: dict[str, Found] = {}
    marks = [
        clue for clue in case.clues if clue.dropped or clue.added or clue.outcome or clue.kind == _PROMPT
    ]
    for clue in marks:
        if (clue.kind == _PROMPT and not clue.lane) or clue.outcome == _GREEN:
            written = {}
        elif clue.status == _OK and clue.path:
            chain = _rewrite(written.setdefault(clue.path, {}), clue)
            if len(chain) > least:
                key = f"{clue.path}:{chain[0]}"
                at = found[key].at if key in found else chain[least]
                found[key] = _rework(clue, chain, key=key, at=at, least=least)
    return list(found.values())


def _rewrite(lines: dict[bytes, tuple[int, ...]], clue: Clue) -> tuple[int, ...]:
    """Note what an edit wrote: the edits of these lines so far, this one last."""
    gone = [lines.pop(line) for line in hashes_in(clue.dropped) if line in lines]
    chain = (*max(gone, key=len, default=()), clue.seq)
    lines.update(dict.fromkeys(hashes_in(clue.added), chain))
    return chain


def _rework(clue: Clue, chain: tuple[int, ...], *, key: str, at: int, least: int) -> Found:
    return Found(
        key=key,
        sentence=f"Lines of {clue.path} were written and then rewritten {len(chain) - 1} times within one "
        "task, with no green check in between.",
        steps=list(chain),
        at=at,
        numbers={"rewrites": len(chain) - 1, "path": clue.path},
        used={"rework_edits": least},
    )


SIGNATURES = (
    Signature(
        slug="re-read",
        name="Read again",
        severity=Severity.HINT,
        about="A file was read again, in the same part and with the same result, although nothing had "
        "changed or been compacted since.",
        helps="The first copy is still in the context. Long contexts make agents forget: smaller tasks, or a "
        "summary of what was found, help.",
        rule=find_rereads,
        thresholds=("reread_bytes",),
    ),
    Signature(
        slug="repeated-search",
        name="Repeated search",
        severity=Severity.HINT,
        about="The same search in the same place gave the same result again, while no file changed.",
        helps="Say in the prompt or in the project's notes where things are; ask the agent to note what it "
        "found.",
        rule=find_repeated_searches,
    ),
    Signature(
        slug="edit-over-edit",
        name="Edit over edit",
        severity=Severity.WARNING,
        about="Lines that an edit wrote were replaced by the next edit, again and again, within one task and "
        "without a green check.",
        helps="The agent is guessing. Give it a check that says what is wrong, or stop it and explain.",
        rule=find_reworks,
        thresholds=("rework_edits",),
    ),
)
