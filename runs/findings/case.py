"""A run as rules see it: facts, clues in the order of the timeline, thresholds of the project. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from runs.findings.clue_cache import Page
from runs.findings.clues import Clue, Touch
from runs.findings.deeds import Deed
from runs.findings.habits import AskHabits, no_habits
from runs.findings.sensitive import DEFAULTS, Patterns
from runs.findings.series import CheckSeries, series_of_calls
from runs.findings.thresholds import Limits
from runs.kinds import FAILED_STATES, Kind, RunStatus, StepStatus
from runs.tools import EDITING

# Looked at once for each of many clues: an attribute of an enum costs as much as the comparison.
_TOOL, _AGENT, _LLM, _RUNNING, _WRITES = Kind.TOOL, Kind.AGENT, Kind.LLM, StepStatus.RUNNING, Deed.WRITES
#: After these, what was asked before may be asked again: the human spoke, or the context was cut.
_STARTS = Kind.PROMPT, Kind.COMPACTION
_TALK = *_STARTS, Kind.LLM
_ERROR, _RETRY, _OK = Kind.ERROR, Kind.RETRY, StepStatus.OK

_seq_of, _at_of = attrgetter("seq"), attrgetter("at")

Made = TypeVar("Made")


class RunFacts(Struct, frozen=True, kw_only=True):
    """What rules need of the run itself. Times are whole milliseconds since 1970."""

    status: str = RunStatus.RUNNING
    outcome: str = ""
    error: str = ""
    agent: str = ""
    model: str = ""
    cwd: str = ""
    turns: int = 0
    cost: float = 0.0  #: dollars, of the calls with a known price
    started: int | None = None
    ended: int | None = None
    updated: int | None = None  #: when something of it last arrived

    @property
    def is_over(self) -> bool:
        return self.status != RunStatus.RUNNING


class _Split(NamedTuple):
    """What one look at all steps of a run finds."""

    by_kind: dict[str, list[int]]  #: places
    touched: list[tuple[Clue, Sequence[Touch]]]
    failures: list[Clue]
    changing: list[int]


class Lane(NamedTuple):
    """Calls of one agent, and beside them their names, see `Case.names`."""

    calls: list[Clue]
    names: list[int]


class Case:
    """One run to be judged. What several rules need is worked out once."""

    def __init__(
        self,
        run: RunFacts,
        clues: Sequence[Clue],
        *,
        pages: Sequence[Page] | None = None,
        touches: Mapping[str, Sequence[Touch]] | None = None,
        limits: Limits | None = None,
        sensitive: Sequence[str] = DEFAULTS,
        mentions: Callable[[], Mapping[int, bytes]] = dict,
        habits: AskHabits = no_habits,
    ) -> None:
        self.run = run
        self.limits = limits or Limits()
        self.clues = [clue for clue in in_order(clues) if not clue.is_meta]
        self.pages = [Page(0, clues)] if pages is None else pages
        self.sensitive = Patterns(sensitive)
        self._touches = touches or {}
        self._mentions = mentions
        self.habits = habits  #: how long calls of tools took in the project before this run
        self._made: dict[Any, Any] = {}

    def once(self, make: "Callable[[Case], Made]") -> Made:
        """Work something out of this run, once for all rules that ask."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    @property
    def last_open_call(self) -> Clue | None:
        """Find the last call of a tool that was open when the run went silent: there it died."""
        if self.run.status != RunStatus.UNFINISHED:
            return None
        unanswered = (c for c in reversed(self.clues) if c.is_tool and c.status == StepStatus.UNANSWERED)
        return next(unanswered, None)

    def touches_of(self, clue: Clue) -> Sequence[Touch]:
        """List the files that a step changed."""
        return self._touches.get(clue.key, ())

    @cached_property
    def mentions(self) -> Mapping[int, bytes]:
        """Paths that steps name, see `runs.findings.mentions`, by their numbers; read only when asked for."""
        return self._mentions()

    @cached_property
    def places(self) -> dict[int, int]:
        """Place of each step on the timeline, by its number."""
        return {clue.seq: place for place, clue in enumerate(self.clues)}

    @cached_property
    def by_seq(self) -> dict[int, Clue]:
        """Each step by its number."""
        return {clue.seq: clue for clue in self.clues}

    @cached_property
    def _split(self) -> _Split:
        """Look at each step once for all who need some of them."""
        split, touches = _Split({}, [], [], []), self._touches
        by_kind, touched, failures, changing = split
        for place, clue in enumerate(self.clues):
            kind, status = clue.kind, clue.status
            if kind in by_kind:
                by_kind[kind].append(place)
            else:
                by_kind[kind] = [place]
            has_failed = status != _OK and status in FAILED_STATES
            if (has_failed or kind == _ERROR) and kind != _RETRY:
                failures.append(clue)
            if clue.key in touches:
                touched.append((clue, touches[clue.key]))
                changing.append(place)
            elif (clue.deed == _WRITES or clue.family in EDITING) and not has_failed:
                changing.append(place)
        return split

    def places_of(self, *kinds: str) -> list[int]:
        """Places of the steps of some kinds, in their order."""
        by_kind = self._split.by_kind
        found = [by_kind[kind] for kind in kinds if kind in by_kind]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    @cached_property
    def calls(self) -> list[Clue]:
        """Tool calls that have ended."""
        clues = self.clues
        return [
            clue
            for place in self.places_of(_TOOL, _AGENT)
            if (clue := clues[place]).status != _RUNNING and (clue.tool or clue.kind == _TOOL)
        ]

    @cached_property
    def series(self) -> list[CheckSeries]:
        """The tests, builds and linters of the run, each as a series of outcomes."""
        return series_of_calls(self.calls)

    @cached_property
    def red_series(self) -> list[CheckSeries]:
        """Those that were ever red."""
        return [series for series in self.series if series.streaks]

    def turns_between(self, earlier: Clue, later: Clue) -> int:
        """Count the model calls of the later step's lane between two steps, on the timeline."""
        answers = self._answers.get(later.lane, [])
        begun, ended = self.places[earlier.seq], self.places[later.seq]
        return max(bisect_left(answers, ended) - bisect_left(answers, begun), 0)

    @cached_property
    def _answers(self) -> dict[str, list[int]]:
        """Places of the model calls of each lane."""
        places: dict[str, list[int]] = {}
        for place in self.places_of(_LLM):
            places.setdefault(self.clues[place].lane, []).append(place)
        return places

    @cached_property
    def talk(self) -> list[Clue]:
        """Prompts, model calls and compactions."""
        return [self.clues[place] for place in self.places_of(*_TALK)]

    @property
    def failures(self) -> list[Clue]:
        """Steps that failed or were denied, and errors that are no call's own."""
        return self._split.failures

    @cached_property
    def failed_calls(self) -> list[Clue]:
        """Tool calls that failed or were denied."""
        return [call for call in self.calls if call.status in FAILED_STATES]

    @cached_property
    def names(self) -> list[int]:
        """Beside `calls`, a number for each: that of the first one of its lane that asked for the same."""
        first: dict[tuple[str, str, bytes], int] = {}
        number = first.setdefault
        return [number((call.lane, call.tool, call.args), at) for at, call in enumerate(self.calls)]

    @cached_property
    def repeats(self) -> dict[int, int]:
        """Names of calls that were made more than once, and how often."""
        return {name: count for name, count in Counter(self.names).items() if count > 1}

    @property
    def touched(self) -> list[tuple[Clue, Sequence[Touch]]]:
        """Steps that changed files, with the changes."""
        return self._split.touched

    @cached_property
    def starts(self) -> dict[str, list[int]]:
        """Places, by lane, where the human spoke or the context was cut."""
        found: dict[str, list[int]] = {}
        for place in self.places_of(*_STARTS):
            found.setdefault(self.clues[place].lane, []).append(place)
        return found

    @property
    def changing(self) -> list[int]:
        """Places after which what was asked before may have another answer: something was written."""
        return self._split.changing

    @cached_property
    def model_calls(self) -> list[Clue]:
        """Model calls that have ended."""
        clues = self.clues
        return [clue for place in self.places_of(_LLM) if (clue := clues[place]).status != _RUNNING]

    @cached_property
    def lanes(self) -> dict[str, Lane]:
        """The ended tool calls of the main agent ("") and of each sub-agent."""
        lanes: dict[str, Lane] = {}
        for call, name in zip(self.calls, self.names, strict=True):
            lane = lanes.get(call.lane)
            if lane is None:
                lane = lanes[call.lane] = Lane([], [])
            lane.calls.append(call)
            lane.names.append(name)
        return lanes


def in_order(clues: Sequence[Clue]) -> list[Clue]:
    """Order clues as the timeline does: by start, those without a time last, then by arrival."""
    ordered = sorted(clues, key=_seq_of)
    timed = [clue for clue in ordered if clue.at is not None]
    timed.sort(key=_at_of)
    return timed if len(timed) == len(ordered) else timed + [clue for clue in ordered if clue.at is None]
