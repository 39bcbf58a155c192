"""Whether a silent run is stuck, or waits for a human. Pure."""

from msgspec import Struct

from runs.kinds import Kind
from runs.words import one_line, plural

#: Ends of an answer after which it is the human's turn.
_DONE = frozenset({"end_turn", "stop", "stop_sequence", "completed"})


class Last(Struct, frozen=True, kw_only=True):
    """The last thing a silent run said, or the step that is still open."""

    seq: int
    kind: str
    is_open: bool
    what: str = ""  #: tool or name
    stop_reason: str = ""


def waits_for_prompt(last: Last | None) -> bool:
    """Say whether the agent has answered and waits for the next prompt: that is no failure."""
    if last is None or last.is_open:
        return False
    return last.kind == Kind.FINAL or (last.kind == Kind.LLM and last.stop_reason in _DONE)


def sentence_of(last: Last | None, *, minutes: int) -> str:
    """Say since when nothing came, and after what."""
    head = f"No event for {plural(minutes, 'minute')}"
    if last is None:
        return f"{head}, and nothing before."
    what = one_line(last.what or last.kind, limit=80)
    if last.kind == Kind.PERMISSION:
        return f"{head}: it waits for a permission since step {last.seq}."
    return f"{head}; {what} (step {last.seq}) {'has not ended' if last.is_open else 'was the last'}."
