"""A run in chapters: explored, edited, checked, …: what the main agent did, in a dozen lines at most. Pure.

What sub-agents did belongs to the chapter in which it happened.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.limits import CHAPTERS_MOST
from runs.kinds import Kind
from runs.tools import EDITING, Family
from runs.words import one_line, plural


class Deed(StrEnum):
    """What a chapter is about."""

    ASK = "ask"  #: a human's prompt, and nothing after it
    EXPLORE = "explore"
    EDIT = "edit"
    CHECK = "check"
    RUN = "run"  #: other commands and tools
    DELEGATE = "delegate"
    PLAN = "plan"
    ANSWER = "answer"


class Chapter(Struct, frozen=True, kw_only=True):
    """Steps in a row with one purpose."""

    deed: Deed
    asked: bool = False  #: it begins with a human's prompt
    first: int  #: numbers of its first and last step
    last: int
    title: str
    steps: int = 0
    failures: int = 0
    ms: int = 0
    cost: float = 0.0
    tone: str = ""  #: "", "ok", "fail"


_EXPLORING = frozenset({Family.READ, Family.GREP, Family.GLOB, Family.FETCH, Family.SEARCH, Family.SKILL})
_PLANNING = frozenset({Family.TODO, Family.PLAN, Family.ASK})
#: Commands that only look.
_LOOKING = frozenset(
    {"ls", "cat", "head", "tail", "grep", "rg", "find", "wc", "pwd", "tree", "stat", "which", "file", "sed",
     "awk", "cd", "echo", "diff", "du", "env", "type", "sort", "uniq", "less"}
)  # fmt: skip
_LOOKING_AT_GIT = ("git status", "git log", "git diff", "git show", "git branch", "git blame", "git ls-files")


class Part(NamedTuple):
    """Neighbouring clues with one deed, by their places: from `begin` to before `end`."""

    deed: Deed
    begin: int
    end: int
    asked: bool  #: a human's prompt is among them

    @property
    def weight(self) -> int:
        """Say how much it tells of the run."""
        return (self.end - self.begin) * _TELLING.get(self.deed, 1)

    @property
    def size(self) -> tuple[bool, int]:
        """Order parts by what may be joined first."""
        return self.asked, self.weight


#: What was edited and checked says more of a run than what was read.
_TELLING = {Deed.EDIT: 4, Deed.CHECK: 4, Deed.DELEGATE: 3, Deed.ASK: 0}


def chapters_of(case: Case) -> list[Chapter]:
    """Divide a run into chapters."""
    parts = _fewest(_joined(_parts_of(case)))
    return [_chapter(case, part.deed, case.clues[part.begin : part.end]) for part in parts]


def _parts_of(case: Case) -> list[Part]:
    """Give each step to a deed; model calls and all without a deed of its own go with what comes next."""
    parts: list[Part] = []
    waiting: int | None = None
    for place, clue in enumerate(case.clues):
        deed = None if clue.lane else _deed_of(case, clue)
        if deed is not None:
            parts.append(Part(deed, place if waiting is None else waiting, place + 1, deed == Deed.ASK))
            waiting = None
        elif waiting is None and clue.lane and parts:
            parts[-1] = parts[-1]._replace(end=place + 1)
        elif waiting is None:
            waiting = place
    if waiting is not None:
        parts.append(Part(parts[-1].deed if parts else Deed.RUN, waiting, len(case.clues), False))
    return parts


def _deed_of(case: Case, clue: Clue) -> Deed | None:
    if clue.kind == Kind.PROMPT:
        return Deed.ASK
    if clue.kind == Kind.FINAL:
        return Deed.ANSWER
    if clue.kind == Kind.AGENT or clue.family == Family.AGENT:
        return Deed.DELEGATE
    if not clue.is_tool:
        return None
    if clue.check:
        return Deed.CHECK
    if clue.family in EDITING or case.touches_of(clue):
        return Deed.EDIT
    if clue.family in _EXPLORING or _only_looks(clue.command):
        return Deed.EXPLORE
    return Deed.PLAN if clue.family in _PLANNING else Deed.RUN


def _only_looks(command: str) -> bool:
    return command.startswith(_LOOKING_AT_GIT) or command.split(" ", 1)[0] in _LOOKING


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Join neighbours of one deed; a plan is no chapter of its own, and a prompt begins the next one."""
    joined: list[Part] = []
    for part in parts:
        before = joined[-1].deed if joined else None
        if (
            before == Deed.ASK
            or (before == part.deed and not part.asked)
            or (joined and part.deed == Deed.PLAN)
        ):
            joined[-1] = _together(joined[-1], part, part.deed if before == Deed.ASK else joined[-1].deed)
        else:
            joined.append(part)
    return joined


def _together(left: Part, right: Part, deed: Deed) -> Part:
    return Part(deed, left.begin, right.end, left.asked or right.asked)


