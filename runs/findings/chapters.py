"""A run in chapters: explored, edited, checked, …: what the main agent did, in a dozen lines at most. Pure.

What sub-agents did belongs to the chapter in which it happened.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.limits import CHAPTERS_MOST
from runs.kinds import FAILED_STATES, Kind, Origin
from runs.tools import EDITING, SAYING, Family
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

    __hash__ = str.__hash__  # an enum's own is Python, and takes as long as all the rest of a look-up


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
#: Kinds of steps that are a deed in themselves.
_DEEDS = {str(Kind.PROMPT): Deed.ASK, str(Kind.FINAL): Deed.ANSWER, str(Kind.AGENT): Deed.DELEGATE}
_DECLARED = str(Origin.DECLARED)
_PROMPT, _LLM, _TOOL, _RETRY = map(str, (Kind.PROMPT, Kind.LLM, Kind.TOOL, Kind.RETRY))
_DELEGATING, _ASK = str(Family.AGENT), Deed.ASK
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
        return (self.end - self.begin) * _TELLING[self.deed]

    @property
    def size(self) -> tuple[bool, int]:
        """Order parts by what may be joined first."""
        return self.asked, (self.end - self.begin) * _TELLING[self.deed]


#: What was edited and checked says more of a run than what was read.
_TELLING = dict.fromkeys(Deed, 1) | {Deed.EDIT: 4, Deed.CHECK: 4, Deed.DELEGATE: 3, Deed.ASK: 0}


def chapters_of(case: Case) -> list[Chapter]:
    """Divide a run into chapters."""
    parts = _fewest(_joined(_parts_of(case)))
    return [_chapter(case, part.deed, case.clues[part.begin : part.end]) for part in parts]


def _parts_of(case: Case) -> list[Part]:
    """Give each step to a deed; model calls and all without a deed of its own go with what comes next."""
    parts: list[Part] = []
    last: Deed | None = None  # the deed of the part that goes on
    begin = end = 0
    waiting: int | None = None
    for place, clue in enumerate(case.clues):
        deed = None if clue.lane or (kind := clue.kind) == _LLM else _deed_of(case, clue, kind)
        if deed is not None:
            if last is None or deed != last or deed == _ASK:
                if last is not None:
                    parts.append(Part(last, begin, end, last == _ASK))
                last, begin = deed, place if waiting is None else waiting
            waiting, end = None, place + 1
        elif waiting is None and clue.lane and last is not None:
            end = place + 1
        elif waiting is None:
            waiting = place
    if last is not None:
        parts.append(Part(last, begin, end, last == _ASK))
    if waiting is not None:
        parts.append(Part(last or Deed.RUN, waiting, len(case.clues), False))
    return parts


def _deed_of(case: Case, clue: Clue, kind: str) -> Deed | None:
    if kind in _DEEDS:
        return _DEEDS[kind]
    family = clue.family
    if family == _DELEGATING:
        return Deed.DELEGATE
    if kind != _TOOL:
        return None
    if clue.check:
        return Deed.CHECK
    if family in EDITING or case.touches_of(clue):
        return Deed.EDIT
    if family in _EXPLORING or _only_looks(clue.command):
        return Deed.EXPLORE
    return Deed.PLAN if family in _PLANNING else Deed.RUN


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
    if len(parts) <= CHAPTERS_MOST:
        return parts
    at = min(range(1, len(parts)), key=[part.size for part in parts].__getitem__)
    # Plans that begin with a prompt join their neighbours this first time.
    chain = _Chain(_joined([*parts[: at - 1], _merged(parts[at - 1], parts[at]), *parts[at + 1 :]]))
    while chain.length > CHAPTERS_MOST:
        chain.join_least()
    return chain.parts


class _Chain:
    """Parts in a row, of which the least is always at hand: a long run has thousands."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.length = len(parts)
        self.slots: list[Part | None] = list(parts)
        self.before = list(range(-1, len(parts) - 1))
        self.after = list(range(1, len(parts) + 1))
        self.sizes = [part.size for part in parts]
        self.least = list(
            zip(self.sizes[1:], self.after, strict=False)
        )  # the first one has no left neighbour
        heapify(self.least)

    @property
    def parts(self) -> list[Part]:
        return [part for part in self.slots if part is not None]

    def join_least(self) -> None:
        """Join the least part with the one before it, and the result with neighbours of the same deed."""
        size, at = heappop(self.least)
        right = self.slots[at]
        if right is None or self.sizes[at] != size:
            return  # it was joined since
        left, end = self.before[at], self.after[at]
        begin = left if self.before[left] < 0 else self.before[left]
        merged = _merged(self._part(left), right)
        places = [begin, left] if begin != left else [left]
        window = [self._part(begin), merged] if begin != left else [merged]
        if end < len(self.slots):
            places, window = [*places, end], [*window, self._part(end)]
        self._drop(at)
        self._put(places, window, _joined(window))

    def _put(self, places: list[int], old: list[Part], new: list[Part]) -> None:
        """Let the first of some neighbouring slots hold the new parts, and drop the rest."""
        for place, was, part in zip(places, old, new, strict=False):
            if part is was and self.slots[place] is was:
                continue
            self.slots[place], self.sizes[place] = part, part.size
            if place:
                heappush(self.least, (self.sizes[place], place))
        for place in places[len(new) :]:
            self._drop(place)

    def _part(self, place: int) -> Part:
        part = self.slots[place]
        assert part is not None
        return part

    def _drop(self, place: int) -> None:
        self.slots[place] = None
        self.length -= 1
        before, after = self.before[place], self.after[place]
        self.after[before] = after
        if after < len(self.slots):
            self.before[after] = before


def _merged(left: Part, right: Part) -> Part:
    return _together(left, right, left.deed if left.weight >= right.weight else right.deed)


def _chapter(case: Case, deed: Deed, clues: list[Clue]) -> Chapter:
    starts = [at for clue in clues if (at := clue.at) is not None]
    ends = [end for clue in clues if (end := clue.until or clue.at) is not None]
    own = [clue for clue in clues if not clue.lane]
    title, tone = _TITLES[deed](case, own)
    return Chapter(
        deed=deed,
        asked=any(clue.kind == _PROMPT for clue in own),
        first=clues[0].seq,
        last=clues[-1].seq,
        title=title,
        tone=tone,
        steps=len(clues),
        failures=len([clue for clue in clues if clue.status in FAILED_STATES and clue.kind != _RETRY]),
        ms=max(0, max(ends) - min(starts)) if starts and ends else 0,
        cost=round(sum([clue.cost or 0.0 for clue in clues]), 6),
    )


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
    counted = [touch for touch in touches if touch.hidden or touch.origin == _DECLARED]
    added, removed = sum(touch.added for touch in counted), sum(touch.removed for touch in counted)
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
    calls = [clue for clue in clues if clue.is_tool and clue.tool not in SAYING]
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
