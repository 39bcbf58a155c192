"""System prompts: beside the messages of a call, at the start of a run, with the names they go by."""

import msgspec
from msgspec import Raw

from ingest.formats.events.blocks import decode_raws
from ingest.formats.events.state import SOURCE, Reading, Seen
from ingest.formats.events.values import capped, raw_text, raw_value, word_of
from ingest.formats.events.wire import NOTHING, Event
from runs.comparing.limits import PROMPT_NAME_CHARS
from runs.comparing.prompts import prompt_step_key, text_of_blocks
from runs.kinds import Kind, StepStatus
from runs.records import Context, Message, StepRecord, digest_of

#: Ranks of what a run and what a call says of a prompt.
OF_RUN, OF_CALL = 1, 2


def system_of(event: Event) -> Raw:
    """Give the system prompt of an event, in any of its spellings."""
    for part in (event.system, event.instructions):
        if part is not NOTHING and bytes(part) not in (b"null", b'""', b"[]"):
            return part
    return NOTHING


def context_of(reading: Reading, event: Event) -> Context | None:
    """Chain the messages sent, each with its exact bytes; a system prompt beside them comes first."""
    if event.messages is NOTHING:
        return None
    try:
        found = [bytes(one) for one in decode_raws(event.messages)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (system := system_of(event)) is not NOTHING:
        first = b'{"role":"system","content":' + bytes(system) + b"}"
        found = found if found[:1] == [first] else [first, *found]
    return Context.of(map(Message, found), known=reading.contexts)


def tell_prompt_of_run(reading: Reading, seen: Seen) -> None:
    """Keep the system prompt that a run starts with: a step the timeline leaves out."""
    _tell(reading, seen, rank=OF_RUN, lane="", text=_text(system_of(seen.event)))


def tell_prompt_of_call(reading: Reading, seen: Seen) -> None:
    """Keep what a call says of its prompt beside the messages; with messages those hold the text."""
    has_messages = seen.event.messages is not NOTHING
    text = None if has_messages else _text(system_of(seen.event))
    _tell(reading, seen, rank=OF_CALL, lane=seen.agent, text=text)


def _text(system: Raw) -> str | None:
    return None if system is NOTHING else text_of_blocks(raw_value(system))


def _tell(reading: Reading, seen: Seen, *, rank: int, lane: str, text: str | None) -> None:
    """Add the step: the same each time, so that a run which says it with every call has it once."""
    event = seen.event
    template = raw_text(event.template)
    detail = {name: word[:PROMPT_NAME_CHARS] for name in ("prompt_name", "prompt_version")
              if (word := word_of(getattr(event, name)))}  # fmt: skip
    if not text and not template and not detail:
        return
    whole, size = capped(text)
    reading.steps.append(
        StepRecord(
            run=seen.run.id,
            key=prompt_step_key(lane),
            kind=Kind.EVENT,
            source=SOURCE,
            rank=rank,
            name="system prompt",
            status=StepStatus.OK,
            agent=lane,
            parent=f"agent:{lane}" if lane else None,
            started_at=seen.at,
            input=whole,
            input_size=size,
            output=capped(template)[0],
            detail={**detail, "meta": True},
        )
    )


def tools_of(event: Event) -> dict[str, object]:
    """Say in a few bytes which tools a call offered: how many, and a digest to compare them by."""
    if event.tools is NOTHING:
        return {}
    try:
        count = len(decode_raws(event.tools))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {"tools": {"count": count, "digest": digest_of(bytes(event.tools)).hex()}} if count else {}