def _fewest(parts: list[Part]) -> list[Part]:
    """Join the two least neighbours until few are left; what begins with a prompt goes last of all."""
    sizes = [part.size for part in parts]  # kept beside: a long run has hundreds of parts
    reach = len(parts)  # plans that begin with a prompt join their neighbours the first time
    while len(parts) > CHAPTERS_MOST:
        at = min(range(1, len(parts)), key=sizes.__getitem__)
        left, right = parts[at - 1], parts[at]
        deed = left.deed if left.weight >= right.weight else right.deed
        begin, end = max(at - reach, 0), at + reach
        reach = 2
        around = _joined([*parts[begin : at - 1], _together(left, right, deed), *parts[at + 1 : end]])
        parts[begin:end] = around
        sizes[begin:end] = [part.size for part in around]
    return parts


def _asks(clues: Sequence[Clue]) -> bool:
    return any(clue.kind == Kind.PROMPT and not clue.lane for clue in clues)


def _chapter(case: Case, deed: Deed, clues: list[Clue]) -> Chapter:
    starts = [clue.at for clue in clues if clue.at is not None]
    ends = [end for clue in clues if (end := clue.until or clue.at) is not None]
    chapter = Chapter(
        deed=deed,
        asked=_asks(clues),
        first=clues[0].seq,
        last=clues[-1].seq,
        title="",
        steps=len(clues),
        failures=sum(clue.failed for clue in clues),
        ms=max(0, max(ends) - min(starts)) if starts and ends else 0,
        cost=round(sum(clue.cost or 0.0 for clue in clues), 6),
    )
    title, tone = _TITLES[deed](case, [clue for clue in clues if not clue.lane])
    return replace(chapter, title=title, tone=tone)


def _asked(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    return "Asked", ""


def _explored(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    files = {clue.path for clue in clues if clue.family == Family.READ and clue.path}
    searches = sum(clue.family in (Family.GREP, Family.GLOB) for clue in clues)
    told = [f"read {_names(files)}"] if files else []
    told += [plural(searches, "search")] if searches else []
    return "Explored" + (f": {', '.join(told)}" if told else ""), ""


def _edited(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    every = [touch for clue in clues for touch in case.touches_of(clue)]
    touches = [touch for touch in every if not touch.outside]
    files = {touch.path for touch in touches}
    if not files:
        outside = len({touch.path for touch in every})
        told = f"Edited {plural(outside, 'file')} outside the repository"
        return (told, "") if outside else ("Tried to edit", "fail")
    added, removed = sum(touch.added for touch in touches), sum(touch.removed for touch in touches)
    return f"Edited {_names(files)}, +{added} −{removed}", ""


CHECKS_NAMED = 2


def _checked(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    checks = [clue for clue in clues if clue.check]
    outcomes = Counter([(clue.check, clue.outcome) for clue in checks])
    words = {Outcome.GREEN: "green", Outcome.RED: "red", Outcome.UNKNOWN: "unknown"}
    told = [
        f"{one_line(check, limit=40)} {words[Outcome(outcome)]}" + (f" ×{times}" if times > 1 else "")
        for (check, outcome), times in islice(outcomes.items(), CHECKS_NAMED)
    ]
    tones = {Outcome.GREEN: "ok", Outcome.RED: "fail", Outcome.UNKNOWN: ""}
    last = Outcome(checks[-1].outcome) if checks else Outcome.UNKNOWN
    more = f" and {len(outcomes) - len(told)} more" if len(outcomes) > len(told) else ""
    return f"Checked: {', '.join(told)}{more}", tones[last]


def _ran(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    calls = [clue for clue in clues if clue.is_tool]
    names = Counter(clue.command.split(" ", 1)[0] or clue.tool for clue in calls)
    return f"Ran {_names(names)}" if names else "Worked", ""


def _delegated(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    spans = sum(clue.kind == Kind.AGENT for clue in clues)
    calls = sum(clue.family == Family.AGENT for clue in clues)
    return f"Delegated to {plural(max(1, spans, calls), 'sub-agent')}", ""


def _planned(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    return "Planned", ""


def _answered(case: Case, clues: Sequence[Clue]) -> tuple[str, str]:
    return "Answered", ""


_TITLES = {
    Deed.ASK: _asked,
    Deed.EXPLORE: _explored,
    Deed.EDIT: _edited,
    Deed.CHECK: _checked,
    Deed.RUN: _ran,
    Deed.DELEGATE: _delegated,
    Deed.PLAN: _planned,
    Deed.ANSWER: _answered,
}


def _names(paths: set[str] | Counter[str]) -> str:
    """Name up to two files, and say how many more there are."""
    names = sorted({path.rstrip("/").rsplit("/", 1)[-1] for path in paths})
    shown = ", ".join(names[:2])
    return shown if len(names) <= 2 else f"{shown} and {len(names) - 2} more"
