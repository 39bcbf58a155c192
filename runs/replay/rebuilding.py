"""Messages made of steps: those after the newest recorded list, or all where none was recorded. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.kinds import Kind, StepStatus
from runs.replay.arguments import object_of
from runs.replay.blocks import parts_of, result_parts
from runs.replay.parts import RULES, Call, Cut, Notes, Part, Result, Role, Text, Turn
from runs.replay.reading import split, turns_of

#: Kinds of steps that a model hears or says.
SPEAKING = (Kind.PROMPT, Kind.LLM, Kind.TOOL, Kind.AGENT, Kind.COMPACTION, Kind.FINAL)
_WITHOUT_RESULT = (StepStatus.RUNNING, StepStatus.UNANSWERED)
_FAILED = (StepStatus.FAILED, StepStatus.DENIED, StepStatus.CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a step says, with its texts whole; `is_cut` where they were cut before they were recorded."""

    kind: str
    key: str
    tool: str = ""
    status: str = StepStatus.OK
    error: str = ""
    input: str = ""
    output: str = ""
    is_cut: bool = False
    is_small: bool = False  #: a compaction that only dropped results


@dataclass(slots=True)
class _Talk:
    notes: Notes
    turns: list[Turn] = field(default_factory=list)
    pending: list[Turn] = field(default_factory=list)  #: heard since the newest answer
    calls: set[str] = field(default_factory=set)  #: that answers announced

    def settle(self) -> None:
        self.turns += self.pending
        self.pending = []


def turns_of_steps(steps: Sequence[Said], notes: Notes, *, before: Sequence[Turn] = ()) -> list[Turn]:
    """Say what a model heard and said in steps, in their order, after what went before."""
    talk = _Talk(notes=notes, turns=list(before))
    for step in steps:
        notes.add(Cut.TEXTS, step.is_cut)
        _TELLERS[Kind(step.kind)](talk, step)
    talk.settle()
    return talk.turns


def _prompt(talk: _Talk, step: Said) -> None:
    talk.pending.append(Turn(role=Role.USER, parts=parts_of(blocks_in(step.input), talk.notes)))


def _call(talk: _Talk, step: Said) -> None:
    """Hear what was new at a call, as it says itself where it does, then its answer."""
    new = blocks_in(step.input)
    if isinstance(new, list):
        heard = turns_of(new, talk.notes)
        while heard and heard[0].role is Role.ASSISTANT and talk.turns:
            heard.pop(0)
        talk.pending = heard
    talk.settle()
    _answer(talk, step.output)


def _answer(talk: _Talk, output: str) -> None:
    content = blocks_in(output)
    if isinstance(content, dict):
        content = content.get("content", [content])
    parts = parts_of(content, talk.notes) if content else ()
    talk.calls |= {part.id for part in parts if isinstance(part, Call)}
    if parts:
        talk.turns += split(Turn(role=Role.ASSISTANT, parts=parts))


def _tool(talk: _Talk, step: Said) -> None:
    if not step.tool:
        return  # a sub-agent's span: the call that started it is a step of its own
    if step.key not in talk.calls:
        talk.settle()
        given = object_of(step.input, talk.notes)
        talk.turns.append(
            Turn(role=Role.ASSISTANT, parts=(Call(id=step.key, name=step.tool, arguments=given),))
        )
    if step.status not in _WITHOUT_RESULT:
        said = blocks_in(step.output or step.error)
        parts = result_parts(said if _are_blocks(said) else step.output or step.error, talk.notes)
        result = Result(call=step.key, parts=parts, failed=step.status in _FAILED)
        talk.pending.append(Turn(role=Role.USER, parts=(result,)))


def _compaction(talk: _Talk, step: Said) -> None:
    """Begin anew with the summary, under the same rules."""
    if step.is_small:
        return
    talk.turns = [turn for turn in talk.turns if turn.role in RULES]
    talk.pending = [Turn(role=Role.USER, parts=(Text(text=step.output),))] if step.output else []


def _final(talk: _Talk, step: Said) -> None:
    said: list[Part] = [part for turn in talk.turns[-1:] for part in turn.parts]
    if step.output and not any(isinstance(part, Text) and part.text == step.output for part in said):
        talk.settle()
        _answer(talk, step.output)


def blocks_in(text: str) -> Any:
    """Read content that was kept as JSON text; other text as it is."""
    if text[:1] not in ("[", "{"):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) or all(isinstance(block, dict) for block in value) else text


def _are_blocks(value: Any) -> bool:
    return isinstance(value, list) and all("type" in block for block in value) and bool(value)


_TELLERS = {
    Kind.PROMPT: _prompt,
    Kind.LLM: _call,
    Kind.TOOL: _tool,
    Kind.AGENT: _tool,
    Kind.COMPACTION: _compaction,
    Kind.FINAL: _final,
}
