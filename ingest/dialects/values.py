"""What dialects share: values of attributes as the types we want. Nothing here raises."""

from typing import Any

import msgspec

from ingest import wild
from ingest.formats.events.usage import tokens_of
from ingest.formats.otlp.raw import Attributes, RawEvent, RawSpan
from runs.records import Tokens

#: What a dialect knows of a span: names and values of fields of `Span`.
Fields = dict[str, Any]

#: What logfire leaves in place of what it took for a secret.
SCRUBBED = "[Scrubbed due to"


def first(attributes: Attributes, *names: str) -> Any:
    """Take the first of these attributes that says something."""
    for name in names:
        value = attributes.get(name)
        if value is not None and value != "" and value != []:
            return value
    return None


def word(attributes: Attributes, *names: str) -> str | None:
    """Take the first of these attributes that is a text, and not a client's mask."""
    for name in names:
        found = attributes.get(name)
        if found is not None and (value := wild.text(found)) and not value.startswith(SCRUBBED):
            return value
    return None


def parsed(value: object) -> Any:
    """Decode a value that may be JSON inside a text; other texts stay texts."""
    if isinstance(value, str) and value[:1] in ("{", "[", '"'):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return value
    return value


def parsed_list(value: object) -> list[Any] | None:
    """Decode a list, or None."""
    found = parsed(value)
    return found if isinstance(found, list) and found else None


def text_or_json(value: object) -> str | None:
    """Take a text as it is, anything else as its JSON text."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(wild.tree(value)).decode()


def inner_text(value: object) -> str | None:
    """Take a text out of the JSON string that some wrap it into."""
    found = parsed(value)
    return found if isinstance(found, str) else text_or_json(value)


def inclusive(usage: dict[str, object]) -> Fields:
    """Read usage whose input holds what came from the cache: the buckets, and the usage as it was."""
    told = {name: number for name, number in usage.items() if number is not None}
    tokens: Tokens | None = tokens_of(told, "inclusive")
    return {"tokens": tokens, "usage": told} if tokens is not None else {}


def event_named(raw: RawSpan, *names: str) -> RawEvent | None:
    """Find the first event of one of these names."""
    return next((event for event in raw.events if event.name in names), None)


def milliseconds_to(raw: RawSpan, event: RawEvent | None) -> int | None:
    """Say how long after its start the span had this event."""
    if event is None or not raw.start or event.at < raw.start:
        return None
    return (event.at - raw.start) // 1_000_000


def whole_milliseconds(value: float | None) -> int | None:
    """Round a waiting time; one of more than three weeks is a mistake."""
    return None if value is None else wild.integer(value + 0.5, 2**31)


def named_reason(value: object) -> str | None:
    """Read why a model stopped: a word, a list of words, or that list as JSON."""
    found = parsed(value)
    if isinstance(found, list):
        found = found[0] if found else None
    return wild.text(found)


def params_of(attributes: Attributes, prefix: str, leave: tuple[str, ...] = ()) -> dict[str, object]:
    """Gather the parameters of a call below a prefix."""
    return {
        name[len(prefix) :]: value
        for name, value in attributes.items()
        if name.startswith(prefix) and name[len(prefix) :] not in leave and value is not None
    }


def arguments_of(value: object) -> str | None:
    """Take the arguments out of `{"args": […], "kwargs": {…}}` or LangChain's `{"inputs": …}`."""
    found = parsed(value)
    if not isinstance(found, dict):
        return text_or_json(value)
    args, kwargs = found.get("args"), found.get("kwargs")
    if isinstance(kwargs, dict) and isinstance(args, list):
        if kwargs and not args:
            return msgspec.json.encode(wild.tree(kwargs)).decode()
        if len(args) == 1 and not kwargs:
            return text_or_json(args[0])
    inner = found.get("inputs", found.get("input_str"))
    return text_or_json(inner if inner is not None else value)
