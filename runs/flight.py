"""The small flight strip of the run list: a tick a step. Pure."""

from dataclasses import dataclass

from runs.kinds import Kind, StepStatus
from runs.tools import Family, family_of

TICKS = 30
_PITCH, _WIDTH = 5, 3.6

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """What a tick needs of a step."""

    kind: str
    tool: str
    status: str
    changes: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A tick as drawn: place, height, colour."""

    x: float
    y: int
    height: int
    colour: str
    width: float = _WIDTH


def colour_of(tick: Tick) -> str:
    """Name the colour of a step: failures and retries before everything else."""
    if tick.kind != Kind.RETRY and tick.status in (StepStatus.FAILED, StepStatus.DENIED):
        return "fail"
    if tick.kind != Kind.TOOL:
        return _DOTS.get(Kind(tick.kind), "tool")
    family = family_of(tick.tool)
    if family is Family.AGENT:
        return "agent"
    return "edit" if tick.changes or family in (Family.EDIT, Family.WRITE) else "tool"


def bars_of(ticks: list[Tick]) -> list[Bar]:
    """Draw the ticks from the left; failures stand out by height, too."""
    colours = [colour_of(tick) for tick in ticks[-TICKS:]]
    return [
        Bar(round(number * _PITCH, 1), 0 if colour == "fail" else 4, 18 if colour == "fail" else 12, colour)
        for number, colour in enumerate(colours)
    ]


def words_of(ticks: list[Tick]) -> str:
    """Say a strip in words, for those who do not see it."""
    colours = [colour_of(tick) for tick in ticks]
    parts = [
        f"{colours.count(colour)} {word}"
        for colour, word in (("fail", "failed"), ("retry", "retried"), ("edit", "edits"))
        if colour in colours
    ]
    return f"Last {len(ticks)} steps" + (": " + ", ".join(parts) if parts else "")
