"""Moves: the steps of a run as aligning sees them, each by what it did and with what. Pure.

What differs between two runs that do the same does not count: ids, times, the folder they worked in.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from runs.delegations import is_call, is_span, is_told
from runs.findings.commands import verb_of
from runs.findings.looks import look_of
from runs.findings.making import COMMAND_KEPT
from runs.kinds import Kind
from runs.limits import LANES_DEEP
from runs.patches import paths_of_patch
from runs.sentences import answer_texts
from runs.tools import COMMAND_NAMES, PATH_NAMES, Family, arguments_of, family_of_call, text_in

_QUERIES = ("pattern", "query", "regex", "search_term", "glob_pattern", "url", "q", "uri")
_WHO = ("subagent_type", "agent_type", "agent", "name")
_SEARCHES = frozenset({Family.GREP, Family.GLOB, Family.FETCH, Family.SEARCH})
#: Families whose tools are one tool by many names; others go by their own.
_OWN_NAME = frozenset({Family.MCP, Family.OTHER})
#: Steps that may stand beside each other whatever they say: both runs were asked, both models answered.
_LOOSE = frozenset({Kind.PROMPT, Kind.LLM, Kind.FINAL})


class StepText(NamedTuple):
    """One step as stored; the main agent's `agent` is empty. `answered`: digest of a call's result."""

    seq: int
    key: str
    parent_key: str
    agent: str
    kind: str
    tool: str
    name: str
    status: str
    error: str
    input: str
    whole: bytes | None  #: digest of the input where that is longer
    output: str  #: of a model's answer
    answered: bytes
    path: str  #: as the source told it
    command: str


class Move(Struct, frozen=True, kw_only=True, gc=False):
    """One step, or retries that follow one another. Numbers are digests, for comparing only."""

    seq: int
    kind: str
    status: str
    act: int  #: what it did, on what
    given: int  #: the same with all arguments
    whole: bytes = b""  #: digest of arguments that are cut in `given`
    answered: bytes = b""
    said: int = 0  #: what a model or a human said
    more: tuple[int, ...] = ()  #: the other steps of a group
    lane: tuple["Move", ...] = ()  #: of the sub-agents that it started

    @property
    def loose(self) -> int:
        """What it may at least be held against; 0: nothing else."""
        return number_of(self.kind) if self.kind in _LOOSE else 0


def number_of(*words: str) -> int:
    """Digest words to a number of 63 bits."""
    text = "\0".join(words).encode("utf-8", "replace")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 1


def moves_of(steps: Sequence[StepText], *, cwd: str) -> list[Move]:
    """Make the moves of a run's main agent, those of sub-agents inside; `steps` in the order shown."""
    rows = {step.key: step._asdict() for step in steps}
    told = {
        step.key: step.parent_key
        for step in steps
        if is_span(rows[step.key]) and is_told(rows[step.key], rows.get(step.parent_key))
    }
    lanes: dict[str, list[StepText]] = {"": []}
    for step in steps:
        if step.key not in told:
            inside = step.agent and step.parent_key in rows and step.parent_key != step.key
            lanes.setdefault(told.get(step.parent_key, step.parent_key) if inside else "", []).append(step)
    reader = _Reader(cwd.replace("\\", "/").rstrip("/"), lanes)
    return [*reader.lane(""), *reader.left()]


@lru_cache(maxsize=4_096)  # the other run gave most of the same commands
def gist_of(command: str) -> tuple[str, str]:
    """Name what a command looks at: the family of such a look and the file; else no family and its verb."""
    look, seen = look_of(command)
    return (look, seen) if seen else ("", verb_of(command))


