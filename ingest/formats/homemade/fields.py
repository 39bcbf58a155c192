"""One record read by the meaning of its fields, however they are spelled: `span_id`, `spanId`, `SpanID`."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json

#: Where a record keeps what has no field of its own.
BAGS = (
    "metadata",
    "meta",
    "attributes",
    "attrs",
    "data",
    "details",
    "extra",
    "context",
    "info",
    "payload",
    "summary",
)
#: Units of a duration written as text: `1.2s`, `350 ms`.
UNITS = {"ms": 1.0, "s": 1_000.0, "sec": 1_000.0, "seconds": 1_000.0, "m": 60_000.0, "min": 60_000.0}
DURATION = re.compile(r"^\s*(\d{1,12}(?:\.\d{1,9})?)\s*(ms|s|sec|seconds|m|min)?\s*$")
#: A duration longer than this is a mistake: a year.
LONGEST_MS = 366 * 24 * 3_600_000
ODD = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=4_096)  # a file has few names, each on every record
def plain(name: str) -> str:
    """Write a name without case and marks, so that all its spellings are one."""
    return ODD.sub("", name[:100].lower())


class Fields:
    """The fields of a record: its own, then those in its bags."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.own = {plain(name): value for name, value in reversed(record.items())}
        self.bag: dict[str, Any] = {}
        for name in BAGS:
            for inner, value in wild.mapping(self.own.get(name)).items():
                self.bag.setdefault(plain(inner), value)

    def there(self, names: tuple[str, ...]) -> Iterator[Any]:
        """List what these fields hold, in the order of the names, its own before those of the bags."""
        for name in names:
            if name in self.own:
                yield self.own[name]
            if name in self.bag:
                yield self.bag[name]

    def any(self, *names: str) -> Any:
        """Take the first of these fields that says something."""
        return next((value for value in self.there(names) if value is not None and value != ""), None)

    def word(self, *names: str) -> str | None:
        """Take the first of these fields that is a text or a number."""
        return next((word for value in self.there(names) if (word := wild.text(value))), None)

    def id(self, *names: str) -> str | None:
        return wild.identity(self.word(*names))

    def number(self, *names: str) -> float | None:
        """Take the first of these fields that is a number, or a text that is one."""
        return next((found for value in self.there(names) if (found := number_of(value)) is not None), None)

    def when(self, *names: str) -> datetime | None:
        return next((at for value in self.there(names) if (at := wild.when(value)) is not None), None)

    def text(self, *names: str) -> str | None:
        """Take the first of these fields as a text; an object becomes its JSON text."""
        value = self.any(*names)
        return (
            wild.text(value)
            if isinstance(value, str | int | float)
            else None
            if value is None
            else as_json(value)
        )


def number_of(value: object) -> float | None:
    """Read a number, also one in a text, or with a dollar sign."""
    if isinstance(value, str) and len(value) <= 30:
        try:
            value = float(value.strip().lstrip("$"))
        except ValueError:
            return None
    return wild.number(value)


def duration_of(fields: Fields) -> int | None:
    """Read a duration in milliseconds, by the unit in its name or its text, else by its shape."""
    if (
        found := fields.number("durationms", "latencyms", "elapsedms", "durationmillis", "tookms", "timems")
    ) is not None:
        return whole_ms(found)
    names = (
        "durations",
        "durationsec",
        "durationseconds",
        "durationsecs",
        "latencys",
        "elapseds",
        "elapsedseconds",
    )
    if (found := fields.number(*names, "latencyseconds", "executiontime", "elapsedtime")) is not None:
        return whole_ms(found * 1_000)
    given = fields.any("duration", "latency", "elapsed", "took")
    if isinstance(given, str) and (match := DURATION.match(given)):
        return whole_ms(float(match[1]) * UNITS[match[2] or "s"])
    number = wild.number(given)
    if number is None:
        return None
    # Clocks give fractions of seconds, and whole milliseconds; the own times of a span know better.
    times = span_times(fields)
    if times is not None:
        return times
    return whole_ms(number if isinstance(given, int) else number * 1_000)


def span_times(fields: Fields) -> int | None:
    begin, end = fields.when(*BEGIN), fields.when(*END)
    return whole_ms((end - begin) / timedelta(milliseconds=1)) if begin and end else None


def whole_ms(value: float) -> int | None:
    return round(value) if 0 <= value <= LONGEST_MS else None


BEGIN = (
    "starttime",
    "startedat",
    "starttimestamp",
    "starttimems",
    "startms",
    "startts",
    "begintime",
    "begin",
    "start",
)
END = (
    "endtime",
    "endedat",
    "endtimestamp",
    "endtimems",
    "endms",
    "endts",
    "finishedat",
    "completedat",
    "finish",
    "end",
)
#: When a record that is a point in time was written.
AT = ("timestamp", "time", "ts", "at", "createdat", "datetime", "asctime", "date")


def interval_of(fields: Fields) -> tuple[datetime | None, datetime | None]:
    """Read begin and end; a duration stands in for the one that is missing."""
    begin, end, took = fields.when(*BEGIN), fields.when(*END), duration_of(fields)
    begin = begin or (fields.when(*AT) if end is None else None)
    span = timedelta(milliseconds=took or 0)
    if begin is None and end is not None and took is not None and end.year > 1970:
        begin = end - span
    if end is None and begin is not None and took is not None and begin.year < 2999:
        end = begin + span
    return begin, end
