"""A run as rules see it: facts, clues in the order of the timeline, thresholds of the project. Pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from runs.findings.clues import Clue, Touch
from runs.findings.thresholds import Limits
from runs.kinds import Kind, RunStatus


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


class Case:
    """One run to be judged. What several rules need is worked out once."""

    def __init__(
        self,
        run: RunFacts,
        clues: Sequence[Clue],
        *,
        touches: Mapping[str, Sequence[Touch]] | None = None,
        limits: Limits | None = None,
        mentions: Callable[[], Mapping[int, bytes]] = dict,
    ) -> None:
        self.run = run
        self.limits = limits or Limits()
        self.clues = [clue for clue in in_order(clues) if not clue.is_meta]
        self._touches = touches or {}
        self._mentions = mentions

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
    def calls(self) -> list[Clue]:
        """Tool calls that have ended."""
        return [clue for clue in self.clues if clue.is_tool and clue.is_over]

    @cached_property
    def model_calls(self) -> list[Clue]:
        """Model calls that have ended."""
        return [clue for clue in self.clues if clue.kind == Kind.LLM and clue.is_over]

    @cached_property
    def lanes(self) -> dict[str, list[Clue]]:
        """The ended tool calls of the main agent ("") and of each sub-agent."""
        lanes: dict[str, list[Clue]] = {}
        for clue in self.calls:
            lanes.setdefault(clue.lane, []).append(clue)
        return lanes


def in_order(clues: Sequence[Clue]) -> list[Clue]:
    """Order clues as the timeline does: by start, those without a time last, then by arrival."""
    return sorted(clues, key=lambda clue: (clue.at is None, clue.at or 0, clue.seq))