class _Reader:
    """Makes the moves of one run; each lane once, so that steps which lie in each other end."""

    def __init__(self, cwd: str, lanes: Mapping[str, list[StepText]]) -> None:
        self.cwd = cwd
        self.lanes = dict(lanes)
        self.depth = 0

    def lane(self, key: str) -> list[Move]:
        if key not in self.lanes or self.depth > LANES_DEEP:
            return []
        self.depth += 1
        moves = self.moves(self.lanes.pop(key))
        self.depth -= 1
        return moves

    def left(self) -> list[Move]:
        """Make flat what lies too deep, or in itself."""
        found: list[Move] = []
        while self.lanes:
            found += self.lane(next(iter(self.lanes)))
        return found

    def moves(self, steps: Sequence[StepText]) -> list[Move]:
        moves: list[Move] = []
        for is_retry, group in groupby(steps, key=lambda step: step.kind == Kind.RETRY):
            together = list(group)
            moves += [self.retries(together)] if is_retry else map(self.move, together)
        return _with_calls(moves)

    def retries(self, steps: list[StepText]) -> Move:
        first, act = steps[0], number_of(Kind.RETRY)
        more = tuple(step.seq for step in steps[1:])
        given = number_of(Kind.RETRY, str(len(steps)))
        return Move(seq=first.seq, kind=Kind.RETRY, status=first.status, act=act, given=given, more=more)

    def move(self, step: StepText) -> Move:
        if is_call(step._asdict()):
            return self.call(step)
        if step.kind in (Kind.LLM, Kind.FINAL):
            said = number_of(answer_texts(step.output or step.input)[0].strip())
            act = number_of(step.kind)
            return Move(seq=step.seq, kind=step.kind, status=step.status, act=act, given=act, said=said)
        said = number_of(self.home(step.input).strip())
        act = number_of(step.kind, step.name, str(said) if step.kind == Kind.PROMPT else "")
        lane = tuple(self.lane(step.key)) if step.kind == Kind.AGENT else ()
        given = number_of(str(act), str(said))
        return Move(
            seq=step.seq, kind=step.kind, status=step.status, act=act, given=given, said=said, lane=lane
        )

    def call(self, step: StepText) -> Move:
        arguments = arguments_of(step.input)
        family = family_of_call(step.tool, arguments)
        act, told = self.target(step, family, arguments)
        return Move(
            seq=step.seq,
            kind=step.kind,
            status=step.status,
            act=number_of(*act),
            given=number_of(*act, step.tool, told),
            whole=step.whole or b"",
            answered=step.answered,
            lane=tuple(self.lane(step.key)),
        )

    def target(
        self, step: StepText, family: Family, arguments: dict[str, object]
    ) -> tuple[tuple[str, ...], str]:
        """Say what a call does on what, and what tells its arguments apart from those of its like."""
        told = self.home(step.input)
        if family is Family.SHELL:
            command = self.home(step.command or text_in(arguments, *COMMAND_NAMES)).strip()
            look, target = gist_of(command[:COMMAND_KEPT])
            return (look, "", self.relative(target)) if look else (family, target), command
        if family in _SEARCHES:
            return (family, text_in(arguments, *_QUERIES)), told
        if family is Family.AGENT:
            return (family, text_in(arguments, *_WHO)), told
        path = step.path or text_in(arguments, *PATH_NAMES) or next(iter(paths_of_patch(arguments)), "")
        name = step.tool if family in _OWN_NAME else ""
        return (family, name, self.relative(path)), told

    def home(self, text: str) -> str:
        """Leave out of a text where the run worked."""
        return text.replace(self.cwd, ".") if len(self.cwd) > 1 else text

    def relative(self, path: str) -> str:
        return self.home(path.replace("\\", "/")).removeprefix("./")


def _with_calls(moves: Sequence[Move]) -> list[Move]:
    """Tell model calls apart by the calls that each asked for: those up to the next one."""
    made: list[Move] = []
    asked: list[Move] = []
    for move in reversed(moves):
        if move.kind == Kind.LLM:
            move = _asking(move, asked[::-1])
            asked = []
        elif move.answered or move.lane or move.kind == Kind.TOOL:
            asked.append(move)
        made.append(move)
    return made[::-1]


def _asking(move: Move, calls: Iterable[Move]) -> Move:
    asked = list(calls)
    act = number_of(Kind.LLM, *(str(call.act) for call in asked)) if asked else move.act
    given = number_of(str(act), str(move.said), *(str(call.given) for call in asked))
    return Move(seq=move.seq, kind=move.kind, status=move.status, act=act, given=given, said=move.said)
