"""Why two runs part, in a sentence, with what is known and what is not. Pure."""

import json
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from runs.comparing.beside import Differs
from runs.comparing.contexts import Contexts
from runs.words import plural


class Holds(StrEnum):
    """Whether something was the same for both."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


class Call(Struct, frozen=True, kw_only=True):
    """How a model was called."""

    model: str = ""
    params: Mapping[str, object] = {}


class Side(Struct, frozen=True, kw_only=True):
    """One run where they part. Without `step` it had ended."""

    step: int | None = None
    act: str = ""  #: what it did, as a sentence without its subject: `ran npm test`
    call: Call | None = None


class Parting(Struct, frozen=True, kw_only=True):
    """All that was found out about the place where two runs part."""

    differs: Differs
    left: Side
    right: Side
    prompt: Holds = Holds.UNKNOWN
    contexts: Contexts = Contexts()
    lines: tuple[str, str] | None = None  #: of two prompts or results: the first that differ
    reworded: bool = False  #: before it the model said otherwise what it did alike


class Point(Struct, frozen=True, kw_only=True):
    """One question with its answer."""

    name: str
    holds: Holds
    words: str
    quotes: tuple[str, str] | None = None


class Account(Struct, frozen=True, kw_only=True):
    """Why they part."""

    sentence: str
    points: tuple[Point, ...] = ()


def account_of(parting: Parting) -> Account:
    """Tell why two runs part."""
    seen = [_prompt(parting), _system(parting), _context(parting)]
    points = [*seen, *_model(parting), *_answer(parting), *_result(parting)]
    return Account(sentence=f"{_lead(parting)} {_cause(parting)}".strip(), points=tuple(points))


def _lead(parting: Parting) -> str:
    left, right = parting.left, parting.right
    where = f"They part at step {_number(left)} of A and {_number(right)} of B"
    if left.step is None or right.step is None:
        stays, ended, other = (right, "A", "B") if left.step is None else (left, "B", "A")
        return f"{ended} has nothing like step {stays.step} of {other} any more: {other} {stays.act}."
    if parting.differs == Differs.PROMPT:
        return f"{where}: they were asked otherwise."
    if parting.differs in (Differs.STATUS, Differs.RESULT):
        how = "ended otherwise" if parting.differs == Differs.STATUS else "gave another result"
        return f"{where}: both {left.act}, and it {how}."
    if left.act == right.act:
        return f"{where}: both {left.act}, with other arguments or in another order."
    return f"{where}: A {left.act}, B {right.act}."


def _number(side: Side) -> str:
    return "–" if side.step is None else str(side.step)


def _cause(parting: Parting) -> str:
    contexts = parting.contexts
    if parting.differs in (Differs.STATUS, Differs.RESULT):
        return "What the model had asked for was the same: the difference lies outside of it."
    if parting.differs == Differs.PROMPT:
        return ""
    if parting.prompt == Holds.OTHER:
        return "They had been asked otherwise."
    if contexts.system is False:
        return "Their system prompts differ."
    if _models(parting) == Holds.OTHER:
        return "Another model answered."
    if contexts.is_same:
        return "The model saw the same and answered otherwise."
    if contexts.first is not None:
        return (
            "By then the model had seen something else, "
            f"from message {contexts.first + 1} on: {contexts.what}."
        )
    return "What the model saw is not recorded, so chance and cause cannot be told apart."


def _prompt(parting: Parting) -> Point:
    words = {
        Holds.SAME: "the same prompt",
        Holds.OTHER: "other prompts",
        Holds.UNKNOWN: "at least one run has no recorded prompt",
    }
    quotes = parting.lines if parting.differs == Differs.PROMPT else None
    return Point(name="Task", holds=parting.prompt, words=words[parting.prompt], quotes=quotes)


def _system(parting: Parting) -> Point:
    told = parting.contexts.system
    if told is None:
        return Point(name="System prompt", holds=Holds.UNKNOWN, words="not recorded")
    if told:
        return Point(name="System prompt", holds=Holds.SAME, words="the same")
    lines = parting.contexts.lines
    words = "differs; the first such lines" if lines else "differs"
    return Point(name="System prompt", holds=Holds.OTHER, words=words, quotes=lines)


def _context(parting: Parting) -> Point:
    contexts = parting.contexts
    if not contexts.is_known:
        return Point(name="Context", holds=Holds.UNKNOWN, words="not recorded")
    if contexts.is_same:
        but = " but for the system prompt" if contexts.system is False else ""
        words = f"the same {plural(contexts.left or 0, 'message')}{but}"
        return Point(name="Context", holds=Holds.SAME, words=words)
    if contexts.first is None:
        return Point(name="Context", holds=Holds.UNKNOWN, words="too long to compare all of it")
    sizes = f"A had {plural(contexts.left or 0, 'message')}, B {contexts.right}"
    words = f"differs from message {contexts.first + 1} on: {contexts.what}; {sizes}"
    return Point(name="Context", holds=Holds.OTHER, words=words)


def _models(parting: Parting) -> Holds:
    left, right = parting.left.call, parting.right.call
    if not (left and right and left.model and right.model):
        return Holds.UNKNOWN
    return Holds.SAME if left.model == right.model else Holds.OTHER


def _model(parting: Parting) -> list[Point]:
    holds, left, right = _models(parting), parting.left.call, parting.right.call
    if holds == Holds.UNKNOWN or left is None or right is None:
        return [Point(name="Model", holds=Holds.UNKNOWN, words="not recorded")]
    words = left.model if holds == Holds.SAME else f"A {left.model}, B {right.model}"
    model = Point(name="Model", holds=holds, words=words)
    if not left.params and not right.params:
        return [model, Point(name="Parameters", holds=Holds.UNKNOWN, words="not recorded")]
    names = [
        name for name in sorted({*left.params, *right.params})
        if left.params.get(name) != right.params.get(name)
    ]  # fmt: skip
    if not names:
        return [model, Point(name="Parameters", holds=Holds.SAME, words="the same")]
    told = "; ".join(f"{name}: A {_value(left, name)}, B {_value(right, name)}" for name in names[:6])
    return [model, Point(name="Parameters", holds=Holds.OTHER, words=told)]


def _value(call: Call, name: str) -> str:
    if name not in call.params:
        return "not told"
    return json.dumps(call.params[name], ensure_ascii=False, default=str)[:80]


def _answer(parting: Parting) -> list[Point]:
    if parting.differs == Differs.PROMPT:
        return []
    if parting.differs in (Differs.STATUS, Differs.RESULT):
        words = "asked for the same, before in other words" if parting.reworded else "asked for the same"
        return [Point(name="Answer", holds=Holds.SAME, words=words)]
    before = "; before it only the words differed" if parting.reworded else ""
    words = f"the first that asks for something else{before}"
    return [Point(name="Answer", holds=Holds.OTHER, words=words)]


def _result(parting: Parting) -> list[Point]:
    if parting.differs not in (Differs.STATUS, Differs.RESULT):
        return []
    words = "the first lines that differ" if parting.lines else "differs after the part that is compared"
    return [Point(name="Result", holds=Holds.OTHER, words=words, quotes=parting.lines)]


def lines_apart(left: str, right: str, *, chars: int = 200) -> tuple[str, str] | None:
    """Find the first lines of two texts that differ."""
    mine, theirs = left.splitlines(), right.splitlines()
    for n in range(max(len(mine), len(theirs))):
        pair = (mine[n] if n < len(mine) else "", theirs[n] if n < len(theirs) else "")
        if pair[0] != pair[1]:
            return pair[0].strip()[:chars], pair[1].strip()[:chars]
    return None
