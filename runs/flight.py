"""The small flight strip of the run list: a tick a step. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from runs.kinds import Kind, StepStatus
from runs.tools import EDITING, Family, family_of

TICKS = 30
_PITCH = 5

_DOTS = {
    Kind.LLM: "llm",
    Kind.PROMPT: "prompt",
    Kind.AGENT: "agent",
    Kind.HANDOFF: "agent",
    Kind.RETRY: "retry",
    Kind.COMPACTION: "compact",
    Kind.ERROR: "fail",
    Kind.FINAL: "final",
    Kind.EVENT: "event",
    Kind.PERMISSION: "wait",
    Kind.GUARDRAIL: "wait",
}


class Tick(NamedTuple):
    """What a tick needs of a step."""

    kind: str
    tool: str
    status: str
    changes: int


@dataclass(frozen=True, slots=True)
class Bars:
    """All ticks of one colour: one path, since a list of 50 runs has 1,500 ticks."""

    colour: str
    path: str


@lru_cache(maxsize=4096)
def colour_of(tick: Tick) -> str:
    """Name the colour of a step: failures and retries before everything else."""
    if tick.kind != Kind.RETRY and tick.status in (StepStatus.FAILED, StepStatus.DENIED):
        return "fail"
    if tick.kind != Kind.TOOL:
        return _DOTS.get(Kind(tick.kind), "tool")
    family = family_of(tick.tool)
    if family is Family.AGENT:
        return "agent"
    return "edit" if tick.changes or family in EDITING else "tool"


def bars_of(ticks: list[Tick]) -> list[Bars]:
    """Draw the ticks from the left; failures stand out by height, too."""
    paths: dict[str, str] = {}
    for number, tick in enumerate(ticks[-TICKS:]):
        colour = colour_of(tick)
        top, length = (0, 18) if colour == "fail" else (4, 12)
        bar = f"M{number * _PITCH + 2} {top}v{length}"
        paths[colour] = paths.get(colour, "") + bar
    return [Bars(colour, path) for colour, path in paths.items()]


def words_of(ticks: list[Tick]) -> str:
    """Say a strip in words, for those who do not see it."""
    colours = [colour_of(tick) for tick in ticks]
    parts = [
        f"{colours.count(colour)} {word}"
        for colour, word in (("fail", "failed"), ("retry", "retried"), ("edit", "edits"))
        if colour in colours
    ]
    return f"Last {len(ticks)} steps" + (": " + ", ".join(parts) if parts else "")
