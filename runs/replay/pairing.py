"""Calls and their results, put where APIs want them: every call answered right after it was made. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from runs.replay.blocks import words_of
from runs.replay.parts import RULES, Call, Cut, Made, Notes, Part, Result, Role, Text, Thinking, Turn

NO_RESULT = "[No result of this call was recorded up to here.]"


@dataclass(slots=True)
class _Asked:
    """What is known of calls while turns go by."""

    ids: set[str] = field(default_factory=set)
    open: defaultdict[str, deque[tuple[str, int]]] = field(default_factory=lambda: defaultdict(deque))
    results: dict[str, Result] = field(default_factory=dict)

    def call(self, call: Call, place: int, notes: Notes) -> Call:
        """Give a call an id of its own, and remember it under the one it had."""
        id = call.id
        if not id or id in self.ids:
            notes.add(Made.IDS)
            id = next(name for n in range(1, len(self.ids) + 2) if (name := f"call_made_{n}") not in self.ids)
        self.ids.add(id)
        self.open[call.id].append((id, place))
        return replace(call, id=id)

    def answer(self, result: Result, place: int, notes: Notes) -> bool:
        """Keep a result for its call; False where no call waits for it."""
        waiting = self.open.get(result.call) or (self._oldest(place) if not result.call else None)
        if not waiting:
            return False
        id, asked = waiting.popleft()
        if place != asked:
            notes.add(Made.MOVED)
        self.results[id] = replace(result, call=id)
        return True

    def _oldest(self, place: int) -> deque[tuple[str, int]] | None:
        """Find the first open call of the newest answer: a result without an id answers in order."""
        here = (calls for calls in self.open.values() if calls and calls[0][1] == place)
        return next(here, None)


def paired(turns: Sequence[Turn], notes: Notes) -> list[Turn]:
    """Put every result into the turn right behind its call; mark calls without one, and stray results."""
    asked = _Asked()
    told = [turn for turn in _numbered(_joined(turns), asked, notes) if turn.parts]
    found: list[Turn] = []
    for turn in told:
        found.append(turn)
        calls = [part for part in turn.parts if isinstance(part, Call)]
        if calls:
            answers = tuple(asked.results.get(call.id) or _unanswered(call, notes) for call in calls)
            found.append(Turn(role=Role.USER, parts=answers))
    return found


def _unanswered(call: Call, notes: Notes) -> Result:
    notes.add(Made.UNANSWERED)
    return Result(call=call.id, parts=(Text(text=NO_RESULT),), failed=True)


def _joined(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Join an answer that calls, or has only thought so far, with the answer right behind it."""
    held: Turn | None = None
    for turn in turns:
        if not turn.parts:
            continue
        if held is not None and turn.role is Role.ASSISTANT:
            held = Turn(role=Role.ASSISTANT, parts=(*held.parts, *turn.parts))
            continue
        if held is not None:
            yield held
            held = None
        if turn.role is Role.ASSISTANT and _goes_on(turn):
            held = turn
        else:
            yield turn
    if held is not None:
        yield held


def _goes_on(turn: Turn) -> bool:
    calls = any(isinstance(part, Call) for part in turn.parts)
    return calls or all(isinstance(part, Thinking) for part in turn.parts)


def _numbered(turns: Iterator[Turn], asked: _Asked, notes: Notes) -> Iterator[Turn]:
    """Take results out of their turns, and give ids to calls without one of their own."""
    place = 0
    for turn in turns:
        place += turn.role is Role.ASSISTANT
        parts: list[Part] = []
        for part in turn.parts:
            if isinstance(part, Call):
                parts.append(asked.call(part, place, notes))
            elif not isinstance(part, Result):
                parts += _said(part, notes)
            elif not asked.answer(part, place, notes):
                notes.add(Made.STRAY)
                parts.append(Text(text=f"[Result of call {part.call or 'without id'}] {words_of(part)}"))
        yield Turn(role=turn.role, parts=tuple(parts))


def _said(part: Part, notes: Notes) -> list[Part]:
    """Leave texts without a word out: no API takes them."""
    if isinstance(part, Text) and not part.text.strip():
        notes.add(Cut.EMPTY)
        return []
    return [part]


def opening_rules(turns: Sequence[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Split turns into the rules that the list begins with, and all that follows."""
    size = next((n for n, turn in enumerate(turns) if turn.role not in RULES), len(turns))
    return list(turns[:size]), list(turns[size:])
