"""What the model calls of a session took: told with each, or only in sum at its end (FORMATS 0.1)."""

from typing import Any

from msgspec.structs import replace

from ingest import wild
from ingest.formats.copilot.session import Session
from ingest.formats.events.usage import MOST
from ingest.trajectories.answers import inclusive_tokens
from runs.records import StepRecord, Tokens

COUNTERS = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens")


def take_totals(session: Session, metrics: object) -> None:
    """Spread the sums of a shutdown: what no call told of its own is kept on the model's last call.

    The sums only ever grow; a session that was resumed begins anew when they are smaller than before.
    """
    for name, told in wild.mapping(metrics).items():
        model = wild.clean(str(name))
        usage = wild.mapping(wild.mapping(told).get("usage"))
        now = {counter: wild.integer(usage.get(counter), MOST) or 0 for counter in COUNTERS}
        before = session.spent.get(model, {})
        if any(now[counter] < before.get(counter, 0) for counter in COUNTERS):
            before = {}
        grown = {counter: now[counter] - before.get(counter, 0) for counter in COUNTERS}
        session.spent[model] = now
        keep_on_last(session, model, grown)


def keep_on_last(session: Session, model: str, grown: dict[str, int]) -> None:
    """Give a model's last answer what its answers have not told themselves."""
    places = session.answers.pop(model, [])
    steps = [step for place in places if isinstance(step := session.recording.slots[place], StepRecord)]
    if not steps or not any(grown.values()):
        return
    told = sum((step.tokens for step in steps if step.tokens), start=Tokens())
    total = inclusive_tokens(grown) or Tokens()
    last, place = steps[-1], places[-1]
    own = last.tokens or Tokens()
    tokens = Tokens(**{name: rest(total, told, own, name) for name in Tokens.__struct_fields__})
    alone = len(steps) == 1
    detail = last.detail if alone else {**last.detail, "usage_of": "session"}
    usage = grown if alone else {**(last.usage or {}), "session": grown}
    for at, step in zip(places, steps, strict=True):
        session.recording.slots[at] = replace(step, lower_bound=False)
    session.recording.slots[place] = replace(
        last, tokens=tokens, usage=usage, lower_bound=False, detail=detail
    )


def rest(total: Tokens, told: Tokens, own: Tokens, name: str) -> int:
    """Count of one bucket what the other answers leave of the sum; never less than the answer's own."""
    mine: int = getattr(own, name)
    left: int = getattr(total, name) - getattr(told, name) + mine
    return max(left, mine)


def take_usage(session: Session, lane: str, data: dict[str, Any]) -> None:
    """Give an answer the usage that the program printed for it (`assistant.usage`)."""
    place = session.lanes[lane].place
    tokens = inclusive_tokens({name: data.get(name) for name in COUNTERS})
    if place < 0 or place in session.counted or tokens is None:
        return
    step = session.recording.slots[place]
    if isinstance(step, StepRecord):
        session.counted.add(place)
        usage = {name: data[name] for name in COUNTERS if name in data}
        slots = session.recording.slots
        slots[place] = replace(step, tokens=tokens, usage=wild.tree(usage), lower_bound=False)
